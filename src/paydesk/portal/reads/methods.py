"""Read the payment methods that a customer has on file, and what each of them pays."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.compiled import CompiledQuery
from paydesk.gateways.records import SubscriptionState


class SavedMethod(NamedTuple):
    """A method as its company has it."""

    id: int
    public_id: str
    kind: str
    brand: str
    last_four: str
    expires_month: int | None
    expires_year: int | None
    is_default: bool
    connection_removed_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        """A card is good to the end of the month that it names."""
        if self.expires_year is None or self.expires_month is None:
            return False
        return (self.expires_year, self.expires_month) < (now.year, now.month)


class Use(NamedTuple):
    """A subscription that a method pays."""

    method_id: int
    public_id: str
    name: str


_METHODS = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        PaymentMethod.objects.filter(
            merchant_id=merchant_id, customer_id=customer_id, removed_at__isnull=True
        )
        .order_by("-is_default", "-id")
        .values_list(*SavedMethod._fields[:-1], "connection__removed_at")
    ),
    into=SavedMethod,
    slots={"merchant_id": int, "customer_id": int},
)
_USES = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        Subscription.objects.filter(
            merchant_id=merchant_id, customer_id=customer_id, payment_method_id__isnull=False
        )
        .exclude(state__in=[SubscriptionState.CANCELED, SubscriptionState.COMPLETED])
        .order_by("name", "id")
        .values_list("payment_method_id", "public_id", "name")
    ),
    into=Use,
    slots={"merchant_id": int, "customer_id": int},
)


def saved_methods(*, merchant_id: int, customer_id: int) -> list[tuple[SavedMethod, list[Use]]]:
    """Give each method with the subscriptions that it pays, the default first."""
    uses = _USES.rows(merchant_id=merchant_id, customer_id=customer_id)
    return [
        (method, [use for use in uses if use.method_id == method.id])
        for method in _METHODS.rows(merchant_id=merchant_id, customer_id=customer_id)
    ]
