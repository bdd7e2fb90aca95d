"""Send a payment's receipt to its customer again, by letter. It goes to an address of theirs and to no other."""

from __future__ import annotations

from datetime import datetime

from paydesk.access import limits
from paydesk.billing.customers.addresses import normalized
from paydesk.billing.customers.models import CustomerEmail
from paydesk.billing.receipts.models import Receipt
from paydesk.database.transactions import in_transaction
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.receipt_letter import KIND
from paydesk.notices.write import write_letter


class TooManyReceipts(Exception):
    """So many were sent that the next one has to wait until `free_at`, wall time."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__(f"the next one from {free_at} on")
        self.free_at = free_at


class NoAddress(Exception):
    """The customer has no address any more that a letter could go to."""


def send_receipt(
    *, merchant: MerchantInSight, customer_id: int, address: str, receipt: Receipt, now: datetime
) -> Letter:
    """Put the letter into the outbox; `receipt` is one of the customer's own, `now` wall time.

    It goes to `address` if that is one of the customer's, else to their first. Raises TooManyReceipts, NoAddress.
    """

    def write() -> Letter:
        recipient = _recipient(merchant, customer_id, address)
        free_at = limits.use(
            merchant_id=merchant.id,
            limit=limits.RECEIPTS_SENT_AGAIN,
            subject=str(customer_id),
            now=now,
        )
        if free_at is not None:
            raise TooManyReceipts(free_at)
        return write_letter(
            merchant_id=merchant.id,
            kind=KIND,
            customer_id=customer_id,
            recipient=recipient,
            subject={"receipt": receipt.public_id},
            now=now,
        )

    return in_transaction(write)


def letter_of(*, merchant_id: int, customer_id: int, receipt: Receipt, public_id: str) -> Letter | None:
    """Give the letter with which the customer was sent this receipt; None for any other."""
    mine = Letter.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id[:16], kind=KIND
    )
    found = mine.first()
    return found if found is not None and found.subject.get("receipt") == receipt.public_id else None


def _recipient(merchant: MerchantInSight, customer_id: int, address: str) -> str:
    mine = CustomerEmail.objects.filter(
        merchant_id=merchant.id, customer_id=customer_id, retired_at__isnull=True
    )
    known = {row.normalized: row.address for row in mine.order_by("id")}
    if not known:
        raise NoAddress
    return known.get(normalized(address)) or next(iter(known.values()))
