"""Keep what is said of shipments: new ones are made, known ones changed. Said twice, it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date

from paydesk.billing.orders.models import Order, Shipment
from paydesk.billing.orders.shipments.facts import ShipmentFacts, refusal
from paydesk.database.batches import batches
from paydesk.database.transactions import locked
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight

_AT_ONCE = 500
_NAMES = tuple(one.name for one in fields(ShipmentFacts))


class ShipmentRefused(Exception):
    """What is said of a shipment cannot be so. The words are for staff."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentWanted:
    """What is said of the shipment that the merchant calls `reference`; what `told` does not name stays as it is.

    `order_number`: what the customer knows the order by, where the company gave it none.
    """

    reference: str
    order: Order
    told: Mapping[str, str | date | None]
    order_number: str = ""


@dataclass(kw_only=True, slots=True)
class Kept:
    """How many shipments were made, changed, or stood there like that already."""

    made_count: int = 0
    changed_count: int = 0
    same_count: int = 0


@dataclass(kw_only=True, slots=True)
class Judged:
    """What is to be written, and what is wrong by the reference of its shipment."""

    kept: Kept = field(default_factory=Kept)
    made: list[Shipment] = field(default_factory=list)
    changed: list[Shipment] = field(default_factory=list)
    numbered: dict[int, Order] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)


def keep_shipments(*, merchant: MerchantInSight, wanted: Sequence[ShipmentWanted]) -> Kept:
    """Keep all of them; raises ShipmentRefused for the first that cannot be so. Call inside a transaction."""
    judged = judge_shipments(merchant=merchant, wanted=wanted)
    for reference, words in judged.wrong:
        raise ShipmentRefused(f"{reference}: {words}")
    return write_shipments(merchant=merchant, judged=judged)


def judge_shipments(*, merchant: MerchantInSight, wanted: Sequence[ShipmentWanted]) -> Judged:
    """Say what is to be written and what is wrong; writes nothing. Inside a transaction what is known is locked."""
    today = clock.local_date(merchant.business_now(), zone=merchant.time_zone)
    judged = Judged()
    for some in batches(wanted, most=_AT_ONCE):
        mine = Shipment.objects.filter(merchant_id=merchant.id, reference__in={one.reference for one in some})
        known = {row.reference: row for row in locked(mine)}
        for one in some:
            _judge(merchant, judged, one, known.get(one.reference), today)
    return judged


def write_shipments(*, merchant: MerchantInSight, judged: Judged) -> Kept:
    """Write what was judged to be well."""
    Shipment.objects.bulk_create(judged.made, batch_size=_AT_ONCE)
    mine = Shipment.objects.filter(merchant_id=merchant.id)
    mine.bulk_update(judged.changed, _NAMES, batch_size=_AT_ONCE)
    for order in judged.numbered.values():
        Order.objects.filter(merchant_id=merchant.id, id=order.id).update(number=order.number)
    return judged.kept


def _judge(
    merchant: MerchantInSight,
    judged: Judged,
    wanted: ShipmentWanted,
    known: Shipment | None,
    today: date,
) -> None:
    before = _facts_of(known) if known else ShipmentFacts()
    facts = replace(before, **wanted.told)  # type: ignore[arg-type]  # Each reading gives what its field takes.
    if (trouble := _trouble(wanted, known) or refusal(facts, today=today)) is not None:
        judged.wrong.append((wanted.reference, trouble))
        return
    is_numbered = bool(wanted.order_number) and not wanted.order.number
    if is_numbered:
        wanted.order.number = wanted.order_number
        judged.numbered[wanted.order.id] = wanted.order
    if known is None:
        judged.kept.made_count += 1
        judged.made.append(
            Shipment(
                merchant_id=merchant.id,
                order_id=wanted.order.id,
                reference=wanted.reference,
                **asdict(facts),
            )
        )
    elif facts != before:
        judged.kept.changed_count += 1
        for name in _NAMES:
            setattr(known, name, getattr(facts, name))
        judged.changed.append(known)
    else:
        judged.kept.same_count += 1


def _trouble(wanted: ShipmentWanted, known: Shipment | None) -> str | None:
    if known is not None and known.order_id != wanted.order.id:
        return f"{wanted.reference!r} is a shipment of another order."
    if wanted.order_number and wanted.order.number not in ("", wanted.order_number):
        return f"the order has the number {wanted.order.number!r} already."
    return None


def _facts_of(row: Shipment) -> ShipmentFacts:
    return ShipmentFacts(**{name: getattr(row, name) for name in _NAMES})
