"""Mirror money that goes back: refunds and disputes, each a row with a state of its own and an entry in the books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import write_entry
from paydesk.billing.payments.models import Dispute, Payment, Refund
from paydesk.billing.payments.restate import contradict
from paydesk.gateways.records import DisputeRecord, RefundRecord

#: One statement that inserts, or updates what is there: the constraint decides, not a read before it.
_UPSERT: dict[str, Any] = {
    "update_conflicts": True,
    "unique_fields": ["merchant", "connection", "reference"],
    "update_fields": ["state", "amount_minor"],
}
#: A refund goes this way only: an older answer that comes in late does not turn it back.
_RANKS = {"pending": 1, "succeeded": 2, "failed": 3}


def mirror_refund(*, payment: Payment, connection_id: int, record: RefundRecord, now: datetime) -> None:
    """Keep one refund; only a succeeded one is in the books, and one that fails later is reversed.

    `connection_id`: where it was charged, which may be elsewhere than it would be today. One of ours is known by its
    mark, before the company's name for it is. A second one with the same mark, made because the company had forgotten
    the key, is a row of its own, and a person looks. Call inside a transaction that locks the payment; `now` is wall
    time.
    """
    mine = Refund.objects.filter(merchant_id=payment.merchant_id, connection_id=connection_id)
    ours = mine.filter(key__isnull=False, public_id=record.tag).first() if record.tag else None
    if ours is not None and ours.reference not in (None, "", record.reference):
        contradict(payment=payment, attempt_public_id="", now=now)
        ours = None
    known = ours or mine.filter(reference=record.reference).first()
    if known is not None and known.reference and _RANKS[record.state] < _RANKS[known.state]:
        return
    if ours is None:
        Refund.objects.bulk_create([Refund(**refund_facts(payment, connection_id, record))], **_UPSERT)
    else:
        _take_to_ours(ours, record, now)
    if record.state == "succeeded":
        _enter(payment, connection_id, record, LedgerEntry.Kind.REFUND)
    elif record.state == "failed" and _was_entered(payment, connection_id, record.reference):
        _enter(payment, connection_id, record, LedgerEntry.Kind.REFUND_REVERSAL)


def _take_to_ours(ours: Refund, record: RefundRecord, now: datetime) -> None:
    """A company that gives no marks back may have told of it as a refund of its own: one refund is one row."""
    mine = Refund.objects.filter(merchant_id=ours.merchant_id, connection_id=ours.connection_id)
    row_id = ours.id
    facts: dict[str, Any] = {"state": record.state, "amount_minor": record.amount.minor}
    twin = mine.filter(reference=record.reference).exclude(id=ours.id).first()
    if twin is not None:
        # The other row stays: a note may stand on it.
        mine.filter(id=ours.id).delete()
        row_id = twin.id
        facts |= {
            name: getattr(ours, name) for name in ("public_id", "key", "asked_by", "asked_at", "due_at")
        }
    if record.state != "pending":
        facts["due_at"] = None
        end_doubt_about_refund(ours, state=record.state, now=now)
    mine.filter(id=row_id).update(
        reference=record.reference,
        charge_reference=record.charge_reference or ours.charge_reference,
        created_at=record.created_at,
        trouble="",
        **facts,
    )


def doubt_about_refund(refund: Refund) -> dict[str, Any]:
    """Name the concern about a refund of ours that has no clear answer."""
    return {
        "merchant_id": refund.merchant_id,
        "kind": Concern.Kind.UNKNOWN_OUTCOME,
        "subject": f"refund:{refund.public_id}",
    }


def end_doubt_about_refund(refund: Refund, *, state: str, now: datetime) -> None:
    """It is settled, whoever heard of it first: nobody has to look any more. `now` is wall time."""
    resolve_quietly(**doubt_about_refund(refund), note=f"The refund is {state}.", now=now)


def mirror_dispute(*, payment: Payment, connection_id: int, record: DisputeRecord) -> None:
    """Keep one dispute: its money leaves when it is opened and comes back when it is won.

    A bank that only inquires takes nothing, and nothing has to come back when its inquiry is closed.
    """
    Dispute.objects.bulk_create([Dispute(**back_facts(payment, connection_id, record))], **_UPSERT)
    if not takes_money(record):
        return
    _enter(payment, connection_id, record, LedgerEntry.Kind.DISPUTE)
    if record.state == "won":
        _enter(payment, connection_id, record, LedgerEntry.Kind.REVERSAL)


def takes_money(record: DisputeRecord) -> bool:
    """Say whether a dispute has taken the money, be it for a while."""
    return record.state not in ("inquiry", "closed")


def _was_entered(payment: Payment, connection_id: int, reference: str) -> bool:
    return LedgerEntry.objects.filter(
        merchant_id=payment.merchant_id,
        connection_id=connection_id,
        kind=LedgerEntry.Kind.REFUND,
        reference=reference,
    ).exists()


def refund_facts(payment: Payment, connection_id: int, record: RefundRecord) -> dict[str, Any]:
    """Give the columns of a refund that follow from what the company says."""
    return back_facts(payment, connection_id, record) | {"charge_reference": record.charge_reference}


def back_facts(payment: Payment, connection_id: int, record: RefundRecord | DisputeRecord) -> dict[str, Any]:
    """Give the columns that follow from what the company says."""
    return {
        "merchant_id": payment.merchant_id,
        "connection_id": connection_id,
        "reference": record.reference,
        "payment_id": payment.id,
        "state": record.state,
        "amount_minor": record.amount.minor,
        "currency": record.amount.currency,
        "created_at": record.created_at,
    }


def _enter(
    payment: Payment, connection_id: int, record: RefundRecord | DisputeRecord, kind: LedgerEntry.Kind
) -> None:
    write_entry(
        merchant_id=payment.merchant_id,
        connection_id=connection_id,
        payment_id=payment.id,
        kind=kind,
        reference=record.reference,
        amount=record.amount,
        occurred_at=record.created_at,
    )
