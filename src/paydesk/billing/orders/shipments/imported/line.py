"""Read one line of a CSV of shipments, and name everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import partial

from paydesk.billing.orders.models import Order
from paydesk.billing.orders.shipments.facts import is_safe_link
from paydesk.billing.orders.shipments.imported.known import KnownOrders
from paydesk.billing.orders.shipments.keep import ShipmentWanted
from paydesk.kit.spreadsheets.cells import CellRefused, Cells, day_of, text_of
from paydesk.kit.spreadsheets.table import Line, Wrong

_SHORT_MAX = 80
_LINK_MAX = 1000


def wanted_of_line(
    line: Line, columns: Collection[str], known: KnownOrders
) -> tuple[ShipmentWanted | None, list[Wrong]]:
    """Give what the line says, or all that is wrong with its cells. A column that the file has not says nothing."""
    cells = Cells(line=line)
    reference = cells.read("shipment", text_of)
    order = cells.read("order", partial(_order, known))
    number = cells.read("order_number", _short)
    told: dict[str, str | date | None] = {}
    for column, (name, reading) in _FACTS.items():
        if column in columns:
            told[name] = cells.read(column, reading)
    if cells.wrong or reference is None or order is None:
        return None, cells.wrong
    return ShipmentWanted(reference=reference, order=order, told=told, order_number=number or ""), []


def _order(known: KnownOrders, cell: str) -> Order:
    word = text_of(cell)
    found = known.by_number.get(word) or known.by_reference.get(word) or []
    if not found:
        raise CellRefused(f"{word!r} is no order's number, and no reference of one.")
    if len(found) > 1:
        references = ", ".join(sorted(one.reference for one in found))
        raise CellRefused(f"{word!r} is {len(found)} orders: name one of {references}.")
    return found[0]


def _short(cell: str) -> str:
    if len(cell) > _SHORT_MAX:
        raise CellRefused(f"it is longer than {_SHORT_MAX} characters.")
    return cell


def _title(cell: str) -> str:
    return text_of(cell) if cell else ""


def _link(cell: str) -> str:
    if cell and not is_safe_link(cell):
        raise CellRefused(f"{cell[:60]!r} is not an https address.")
    if len(cell) > _LINK_MAX:
        raise CellRefused(f"it is longer than {_LINK_MAX} characters.")
    return cell


def _day(cell: str) -> date | None:
    return day_of(cell) if cell else None


_FACTS: dict[str, tuple[str, Callable[[str], str | date | None]]] = {
    "title": ("title", _title),
    "carrier": ("carrier", _short),
    "number": ("number", _short),
    "link": ("link", _link),
    "prepared": ("prepared_date", _day),
    "shipped": ("shipped_date", _day),
    "expected": ("expected_date", _day),
    "delivered": ("delivered_date", _day),
    "returned": ("returned_date", _day),
}
