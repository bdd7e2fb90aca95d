"""Keep which of a customer's details a payment company was told of, and what it said when it was read after that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.merchants.models import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What became of telling one company. Neither `when` nor `is_refused`: it has not confirmed it yet."""

    connection: Connection
    when: datetime | None
    is_refused: bool


def keep_told(account: GatewayCustomer, *, version: int, told_at: datetime | None) -> None:
    """Note that a company has these details, as it was read at `told_at`; None: it said no."""
    mine = GatewayCustomer.objects.filter(merchant_id=account.merchant_id, id=account.id)
    mine.filter(details_version__lte=version).update(
        details_version=version, details_told_at=told_at, details_refused=told_at is None
    )


def carry_over(*, merchant_id: int, customer_id: int, before: int) -> None:
    """A writing that changes nothing of what companies are told leaves them as they were. Inside a transaction."""
    GatewayCustomer.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, details_version=before
    ).update(details_version=F("details_version") + 1)


def what_was_told(*, merchant_id: int, customer_id: int, version: int) -> list[Told]:
    """List a customer's companies, without those that never had to be told of these details."""
    accounts = GatewayCustomer.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, connection__removed_at__isnull=True
    ).select_related("connection")
    return [
        Told(
            connection=account.connection,
            when=account.details_told_at if account.details_version == version else None,
            is_refused=account.details_refused and account.details_version == version,
        )
        for account in accounts.order_by("id")
        if account.details_version < version or account.details_told_at or account.details_refused
    ]
