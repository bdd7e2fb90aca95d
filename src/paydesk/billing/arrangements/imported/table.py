"""Read the lines of a CSV as spreadsheets write one: commas, semicolons or tabs, UTF-8 with or without a mark."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from paydesk.billing.arrangements.imported.columns import COLUMNS, NEEDED, FileRefused, Wrong

_DELIMITERS = ",;\t"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line by the names of its columns, each of which is there; `number` is that of an editor, from 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What could be read, and what could not."""

    lines: list[Line]
    wrong: list[Wrong]


def read_table(content: bytes) -> Table:
    """Read a file; raises FileRefused when its header cannot be understood or it is not UTF-8."""
    records = _records(_text(content))
    header = next(records, None)
    if header is None:
        raise FileRefused("The file is empty. Its first line names the columns.")
    if isinstance(header, Wrong):
        raise FileRefused(str(header))
    names = _names(header[1])
    table = Table(lines=[], wrong=[])
    for record in records:
        if isinstance(record, Wrong):
            table.wrong.append(record)
        else:
            _take(table, names, *record)
    return table


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = content[: trouble.start].count(b"\n") + 1
        raise FileRefused(
            f"Line {line} is not in UTF-8. Excel writes it when you save as 'CSV UTF-8 (comma delimited)'."
        ) from trouble


def _records(text: str) -> Iterator[tuple[int, list[str]] | Wrong]:
    """Give each record that is not empty with the line that it begins in; after quotes that do not pair, no more."""
    first = text.partition("\n")[0].rstrip("\r")
    is_told = first.lower().startswith("sep=") and len(first) == 5
    delimiter = first[4] if is_told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (is_told and begins == 1):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error:
        yield Wrong(
            line=begins, words="its quotes do not pair; neither it nor what comes after it could be read."
        )


def _delimiter(text: str) -> str:
    """Give the one by which the header falls into most of the names that we know."""
    header = next((line for line in text.splitlines() if line.strip()), "")

    def known_count(delimiter: str) -> int:
        return sum(cell.strip().strip('"').lower() in COLUMNS for cell in header.split(delimiter))

    return max(_DELIMITERS, key=known_count)


def _names(header: list[str]) -> list[str]:
    names = [name.lower() for name in header]
    while names and not names[-1]:
        names.pop()
    strange = [name or "(empty)" for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    for trouble, found in (("does not know", strange), ("lacks", missing), ("has twice", twice)):
        if found:
            raise FileRefused(
                f"The header {trouble}: {', '.join(found)}. The columns are {', '.join(COLUMNS)};"
                f" needed are {', '.join(NEEDED)}."
            )
    return names


def _take(table: Table, names: list[str], number: int, cells: list[str]) -> None:
    while len(cells) > len(names) and not cells[-1]:
        cells.pop()
    if len(cells) != len(names):
        words = f"it has {len(cells)} cells, and the header {len(names)}."
        table.wrong.append(Wrong(line=number, words=words))
        return
    line = Line(number=number, cells=dict.fromkeys(COLUMNS, "") | dict(zip(names, cells, strict=True)))
    unfit = [name for name, cell in line.cells.items() if _has_controls(cell)]
    table.wrong.extend(
        Wrong(line=number, column=name, words="a line break or control character is in it.") for name in unfit
    )
    if not unfit:
        table.lines.append(line)


def _has_controls(cell: str) -> bool:
    return not cell.isprintable() and any(unicodedata.category(one) == "Cc" for one in cell)
