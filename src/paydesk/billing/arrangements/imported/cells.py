"""Read one cell of a CSV of agreements: an interval, a number, yes or no, an amount."""

from __future__ import annotations

import re

from paydesk.kit.language import has_currency
from paydesk.kit.money import Money, MoneyError, money_of_text
from paydesk.kit.spreadsheets.cells import CellRefused, text_of

_INTERVAL = re.compile(r"(?:([1-9][0-9]{0,2}) )?(day|week|month|year)(s?)")


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
