"""Say for staff how far a comparison is, what it found, and what stands against charging again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum

from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.payments.models import Attempt
from paydesk.kit.money import Money
from paydesk.sync.models import Comparison

_State = Comparison.State


def look_at_comparison(hold: ChargeHold) -> str:
    """Say it in a sentence or two; empty for a hold that waits for no comparison. Asks no company."""
    if hold.kind != ChargeHold.Kind.RESTORE:
        return ""
    if hold.connection is not None and hold.connection.removed_at is not None:
        return (
            "It is closed. Once it is opened again it is compared with the company; until then what its customers pay"
            " elsewhere waits as well, since it may have been paid here."
        )
    rows = Comparison.objects.select_related("hold")
    row = rows.filter(merchant_id=hold.merchant_id, hold_id=hold.id).first()
    if row is None:
        return "A worker compares it with the company before charging goes on."
    if row.begun_at is None:
        since = f"{row.due_at:%H:%M:%S} UTC" if row.due_at else "soon"
        return (
            f"It is compared with the company from {since} on: by then what was asked for just before the restore has"
            " come to its end."
        ) + _last(row)
    return f"{_progress(row)} {summary(row)}" + _last(row)


def summary(row: Comparison) -> str:
    """Say what was read, and which charges were found whose attempts had been lost."""
    read = f"Read: {row.charges_count:,} charges of {row.customers_count:,} customers, {row.events_count:,} events"
    count, sums = found_again(row)
    found = f"Found again: {count:,} charges" + (f" ({', '.join(map(str, sums))})" if sums else "")
    return f"{read}; {row.attempts_count:,} open attempts looked up. {found}."


def found_again(row: Comparison) -> tuple[int, Sequence[Money]]:
    """Count the attempts that were made again since the restore, whoever met the charge, and what they took."""
    found = Attempt.objects.filter(
        merchant_id=row.merchant_id, connection_id=row.connection_id, found_at__gte=row.hold.started_at
    )
    taken = found.filter(state=Attempt.State.SUCCEEDED).order_by("currency").values_list("currency")
    return found.count(), [Money(minor, currency) for currency, minor in taken.annotate(Sum("amount_minor"))]


def _last(row: Comparison) -> str:
    return f" Last: {row.trouble}." if row.trouble else ""


def _progress(row: Comparison) -> str:
    if row.state == _State.CUSTOMERS:
        return f"Compared with the company: {row.customers_count:,} of {row.customers_total:,} customers."
    if row.state == _State.EVENTS:
        return "Compared with the company: all customers, and its events are looked through."
    if row.state == _State.ATTEMPTS:
        return "Compared with the company: all customers, and what is still open is looked up."
    return (
        "Compared with the company, and in doubt: a person has to look at what `paydesk concerns` lists, and close it"
        " with what was found. Then it is compared once more, and charging goes on."
    )
