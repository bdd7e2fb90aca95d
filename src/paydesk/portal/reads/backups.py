"""Read the backups that a customer has chosen, beside what else a page asks for."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from paydesk.billing.arrangements.what_pays_what import NOT_RUNNING
from paydesk.billing.backups.models import BackupChoice
from paydesk.database.compiled import CompiledQuery
from paydesk.database.together import Ask
from paydesk.portal.words.expiry import is_expired


class ChosenBackup(NamedTuple):
    """A method that is to stand by, for one subscription or for everything."""

    subscription_public_id: str | None
    subscription_name: str | None
    method_brand: str
    method_last_four: str
    expires_month: int | None
    expires_year: int | None
    removed_at: datetime | None

    def trouble(self, now: datetime) -> str:
        """Say why it cannot stand by any more, or nothing."""
        if self.removed_at is not None:
            return "removed"
        return "expired" if is_expired(self.expires_month, self.expires_year, now) else ""


_ALL = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        BackupChoice.objects.filter(
            merchant_id=merchant_id,
            customer_id=customer_id,
            ended_at__isnull=True,
            payment_method__isnull=False,
        )
        .filter(Q(subscription=None) | ~Q(subscription__state__in=NOT_RUNNING))
        .order_by("id")
        .values_list(
            "subscription__public_id",
            "subscription__name",
            "payment_method__brand",
            "payment_method__last_four",
            "payment_method__expires_month",
            "payment_method__expires_year",
            "payment_method__removed_at",
        )
    ),
    into=ChosenBackup,
    slots={"merchant_id": int, "customer_id": int},
)


def ask_backups(*, merchant_id: int, customer_id: int) -> Ask:
    """Ask for what counts now: nothing stands by for what is over."""
    return Ask(_ALL, {"merchant_id": merchant_id, "customer_id": customer_id})
