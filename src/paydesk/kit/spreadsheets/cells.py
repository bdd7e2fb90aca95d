"""Read the cells of one line, and keep all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from paydesk.kit.spreadsheets.table import Line, Wrong

Value = TypeVar("Value")
LENGTH_MAX = 200


class CellRefused(ValueError):
    """The words say what is wrong with the cell; staff read them."""


@dataclass(kw_only=True, slots=True)
class Cells:
    """The cells of one line, and what was wrong with those that were read."""

    line: Line
    wrong: list[Wrong] = field(default_factory=list)

    def read(self, column: str, reading: Callable[[str], Value]) -> Value | None:
        """Give what a cell says, or None and keep what is wrong with it."""
        try:
            return reading(self.line.cells[column])
        except CellRefused as refused:
            self.wrong.append(Wrong(line=self.line.number, column=column, words=str(refused)))
            return None

    def read_if_told(self, column: str, reading: Callable[[str], Value]) -> Value | None:
        """The same, of a cell that may be empty."""
        return self.read(column, reading) if self.line.cells[column] else None


def text_of(cell: str) -> str:
    """Read a text that must be there."""
    if not cell:
        raise CellRefused("it is empty.")
    if len(cell) > LENGTH_MAX:
        raise CellRefused(f"it is longer than {LENGTH_MAX} characters.")
    return cell


def day_of(cell: str) -> date:
    """Read a day that must be there."""
    words = f"{cell!r} is not a day written as 2027-01-31. (Excel rewrites it unless it is text.)"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text_of(cell)):
        raise CellRefused(words)
    try:
        return date.fromisoformat(cell)
    except ValueError as trouble:
        raise CellRefused(f"{cell!r} is not in the calendar.") from trouble
