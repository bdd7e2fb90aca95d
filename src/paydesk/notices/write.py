"""Write a letter in the transaction of what it tells; the worker sends it when that is committed."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.customers.models import CustomerEmail
from paydesk.notices.models import Letter

Subject = dict[str, str | int | None]


def write_letter(
    *,
    merchant_id: int,
    kind: str,
    customer_id: int | None,
    recipient: str,
    subject: Subject,
    now: datetime,
    send_at: datetime | None = None,
) -> Letter:
    """Put a letter into the outbox, to be sent at once or at `send_at`.

    `subject` holds identifiers only: what the letter says is made as it is sent.
    """
    return Letter.objects.create(
        merchant_id=merchant_id,
        kind=kind,
        customer_id=customer_id,
        recipient=recipient,
        subject=subject,
        created_at=now,
        due_at=send_at or now,
    )


def address_of(*, merchant_id: int, customer_id: int | None) -> str | None:
    """Give where a customer is written to: one that was proved comes first, of several the oldest."""
    mine = CustomerEmail.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id or 0, retired_at__isnull=True
    )
    found = sorted(mine, key=lambda one: (one.verified_at is None, one.id))
    return found[0].address if found else None
