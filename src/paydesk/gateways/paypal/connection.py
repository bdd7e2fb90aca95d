"""What both kinds of connection to PayPal share: settings, webhooks, events, and what PayPal offers with neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

from paydesk.gateways import contract, records
from paydesk.gateways.contract import GatewayRefused, NotOffered
from paydesk.gateways.paypal import events, settings, signature
from paydesk.gateways.paypal.requests import Line


class PayPalConnection:
    """One connection to one REST app of a PayPal account."""

    TITLE: ClassVar[str] = "PayPal"
    CREDENTIALS: ClassVar[Sequence[str]] = settings.CREDENTIALS
    OPTIONS: ClassVar[Sequence[str]] = (settings.CALLS_A_SECOND, settings.WEBHOOK_CA)
    #: PayPal's webhooks are known to go missing.
    STALE_AFTER: ClassVar[timedelta] = timedelta(hours=1)

    def __init__(self, settings: contract.Settings) -> None:
        self._settings = settings
        self._line = Line(settings)

    def check(self) -> contract.Account:
        """PayPal tells no app whose account it is; that the app has this webhook shows that all three are good."""
        webhook = self._settings.credentials.get(settings.WEBHOOK_ID, "")
        if self._line.read("v1", "notifications", "webhooks", webhook) is None:
            raise GatewayRefused("This app has no webhook with this id.")
        return contract.Account(name=self.TITLE, is_test=settings.is_sandbox(self._settings))

    def list_events(self, *, cursor: str = "") -> records.Page[contract.WebhookEvent]:
        return events.list_events(self._line, cursor)

    def read_dispute(self, reference: str) -> records.DisputeRecord | None:
        """Disputes are not read here: PayPal's Resolution Center has them."""
        return None

    def verify_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> contract.WebhookEvent:
        return signature.verified(body=body, headers=headers, settings=self._settings, line=self._line)

    def scrub(self, transcript: str) -> str:
        return self._line.scrub(transcript)

    def update_customer(self, *, customer_reference: str, details: records.BillingDetails, key: str) -> None:
        raise self._not_offered()

    def set_default_method(self, *, customer_reference: str, method_reference: str, key: str) -> None:
        raise self._not_offered()

    def set_subscription_method(
        self, *, subscription_reference: str, method_reference: str, key: str
    ) -> records.SubscriptionRecord:
        raise self._not_offered()

    def schedule_cancel(self, *, subscription_reference: str, key: str) -> records.SubscriptionRecord:
        raise self._not_offered()

    def undo_cancel(self, *, subscription_reference: str, key: str) -> records.SubscriptionRecord:
        raise self._not_offered()

    def discount(
        self, *, subscription_reference: str, percent: int, payments: int, key: str
    ) -> records.SubscriptionRecord:
        raise self._not_offered()

    def documents(self, collectible_reference: str) -> Sequence[records.DocumentLink]:
        raise self._not_offered()

    def _not_offered(self) -> NotOffered:
        return NotOffered(f"{self.TITLE} does not offer this.")
