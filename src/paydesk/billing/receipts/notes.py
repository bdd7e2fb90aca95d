"""Say which notes follow a receipt: one for each refund that arrived and each lost dispute, one for each undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paydesk.billing.payments.models import Dispute, Payment, Refund
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.snapshot import PaidWith, Snapshot, head_of, paid_with
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class Back:
    """One way in which money goes back: the state that a note is due for, and the one in which it is undone.

    `key` is the column by which a receipt names such a row.
    """

    rows: type[Refund] | type[Dispute]
    key: str
    arrived: str
    kind: Receipt.Kind
    undone: str
    undone_kind: Receipt.Kind


#: A dispute that is lost may be won on appeal: the bank takes the money back, and it is the merchant's again.
BACKS = (
    Back(
        rows=Refund,
        key="refund_id",
        arrived="succeeded",
        kind=Receipt.Kind.REFUND,
        undone="failed",
        undone_kind=Receipt.Kind.REFUND_FAILED,
    ),
    Back(
        rows=Dispute,
        key="dispute_id",
        arrived="lost",
        kind=Receipt.Kind.DISPUTE,
        undone="won",
        undone_kind=Receipt.Kind.DISPUTE_WON,
    ),
)


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
    wanted = [note for back in BACKS for note in _about(back, payment, rows)]
    return sorted(wanted, key=lambda note: (note.back.created_at, note.kind, note.back.id))


def snapshot_of_note(
    merchant: MerchantInSight, payment: Payment, note: WantedNote, *, receipt: Receipt
) -> Snapshot:
    """Read what a note says. It is made out to whom its receipt is. `payment` comes with its customer."""
    made = head_of(
        merchant,
        payment,
        amount_minor=note.back.amount_minor,
        happened_at=note.back.created_at,
        paid_with=_back_to(payment, note),
    )
    # A dispute may be in another currency than its charge.
    made["currency"] = note.back.currency
    made["receipt_number"], made["note_number"] = receipt.number, note.undoes
    made["customer"], made["billing"] = receipt.snapshot["customer"], receipt.snapshot["billing"]
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


def _about(back: Back, payment: Payment, rows: Sequence[Receipt]) -> Iterator[WantedNote]:
    noted = {getattr(row, back.key): row.number for row in rows if row.kind == back.kind}
    undone = {getattr(row, back.key) for row in rows if row.kind == back.undone_kind}
    for one in back.rows.objects.filter(merchant_id=payment.merchant_id, payment_id=payment.id):
        if one.state == back.arrived and one.id not in noted:
            yield WantedNote(kind=back.kind, back=one)
        elif one.state == back.undone and one.id in noted and one.id not in undone:
            yield WantedNote(kind=back.undone_kind, back=one, undoes=noted[one.id])
