"""Say which backup a customer has chosen, and for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paydesk.billing.backups.models import BackupChoice
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.standing import ENDED


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What counts now: the choice for everything, and those for a subscription by its id. Each has its method."""

    for_everything: BackupChoice | None
    by_subscription: Mapping[int, BackupChoice]

    def of(self, subscription_id: int) -> BackupChoice | None:
        """Give the choice that counts for a subscription; one without a method says that there is to be none."""
        return self.by_subscription.get(subscription_id, self.for_everything)

    def method_of(self, subscription_id: int) -> PaymentMethod | None:
        """Give the method that stands by for a subscription, be it fit or not."""
        choice = self.of(subscription_id)
        return choice.payment_method if choice else None


def chosen_backups(*, merchant_id: int, customer_id: int | None) -> Chosen:
    """Read what a customer has chosen; one query."""
    rows = BackupChoice.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id or 0, ended_at__isnull=True
    ).select_related(
        "subscription", "payment_method__connection", "payment_method__gateway_customer__connection"
    )
    found = list(rows.order_by("id"))
    return Chosen(
        for_everything=next((one for one in found if one.subscription_id is None), None),
        by_subscription={one.subscription_id: one for one in found if one.subscription_id is not None},
    )


def choices_of_method(method: PaymentMethod) -> Sequence[BackupChoice]:
    """List for what a method is the backup now, with the subscription of each; a past one is stood by for no more."""
    rows = BackupChoice.objects.filter(
        merchant_id=method.merchant_id, payment_method_id=method.id, ended_at__isnull=True
    )
    return [
        one
        for one in rows.select_related("subscription").order_by("id")
        if one.subscription is None or one.subscription.state not in ENDED
    ]
