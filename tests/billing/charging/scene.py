"""A merchant that collects by itself at a vault, and its customer Ada with a saved card."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.pay_together import pay_quote
from paydesk.billing.arrangements.quotes import quote_pay_off
from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.holds.hold import hold_charging
from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.charging.silence import SILENCE
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.move_clock import move_clock
from tests.connected import Connected, connected, work_off
from tests.simulator import Simulator


@dataclass(frozen=True, kw_only=True)
class Collecting(Connected):
    """The scene, and what happens in it."""

    def owner(self) -> GatewayCustomer:
        return GatewayCustomer.objects.select_related("connection").get(
            merchant_id=self.merchant.id, reference=self.customer
        )

    def today(self) -> date:
        """Give the local day by the merchant's clock."""
        merchant = merchant_by_id(self.merchant.id)
        return clock.local_date(merchant.business_now(), zone=merchant.time_zone)

    def broken(self) -> list[str]:
        """Name the truths of the books that do not hold."""
        found = check_truths(merchant_by_id(self.merchant.id), now=clock.wall_now())
        return [one.truth.name for one in found]

    def start(self, **given: Any) -> Subscription:
        """Start an agreement whose first payment is due today; EUR 30.00 a month unless it is said otherwise."""
        wanted: dict[str, Any] = {
            "owner": self.owner(),
            "name": "Kiln sharing",
            "price": Money(3000, "EUR"),
            "interval_unit": "month",
            "interval_count": 1,
            "first_day": self.today(),
        }
        return start_agreement(
            merchant=self.merchant, wanted=AgreementWanted(**(wanted | given)), now=clock.wall_now()
        )

    def start_plan(self, price: int = 90000, count: int = 9, **given: Any) -> Subscription:
        """Start a payment plan: EUR 900.00 in nine payments unless it is said otherwise."""
        return self.start(**({"name": "Kiln", "price": Money(price, "EUR"), "payments_count": count} | given))

    def quote_off(self, agreement: Subscription) -> Quote:
        """Ask what all that remains comes to."""
        return quote_pay_off(
            merchant=merchant_by_id(self.merchant.id),
            customer_id=agreement.customer_id or 0,
            subscription_public_id=agreement.public_id,
            now=clock.wall_now(),
        )

    def pay(self, quote: Quote, method: str = "") -> Attempt:
        """Press "Pay" under a quote."""
        return pay_quote(
            merchant=merchant_by_id(self.merchant.id),
            customer_id=quote.customer_id,
            quote_public_id=quote.public_id,
            method_public_id=method,
            return_url="http://127.0.0.1/back",
            now=clock.wall_now(),
        )

    def pass_days(self, count: float) -> None:
        """Let days go by, here and at the company; what is due is charged, and what follows has happened."""
        move_clock(merchant_id=self.merchant.id, by=timedelta(days=count), now=clock.wall_now())
        self.account.advance(days=count)
        self.run()

    def run(self) -> None:
        """Let the charge run do what is due, until nothing is."""
        work_off("events")
        while DueCharge.objects.filter(
            merchant_id=self.merchant.id,
            due_at__lte=clock.wall_now(),
            dead_at__isnull=True,
            lease_until__isnull=True,
        ).exists():
            work_off("charges")
        work_off("events")

    def hold(self, why: str, *, kind: ChargeHold.Kind = ChargeHold.Kind.STAFF) -> ChargeHold:
        """Let the merchant's charging wait."""
        return hold_charging(
            merchant_id=self.merchant.id, connection_id=None, kind=kind, why=why, now=clock.wall_now()
        )

    def run_once(self) -> None:
        """Let the charge run try what is due, once."""
        work_off("charges")

    def hurry(self) -> None:
        """Let what waits for a company to answer again, or for its next try, be due now."""
        SILENCE.broken(self.connection.id)
        waiting = DueCharge.objects.filter(merchant_id=self.merchant.id, payment__state="due")
        waiting.update(due_at=clock.wall_now())
        self.run()

    def look_up(self) -> None:
        """Let every open attempt be looked up now."""
        Attempt.objects.filter(merchant_id=self.merchant.id, state__in=Attempt.OPEN).update(
            due_at=clock.wall_now()
        )
        work_off("attempts")

    def forget_attempts(self, payment: Payment) -> None:
        """Be as a database that was restored from before the payment was asked for."""
        mine = {"merchant_id": self.merchant.id}
        LedgerLine.objects.filter(**mine).delete()
        LedgerEntry.objects.filter(**mine).delete()
        Attempt.objects.filter(**mine).delete()
        Payment.objects.filter(**mine, position__gt=payment.position).delete()
        Payment.objects.filter(**mine).update(
            state="scheduled", paid_minor=0, paid_at=None, owed_minor=payment.amount_minor
        )
        Subscription.objects.filter(**mine).update(payments_made=0, paid_minor=0)

    def payments(self) -> list[Payment]:
        """List all payments in the order of their numbers."""
        return list(Payment.objects.filter(merchant_id=self.merchant.id).order_by("position", "id"))

    def states(self) -> list[str]:
        """List their states."""
        return [payment.state for payment in self.payments()]

    def agreement(self) -> Subscription:
        """Give the one agreement as it stands."""
        return Subscription.objects.get(merchant_id=self.merchant.id)

    def moved_minor(self) -> int:
        """Give what the company's own journal says that was charged, less what went back."""
        return sum(row["amount_minor"] for row in self.account.journal())


def collecting(
    simulator: Simulator, *, card: str = "good", slug: str = "clay", kind: str = "vault"
) -> Collecting:
    """Connect the merchant to a vault of the simulated company, or to an account that collects as well."""
    found = connected(simulator, slug=slug, card=card, kind=kind)
    return Collecting(**{field.name: getattr(found, field.name) for field in fields(Connected)})
