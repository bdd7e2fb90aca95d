"""Judge every line of a CSV of agreements: what it would make, or what is wrong with it. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from paydesk.billing.arrangements.imported.forecast import Forecast, due_until
from paydesk.billing.arrangements.imported.known import Known, look_up
from paydesk.billing.arrangements.imported.line import wanted_of_line
from paydesk.billing.arrangements.start import StartRefused, planned_of
from paydesk.billing.arrangements.wanted import AgreementWanted, agreement_row
from paydesk.billing.payments.charging.plan_out import Planned
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.named import already_there, at_company, refusal
from paydesk.kit import clock
from paydesk.kit.spreadsheets.table import Line, LinesRefused, Table, Wrong
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

#: What an agreement that is there has of what a line says.
_SAID = {
    "gateway_customer_id": "customer",
    "name": "name",
    "currency": "currency",
    "interval_unit": "interval",
    "interval_count": "interval",
    "payments_total": "payments",
    "total_minor": "price",
    "deposit_minor": "deposit",
    "fee_minor": "fee",
    "anchor_date": "first_day",
}


@dataclass(kw_only=True, slots=True)
class Judged:
    """What is to be made, in the order of the file, and what that means."""

    wanted: list[AgreementWanted] = field(default_factory=list)
    forecast: Forecast


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where the lines are judged, and by when. `today` is the merchant's day, `now` wall time."""

    merchant: MerchantInSight
    connection: Connection
    known: Known
    today: date
    allows_past: bool
    now: datetime


def judge_lines(
    *, merchant: MerchantInSight, connection: Connection, table: Table, allows_past: bool, now: datetime
) -> Judged:
    """Give what the file would make; raises LinesRefused with everything that is wrong with it."""
    today = clock.local_date(merchant.business_now(), zone=merchant.time_zone)
    place = _Place(
        merchant=merchant,
        connection=connection,
        known=look_up(connection=connection, lines=table.lines),
        today=today,
        allows_past=allows_past,
        now=now,
    )
    judged = Judged(forecast=Forecast(today=today))
    wrong = [*table.wrong, *table.named_twice("reference")]
    for line in table.lines:
        wrong.extend(_judge(place, judged, line))
    if wrong:
        raise LinesRefused(wrong)
    return judged


def _judge(place: _Place, judged: Judged, line: Line) -> list[Wrong]:
    wanted, wrong = wanted_of_line(line, place.known)
    if wanted is None:
        return wrong
    try:
        planned = planned_of(wanted)
    except StartRefused as refused:
        return [Wrong(line=line.number, words=str(refused))]
    named = place.known.named.get(wanted.reference, ())
    known = already_there(named, connection_id=place.connection.id)
    if known is not None:
        judged.forecast.known_count += 1
        if differing := _differing(place, known, wanted, planned):
            judged.forecast.differing.append((line.number, differing))
        return []
    words = refusal(named, connection_id=place.connection.id)
    if words is None and wanted.reference in place.known.orders:
        words = at_company(wanted.reference)
    if words is not None:
        return [Wrong(line=line.number, column="reference", words=words)]
    if (past := _past_words(place, wanted, planned)) is not None:
        return [Wrong(line=line.number, column="first_day", words=past)]
    judged.wanted.append(wanted)
    has_card = wanted.method is not None or wanted.owner.id in place.known.payable
    judged.forecast.take(wanted, planned, has_card=has_card)
    return []


def _differing(
    place: _Place, known: Subscription, wanted: AgreementWanted, planned: list[Planned]
) -> list[str]:
    row = agreement_row(merchant=place.merchant, wanted=wanted, planned=planned, now=place.now)
    said = _SAID if wanted.payments_count is not None else _SAID | {"amount_minor": "price"}
    if known.connection_id != row.connection_id:
        # It was moved away, to another account of the same customer.
        said = {"customer_id" if name == "gateway_customer_id" else name: said[name] for name in said}
    return sorted({column for name, column in said.items() if getattr(row, name) != getattr(known, name)})


def _past_words(place: _Place, wanted: AgreementWanted, planned: list[Planned]) -> str | None:
    """Say why payments whose day is past may not be made, or None: they would be charged at once."""
    count, _ = due_until(wanted, planned, place.today - timedelta(days=1))
    if not count or place.allows_past:
        return None
    day = planned[wanted.paid_before].day
    which = f"{count} payments from {day} on are" if count > 1 else f"the payment of {day} is"
    remedy = "give a later day" if wanted.payments_count is None else "say in paid_before what was paid"
    return f"{which} past and would be charged at once: {remedy}, or import with --past."
