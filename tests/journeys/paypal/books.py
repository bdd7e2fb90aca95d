"""The two sets of books that a journey at PayPal compares: PayPal's and ours."""

from __future__ import annotations

from dataclasses import dataclass

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.models import Merchant
from tests.doubles.paypal.running import Json
from tests.journeys.installation import Installation
from tests.paypal_account import PayPalAccount


def entered() -> dict[str, int]:
    """Give what the books of the one merchant that a journey opens say was charged: reference and minor units."""
    charges = LedgerEntry.objects.filter(kind="charge")
    lines = LedgerLine.objects.filter(entry__in=charges, amount_minor__gt=0)
    return dict(lines.values_list("entry__reference", "amount_minor"))


@dataclass(frozen=True, kw_only=True)
class Books:
    """One customer's subscription at PayPal, and what Paydesk knows of it."""

    account: PayPalAccount
    subscription: str
    installation: Installation

    @property
    def merchant_id(self) -> int:
        """Give our own number of the merchant."""
        return Merchant.objects.get(slug="harbor").id

    @property
    def portal(self) -> str:
        """Give the portal's address."""
        return self.installation.portal("harbor")

    def taken(self) -> dict[str, int]:
        """Give what PayPal has taken by this subscription, by its own books: transactions and minor units."""
        taken = self.account.captured(self.subscription)
        return {f"{self.subscription}:{one['reference']}": one["minor"] for one in taken}

    def written(self) -> dict[str, int]:
        """Give what our own books say was taken."""
        return entered()

    def owed(self) -> Payment:
        """Give the one payment that has failed, as it stands now."""
        return Payment.objects.get(merchant_id=self.merchant_id, state=Payment.State.FAILED)

    def pressed(self) -> list[str]:
        """Name the states of the attempts that were asked for here."""
        mine = Attempt.objects.filter(merchant_id=self.merchant_id, origin="paydesk")
        return list(mine.order_by("number").values_list("state", flat=True))

    def agreement(self) -> Subscription:
        """Give the subscription as it stands here."""
        return Subscription.objects.get(merchant_id=self.merchant_id, reference=self.subscription)

    def at_paypal(self) -> Json:
        """Ask PayPal how it stands there."""
        status, found = self.account.api("GET", f"/v1/billing/subscriptions/{self.subscription}")
        assert status == 200
        return dict(found)
