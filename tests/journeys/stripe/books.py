"""The two sets of books that a journey on Stripe compares: Stripe's and ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.models import Merchant
from paydesk.sync.models import InboxEvent
from tests.journeys.commands import wait_until
from tests.journeys.installation import Installation
from tests.stripe_scene import Object, PastDue, StripeScene


@dataclass(frozen=True, kw_only=True)
class Books:
    """One customer's account at Stripe, and what Paydesk knows of it."""

    stripe: StripeScene
    due: PastDue
    installation: Installation
    webhooks_go_to: str

    @property
    def merchant_id(self) -> int:
        """Give our own number of the merchant."""
        return Merchant.objects.get(slug="harbor").id

    @property
    def portal(self) -> str:
        """Give the portal's address."""
        return self.installation.portal("harbor")

    def taken(self) -> list[str]:
        """Name what Stripe has taken from the customer, by its own books."""
        charges = self.stripe.charges(self.due.customer)
        return sorted(one["id"] for one in charges if one["status"] == "succeeded")

    def written(self) -> list[str]:
        """Name what our own books say was taken."""
        entries = LedgerEntry.objects.filter(merchant_id=self.merchant_id, kind="charge")
        return sorted(entries.values_list("reference", flat=True))

    def owed(self) -> Payment:
        """Give the payment that has failed, as it stands now."""
        return Payment.objects.get(merchant_id=self.merchant_id, reference=self.due.failed_invoice)

    def pressed(self) -> list[str]:
        """Name the states of the attempts that were asked for here."""
        mine = Attempt.objects.filter(merchant_id=self.merchant_id, origin="paydesk")
        return list(mine.order_by("number").values_list("state", flat=True))

    def subscription_state(self) -> str:
        """Give the state of the subscription here."""
        return Subscription.objects.get(merchant_id=self.merchant_id, reference=self.due.subscription).state

    def standing(self) -> dict[str, list[Any]]:
        """Read all that money and cards depend on; a set-up alone may have been begun."""
        kinds = (Payment, Attempt, LedgerEntry, PaymentMethod, Subscription)
        rows = {kind.__name__: kind.objects.filter(merchant_id=self.merchant_id) for kind in kinds}
        ours = {name: sorted(found.values_list(), key=repr) for name, found in rows.items()}
        methods = self.stripe.as_stripe_says(f"/v1/customers/{self.due.customer}/payment_methods?limit=100")
        named = sorted(one["id"] for one in methods["data"])
        return ours | {"taken": self.taken(), "cards at Stripe": named}

    def setups(self) -> list[str]:
        """Name the states of the set-ups, in order."""
        mine = MethodSetup.objects.filter(merchant_id=self.merchant_id)
        return list(mine.order_by("id").values_list("state", flat=True))

    def tell(self, kind: str, named: Object, *, event_id: str) -> int:
        """Send a webhook as Stripe does, signed; gives the status of the answer."""
        body, headers = self.stripe.signed_event(kind, named, event_id=event_id)
        headers |= {"Content-Type": "application/json"}
        with urlopen(Request(self.webhooks_go_to, data=body, headers=headers), timeout=10) as answer:
            return int(answer.status)

    def wait_for_the_worker(self) -> None:
        """Wait until the worker has worked off every webhook."""
        waiting = InboxEvent.objects.filter(merchant_id=self.merchant_id, worked_at=None)
        wait_until(lambda: not waiting.exists())
