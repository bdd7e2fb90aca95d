"""Read one cell of a CSV of agreements: a day, an interval, a number, yes or no, an amount."""

from __future__ import annotations

import re
from datetime import date

from paydesk.kit.language import has_currency
from paydesk.kit.money import Money, MoneyError, money_of_text

_INTERVAL = re.compile(r"(?:([1-9][0-9]{0,2}) )?(day|week|month|year)(s?)")
_LENGTH_MAX = 200


class CellRefused(ValueError):
    """The words say what is wrong with the cell; staff read them."""


def text_of(cell: str) -> str:
    """Read a text that must be there."""
    if not cell:
        raise CellRefused("it is empty.")
    if len(cell) > _LENGTH_MAX:
        raise CellRefused(f"it is longer than {_LENGTH_MAX} characters.")
    return cell


def currency_of(cell: str) -> str:
    """Read a currency's code, in capitals or not."""
    code = cell.upper()
    if not has_currency(code):
        raise CellRefused(f"{cell!r} is not the code of a currency, such as EUR.")
    return code


def amount_of(cell: str, currency: str) -> Money:
    """Read an amount that must be there."""
    try:
        return money_of_text(text_of(cell), currency)
    except MoneyError as refused:
        raise CellRefused(str(refused)) from refused


def day_of(cell: str) -> date:
    """Read a day that must be there."""
    words = f"{cell!r} is not a day written as 2027-01-31. (Excel rewrites it unless it is text.)"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text_of(cell)):
        raise CellRefused(words)
    try:
        return date.fromisoformat(cell)
    except ValueError as trouble:
        raise CellRefused(f"{cell!r} is not in the calendar.") from trouble


def interval_of(cell: str) -> tuple[str, int]:
    """Read how far payments are apart; gives the unit and how many of it."""
    found = _INTERVAL.fullmatch(" ".join(text_of(cell).lower().split()))
    if found is None or bool(found.group(3)) != (int(found.group(1) or 1) > 1):
        raise CellRefused(f"{cell!r} is not an interval such as month, 2 weeks, 10 days or year.")
    return found.group(2), int(found.group(1) or 1)


def count_of(cell: str) -> int:
    """Read a whole number."""
    if not re.fullmatch(r"[0-9]{1,4}", cell):
        raise CellRefused(f"{cell!r} is not a whole number.")
    return int(cell)


def is_yes(cell: str) -> bool:
    """Read yes or no; empty is no."""
    if cell.lower() not in ("yes", "no", ""):
        raise CellRefused(f"{cell!r} is neither yes nor no.")
    return cell.lower() == "yes"
