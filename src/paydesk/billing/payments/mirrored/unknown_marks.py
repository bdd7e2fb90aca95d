"""Tell a person of a charge that carries a mark of Paydesk's which nothing here gives: once for each charge.

It may be ours, of a stretch of time that a restored database lost, or another installation's at the same account. It is
mirrored as any other charge, and stops nothing but the comparison after a restore (`sync/compare`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.gateways.records import AttemptRecord, CollectibleRecord, Verdict
from paydesk.merchants.models import Connection

#: No money moved, and none will.
_NOTHING = {Verdict.DECLINED, Verdict.NEVER_SEEN}
#: None moved, and it may yet, if the customer confirms what was asked.
_NOTHING_YET = {*_NOTHING, Verdict.NEEDS_CUSTOMER}
_MADE_AT = "%Y-%m-%d %H:%M UTC"


def marked_charge(record: CollectibleRecord) -> AttemptRecord | None:
    """Give the charge if it stands alone and carries a mark: those of bills are the bills'."""
    if len(record.attempts) != 1 or record.attempts[0].reference != record.reference:
        return None
    return record.attempts[0] if record.attempts[0].tag else None


def is_nobodys_debt(record: CollectibleRecord) -> bool:
    """Say whether it is a charge with a mark that took nothing: what it was to pay is owed as a payment of its own."""
    charge = marked_charge(record)
    return charge is not None and charge.outcome.verdict in _NOTHING_YET


def say_that_its_mark_is_unknown(*, connection: Connection, record: CollectibleRecord, now: datetime) -> None:
    """Open the concern for a marked charge that nobody here made. Call inside a transaction; `now` is wall time."""
    charge = marked_charge(record)
    if charge is None or charge.outcome.verdict in _NOTHING:
        return
    subject = _subject(connection, charge.reference)
    if Concern.objects.filter(
        merchant_id=connection.merchant_id, kind=Concern.Kind.UNKNOWN_CHARGE, subject=subject
    ).exists():
        # Open, or a person has looked at it already.
        return
    amount = charge.outcome.amount or record.amount
    open_concern(
        merchant_id=connection.merchant_id,
        kind=Concern.Kind.UNKNOWN_CHARGE,
        subject=subject,
        facts={
            "connection": connection.name,
            "charge": charge.reference,
            "customer": record.customer_reference,
            "mark": charge.tag,
            "made_at": f"{charge.created_at.astimezone(UTC):{_MADE_AT}}",
            "amount_minor": amount.minor,
            "currency": amount.currency,
        },
        now=now,
    )


def say_that_its_mark_is_known(*, connection: Connection, record: CollectibleRecord, now: datetime) -> None:
    """End the doubt about a charge that was found to be ours after all. Call inside a transaction."""
    resolve_quietly(
        merchant_id=connection.merchant_id,
        kind=Concern.Kind.UNKNOWN_CHARGE,
        subject=_subject(connection, record.reference),
        note="It was found to be an attempt of ours.",
        now=now,
    )


def open_doubts_about_charges(connection: Connection, *, made_after: datetime) -> Sequence[Concern]:
    """List those that were made after a moment and that no person has looked at."""
    found = Concern.objects.filter(
        merchant_id=connection.merchant_id,
        kind=Concern.Kind.UNKNOWN_CHARGE,
        subject__startswith=_subject(connection, ""),
        resolved_at__isnull=True,
    ).order_by("opened_at", "id")
    return [one for one in found if _made_at(one) >= made_after]


def _subject(connection: Connection, reference: str) -> str:
    return f"charge:{connection.uuid}:{reference}"


def _made_at(concern: Concern) -> datetime:
    """It is told to the minute; what began in that minute counts as made at its end."""
    made_at = datetime.strptime(concern.facts["made_at"], _MADE_AT)  # noqa: DTZ007  it says UTC
    return made_at.replace(second=59, tzinfo=UTC)
