"""Read the lines of a CSV as spreadsheets write one: commas, semicolons or tabs, UTF-8 with or without a mark."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_DELIMITERS = ",;\t"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Wrong:
    """What is wrong with a line, in words for staff; `column` is empty where several together make no sense."""

    line: int
    column: str = ""
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}{', ' if self.column else ''}{self.column}: {self.words}"


class FileRefused(Exception):
    """The file as a whole cannot be read. The words are for staff."""


class LinesRefused(Exception):
    """Some lines are wrong, so that nothing was written; `wrong` has all of them in the order of the file."""

    def __init__(self, wrong: list[Wrong]) -> None:
        self.wrong = sorted(wrong)
        super().__init__("\n".join(str(one) for one in self.wrong))

    @property
    def lines_count(self) -> int:
        """Say how many lines are wrong."""
        return len({one.line for one in self.wrong})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line by the names of its columns, each of which is there; `number` is that of an editor, from 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What could be read, and what could not; `names` are the columns that the file has."""

    names: list[str]
    lines: list[Line]
    wrong: list[Wrong]

    def named_twice(self, column: str) -> list[Wrong]:
        """List the lines whose name in a column an earlier line has already."""
        first: dict[str, int] = {}
        return [
            Wrong(line=line.number, column=column, words=f"line {first[name]} has it already.")
            for line in self.lines
            if (name := line.cells[column]) and first.setdefault(name, line.number) != line.number
        ]


def read_table(content: bytes, *, columns: Collection[str], needed: Collection[str]) -> Table:
    """Read a file of these columns; raises FileRefused when its header cannot be understood or it is not UTF-8."""
    records = _records(_text(content), columns)
    header = next(records, None)
    if header is None:
        raise FileRefused("The file is empty. Its first line names the columns.")
    if isinstance(header, Wrong):
        raise FileRefused(str(header))
    names = _names(header[1], columns, needed)
    table = Table(names=names, lines=[], wrong=[])
    for record in records:
        if isinstance(record, Wrong):
            table.wrong.append(record)
        else:
            _take(table, columns, *record)
    return table


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = content[: trouble.start].count(b"\n") + 1
        raise FileRefused(
            f"Line {line} is not in UTF-8. Excel writes it when you save as 'CSV UTF-8 (comma delimited)'."
        ) from trouble


def _records(text: str, columns: Collection[str]) -> Iterator[tuple[int, list[str]] | Wrong]:
    """Give each record that is not empty with the line that it begins in; after quotes that do not pair, no more."""
    first = text.partition("\n")[0].rstrip("\r")
    is_told = first.lower().startswith("sep=") and len(first) == 5
    delimiter = first[4] if is_told else _delimiter(text, columns)
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


def _delimiter(text: str, columns: Collection[str]) -> str:
    """Give the one by which the header falls into most of the names that we know."""
    header = next((line for line in text.splitlines() if line.strip()), "")

    def known_count(delimiter: str) -> int:
        return sum(cell.strip().strip('"').lower() in columns for cell in header.split(delimiter))

    return max(_DELIMITERS, key=known_count)


def _names(header: list[str], columns: Collection[str], needed: Collection[str]) -> list[str]:
    names = [name.lower() for name in header]
    while names and not names[-1]:
        names.pop()
    strange = [name or "(empty)" for name in names if name not in columns]
    missing = [name for name in needed if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    for trouble, found in (("does not know", strange), ("lacks", missing), ("has twice", twice)):
        if found:
            raise FileRefused(
                f"The header {trouble}: {', '.join(found)}. The columns are {', '.join(columns)};"
                f" needed are {', '.join(needed)}."
            )
    return names


def _take(table: Table, columns: Collection[str], number: int, cells: list[str]) -> None:
    names = table.names
    while len(cells) > len(names) and not cells[-1]:
        cells.pop()
    if len(cells) != len(names):
        words = f"it has {len(cells)} cells, and the header {len(names)}."
        table.wrong.append(Wrong(line=number, words=words))
        return
    line = Line(number=number, cells=dict.fromkeys(columns, "") | dict(zip(names, cells, strict=True)))
    unfit = [name for name, cell in line.cells.items() if _has_controls(cell)]
    table.wrong.extend(
        Wrong(line=number, column=name, words="a line break or control character is in it.") for name in unfit
    )
    if not unfit:
        table.lines.append(line)


def _has_controls(cell: str) -> bool:
    return not cell.isprintable() and any(unicodedata.category(one) == "Cc" for one in cell)
