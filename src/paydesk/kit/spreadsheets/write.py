"""Write a CSV that spreadsheets open by a double click, as a stream; no cell can become a formula.

A mark at the beginning says that it is UTF-8: without it Excel reads another code. Where a language writes decimals
after a comma, its spreadsheets part cells by semicolons, and so do we.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

Cell = str | date | Decimal | int | None

MARK = "\ufeff"
#: A cell that begins with one of these is reckoned out by a spreadsheet; the wide ones are those of Japanese keyboards.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PIECE_ROWS = 500


def csv_stream(rows: Iterable[Sequence[Cell]], *, decimal_mark: str) -> Iterator[bytes]:
    """Give the bytes of the file, some hundred rows at a time. Numbers of ours are numbers, texts stay texts."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if decimal_mark == "," else ",")
    out.write(MARK)
    for count, row in enumerate(rows, start=1):
        writer.writerow([_written(cell, decimal_mark) for cell in row])
        if count % _PIECE_ROWS == 0:
            yield _take(out)
    yield _take(out)


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula, also behind spaces."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def _written(cell: Cell, decimal_mark: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", decimal_mark)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _take(out: io.StringIO) -> bytes:
    piece = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return piece
