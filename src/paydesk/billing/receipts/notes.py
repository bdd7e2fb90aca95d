"""Say which notes follow a receipt: one for each refund that arrived and each lost dispute, one for each undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paydesk.billing.payments.models import Dispute, Payment, Refund
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.snapshot import PaidWith, Snapshot, head_of, paid_with
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedNote:
    """A note that is due: about a refund or about a dispute. `undoes`: the number of the note that it takes back."""

    kind: Receipt.Kind
    back: Refund | Dispute
    undoes: int | None = None

    @property
    def keys(self) -> dict[str, int]:
        """Give the column that the note is unique by."""
        return {"refund_id" if isinstance(self.back, Refund) else "dispute_id": self.back.id}


def wanted_notes(payment: Payment, rows: Sequence[Receipt]) -> list[WantedNote]:
    """List the notes that are due and not among the payment's rows, in the order in which the money moved."""
    wanted = [*_about_refunds(payment, rows), *_about_disputes(payment, rows)]
    return sorted(wanted, key=lambda note: (note.back.created_at, note.kind, note.back.id))


def snapshot_of_note(
    merchant: MerchantInSight, payment: Payment, note: WantedNote, *, receipt_number: int
) -> Snapshot:
    """Read what a note says. `payment` comes with its customer."""
    made = head_of(
        merchant,
        payment,
        amount_minor=note.back.amount_minor,
        happened_at=note.back.created_at,
        paid_with=_back_to(payment, note),
    )
    made["receipt_number"], made["note_number"] = receipt_number, note.undoes
    return made


def _back_to(payment: Payment, note: WantedNote) -> list[PaidWith]:
    """Money goes back to where it came from; of several methods the company does not say to which."""
    parts = paid_with(payment)
    if len(parts) != 1 or note.undoes is not None:
        return []
    back: PaidWith = {
        **parts[0],
        "amount_minor": note.back.amount_minor,
        "paid_at": note.back.created_at.isoformat(),
    }
    return [back]


def _about_refunds(payment: Payment, rows: Sequence[Receipt]) -> Iterator[WantedNote]:
    noted = {row.refund_id: row.number for row in rows if row.kind == Receipt.Kind.REFUND}
    undone = {row.refund_id for row in rows if row.kind == Receipt.Kind.REFUND_FAILED}
    for refund in Refund.objects.filter(merchant_id=payment.merchant_id, payment_id=payment.id):
        if refund.state == "succeeded" and refund.id not in noted:
            yield WantedNote(kind=Receipt.Kind.REFUND, back=refund)
        elif refund.state == "failed" and refund.id in noted and refund.id not in undone:
            yield WantedNote(kind=Receipt.Kind.REFUND_FAILED, back=refund, undoes=noted[refund.id])


def _about_disputes(payment: Payment, rows: Sequence[Receipt]) -> Iterator[WantedNote]:
    """One that is lost may be won on appeal: the bank takes the money back, and it is the merchant's again."""
    noted = {row.dispute_id: row.number for row in rows if row.kind == Receipt.Kind.DISPUTE}
    undone = {row.dispute_id for row in rows if row.kind == Receipt.Kind.DISPUTE_WON}
    for dispute in Dispute.objects.filter(merchant_id=payment.merchant_id, payment_id=payment.id):
        if dispute.state == "lost" and dispute.id not in noted:
            yield WantedNote(kind=Receipt.Kind.DISPUTE, back=dispute)
        elif dispute.state == "won" and dispute.id in noted and dispute.id not in undone:
            yield WantedNote(kind=Receipt.Kind.DISPUTE_WON, back=dispute, undoes=noted[dispute.id])
