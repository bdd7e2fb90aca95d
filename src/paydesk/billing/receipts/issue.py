"""Issue the receipt for a paid payment, and the notes that follow it. Asking twice gives the same ones.

Numbers are taken in the transaction that inserts the rows, under the series' lock, so there is no gap (R11). A receipt
is never edited: money that goes back later is a note of its own, and what was wrong is said anew in a further version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.models import Receipt, ReceiptSeries
from paydesk.billing.receipts.notes import WantedNote, snapshot_of_note, wanted_notes
from paydesk.billing.receipts.numbers import locked_series, next_number
from paydesk.billing.receipts.snapshot import snapshot_of_payment
from paydesk.billing.receipts.strays import bring_home, strays_of
from paydesk.database.transactions import in_transaction, locked
from paydesk.merchants.find import MerchantInSight


class ReceiptRefused(Exception):
    """There is nothing to prove yet. The words are for the customer.

    `parts`: receipts and notes of parts that are paid, which had theirs before the bill took them over.
    """

    def __init__(self, words: str, *, parts: Sequence[Receipt] = ()) -> None:
        super().__init__(words)
        self.parts = parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """A payment's receipt as it counts now, its notes, and the receipts that it took the place of, by number."""

    receipt: Receipt
    notes: list[Receipt]
    replaced: list[Receipt]


def issue_receipt(*, merchant: MerchantInSight, payment_id: int, now: datetime) -> Issued:
    """Give a payment's receipt with its notes; what is missing is made now. `now` is wall time.

    Raises ReceiptRefused for a payment that was not made.
    """
    payments = _payments(merchant, payment_id)
    payment = payments.get()
    rows = _rows(payment)
    # Most asks are not the first, and need no lock: rows are only ever added.
    if _latest(rows) is None or strays_of(payment) or wanted_notes(payment, rows):
        rows = in_transaction(lambda: _issue(merchant, locked(payments).get(), now))
    return _issued(rows)


def _issue(merchant: MerchantInSight, payment: Payment, now: datetime) -> list[Receipt]:
    """Make what is missing for a locked payment, and give all its rows."""
    strays, rows, is_made = strays_of(payment), _rows(payment), _is_made(payment)
    if _latest(rows) is None and not is_made:
        raise ReceiptRefused(_why_not(payment), parts=strays)
    series = locked_series(merchant)
    # What proves a part does not prove a bill that is still owed: it waits where it stands until the bill is paid.
    has_come_home = bool(strays) and is_made
    if has_come_home:
        bring_home(payment, strays, version=_next_version(rows))
        rows = _rows(payment)
    if _latest(rows) is None or (has_come_home and not _says_it_all(payment, rows)):
        _write_receipt(merchant, series, payment, rows, now)
        rows = _rows(payment)
    for note in wanted_notes(payment, rows):
        _write_note(merchant, series, payment, note, _issued(rows).receipt, now)
    return _rows(payment)


def _write_receipt(
    merchant: MerchantInSight, series: ReceiptSeries, payment: Payment, rows: list[Receipt], now: datetime
) -> None:
    replaces = [row.number for row in rows if row.kind == Receipt.Kind.RECEIPT]
    Receipt.objects.create(
        merchant_id=merchant.id,
        series_id=series.id,
        payment_id=payment.id,
        kind=Receipt.Kind.RECEIPT,
        number=next_number(series),
        version=_next_version(rows),
        snapshot=snapshot_of_payment(merchant, payment, replaces=replaces),
        issued_at=now,
    )


def _write_note(
    merchant: MerchantInSight,
    series: ReceiptSeries,
    payment: Payment,
    note: WantedNote,
    receipt: Receipt,
    now: datetime,
) -> None:
    Receipt.objects.create(
        merchant_id=merchant.id,
        series_id=series.id,
        payment_id=payment.id,
        kind=note.kind,
        number=next_number(series),
        snapshot=snapshot_of_note(merchant, payment, note, receipt=receipt),
        issued_at=now,
        **note.keys,
    )


def _is_made(payment: Payment) -> bool:
    return payment.state == Payment.State.PAID and payment.amount_minor > 0


def _why_not(payment: Payment) -> str:
    if payment.state == Payment.State.COVERED:
        return _("This payment is made together with others: the one charge for all of them has the receipt.")
    return _("A receipt is there as soon as the payment has been made.")


def _says_it_all(payment: Payment, rows: list[Receipt]) -> bool:
    """Say whether the one receipt that a charge brought along proves the whole bill; else the bill needs a version."""
    receipts = [row for row in rows if row.kind == Receipt.Kind.RECEIPT]
    said = receipts[0].snapshot
    whole = (payment.amount_minor, payment.currency)
    return len(receipts) == 1 and (said["amount_minor"], said["currency"]) == whole


def _payments(merchant: MerchantInSight, payment_id: int) -> QuerySet[Payment]:
    return Payment.objects.select_related("customer").filter(merchant_id=merchant.id, id=payment_id)


def _rows(payment: Payment) -> list[Receipt]:
    rows = Receipt.objects.filter(merchant_id=payment.merchant_id, payment_id=payment.id)
    return list(rows.order_by("number"))


def _latest(rows: list[Receipt]) -> Receipt | None:
    receipts = [row for row in rows if row.kind == Receipt.Kind.RECEIPT]
    return max(receipts, key=lambda row: row.version, default=None)


def _next_version(rows: list[Receipt]) -> int:
    latest = _latest(rows)
    return latest.version + 1 if latest else 1


def _issued(rows: list[Receipt]) -> Issued:
    receipt = _latest(rows)
    if receipt is None:
        raise AssertionError("a receipt was made, and is not there")
    before = [row for row in rows if row.kind == Receipt.Kind.RECEIPT and row.id != receipt.id]
    return Issued(
        receipt=receipt,
        notes=[row for row in rows if row.kind != Receipt.Kind.RECEIPT],
        replaced=[row for row in before if row.number in receipt.snapshot["replaces"]],
    )
