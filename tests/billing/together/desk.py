"""Ada at her desk: she asks what several payments come to, and pays them with one charge."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.quotes import next_payments, quote_several
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.policies import set_policies
from tests.billing.charging.scene import Collecting, collecting
from tests.simulator import Simulator


@dataclass(frozen=True, kw_only=True)
class Desk(Collecting):
    """The scene, and what Ada does in it."""

    def plan(self, count: int = 4, **given: Any) -> Subscription:
        """Start a plan of EUR 100.00 and a fee of EUR 4.00, in four payments; the first is due in three days."""
        wanted: dict[str, Any] = {
            "first_day": self.in_days(3),
            "fee": Money(400, "EUR"),
            "price": 10000,
            "count": count,
        }
        return self.start_plan(**(wanted | given))

    def in_days(self, count: int) -> date:
        """Give a local day."""
        return self.today() + timedelta(days=count)

    def of(self, agreement: Subscription) -> list[Payment]:
        """List an agreement's payments by their number."""
        rows = Payment.objects.filter(merchant_id=self.merchant.id, subscription_id=agreement.id)
        return list(rows.filter(position__isnull=False).order_by("position"))

    def covers(self) -> list[Payment]:
        """List the payments that cover others, the oldest first."""
        rows = Payment.objects.filter(
            merchant_id=self.merchant.id, collected_by="paydesk", position__isnull=True
        )
        return list(rows.order_by("id"))

    def stands(self, agreement: Subscription) -> Subscription:
        """Give an agreement as it stands."""
        return Subscription.objects.get(merchant_id=self.merchant.id, id=agreement.id)

    def quote(self, *payments: Payment) -> Quote:
        """Ask what these come to together."""
        return quote_several(
            merchant=merchant_by_id(self.merchant.id),
            customer_id=payments[0].customer_id or 0,
            payment_public_ids=[one.public_id for one in payments],
            now=clock.wall_now(),
        )

    def next(self, agreement: Subscription, count: int) -> list[Payment]:
        """Ask for the next few payments."""
        return next_payments(
            merchant=merchant_by_id(self.merchant.id),
            customer_id=agreement.customer_id or 0,
            subscription_public_id=agreement.public_id,
            count=count,
            now=clock.wall_now(),
        )

    def cancel(self, agreement: Subscription) -> None:
        """End it at once."""
        cancel_agreement(
            merchant=merchant_by_id(self.merchant.id),
            customer_id=agreement.customer_id or 0,
            subscription_public_id=agreement.public_id,
            when="now",
            now=clock.wall_now(),
        )

    def allow(self, **policies: str) -> None:
        """Let the merchant change its policies."""
        set_policies(merchant_id=self.merchant.id, given=policies)


def desk(simulator: Simulator, *, card: str = "good", slug: str = "clay") -> Desk:
    """Connect the merchant to a vault; Ada has a card there."""
    found = collecting(simulator, card=card, slug=slug)
    return Desk(**{field.name: getattr(found, field.name) for field in fields(Collecting)})


def expire(quote: Quote) -> None:
    """Let a quote hold no longer."""
    Quote.objects.filter(merchant_id=quote.merchant_id, id=quote.id).update(expires_at=quote.created_at)
