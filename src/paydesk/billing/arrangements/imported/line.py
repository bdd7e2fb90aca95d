"""Read one line of a CSV of agreements, and name everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from paydesk.billing.arrangements.imported.cells import (
    amount_of,
    count_of,
    currency_of,
    interval_of,
    is_yes,
)
from paydesk.billing.arrangements.imported.known import Known
from paydesk.billing.arrangements.wanted import AgreementWanted
from paydesk.billing.customers.addresses import normalized
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.kit.money import Money
from paydesk.kit.spreadsheets.cells import CellRefused, Cells, day_of, text_of
from paydesk.kit.spreadsheets.table import Line, Wrong

#: When the currency itself is wrong, only what is an amount in none is named: no currency has more places.
_MOST_PLACES = "CLF"


def wanted_of_line(line: Line, known: Known) -> tuple[AgreementWanted | None, list[Wrong]]:
    """Give what the line wants, or all that is wrong with its cells."""
    cells = Cells(line=line)
    reference = cells.read("reference", text_of)
    owner = cells.read("customer", partial(_owner, known))
    method = cells.read_if_told("method", partial(_method, known, owner))
    name = cells.read("name", text_of)
    amount: Callable[[str], Money] = partial(
        amount_of, currency=cells.read("currency", currency_of) or _MOST_PLACES
    )
    price = cells.read("price", amount)
    interval = cells.read("interval", interval_of)
    first_day = cells.read("first_day", day_of)
    payments_count = cells.read_if_told("payments", count_of)
    deposit = cells.read_if_told("deposit", amount)
    deposit_day = cells.read_if_told("deposit_day", partial(_deposit_day, line.cells["deposit"]))
    fee = cells.read_if_told("fee", amount)
    has_trial = cells.read("trial", is_yes)
    paid_before = cells.read_if_told("paid_before", count_of)
    if cells.wrong or not (reference and owner and name and price is not None and interval and first_day):
        return None, cells.wrong
    unit, count = interval
    return AgreementWanted(
        owner=owner,
        name=name,
        price=price,
        interval_unit=unit,
        interval_count=count,
        first_day=first_day,
        payments_count=payments_count,
        deposit=deposit,
        deposit_day=deposit_day,
        fee=fee,
        has_trial=bool(has_trial),
        method=method,
        reference=reference,
        paid_before=paid_before or 0,
    ), []


def _deposit_day(deposit: str, cell: str) -> date:
    day = day_of(cell)
    if not deposit:
        raise CellRefused("there is no deposit.")
    return day


def _owner(known: Known, cell: str) -> GatewayCustomer:
    word = text_of(cell)
    by_reference = known.owners.get(word)
    found = [by_reference] if by_reference else known.owners_by_address.get(normalized(word), [])
    if not found:
        raise CellRefused(f"{word!r} is not a customer of this connection.")
    if len(found) > 1:
        references = ", ".join(one.reference for one in found)
        raise CellRefused(f"{word!r} is {len(found)} customers of this connection: name one of {references}.")
    if found[0].customer_id is None:
        raise CellRefused(f"{word!r} has no e-mail address there, so nobody could see the agreement.")
    return found[0]


def _method(known: Known, owner: GatewayCustomer | None, cell: str) -> PaymentMethod:
    method = known.methods.get(cell)
    if method is None or (owner is not None and method.gateway_customer_id != owner.id):
        raise CellRefused(f"{cell!r} is not a saved method of that customer.")
    return method
