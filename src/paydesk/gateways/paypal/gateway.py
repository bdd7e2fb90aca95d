"""The gateway contract, kept by PayPal's Vault and Orders: methods in vault.py, money in orders.py and captures.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from paydesk.gateways import contract, records
from paydesk.gateways.contract import Capability
from paydesk.gateways.paypal import captures, events, orders, settings
from paydesk.gateways.paypal.connection import PayPalConnection
from paydesk.gateways.paypal.listed import captures_with
from paydesk.gateways.paypal.vault import Vault

OFFERED = frozenset(
    {
        Capability.SET_UP_METHOD,
        Capability.REMOVE_METHOD,
        Capability.CHARGE_OFF_SESSION,
        Capability.REFUND,
        Capability.FIND_BY_TAG,
        Capability.LIST_EVENTS,
    }
)


class VaultGateway(Vault, PayPalConnection):
    """One connection that keeps methods at PayPal and charges them for us; Paydesk collects."""

    NAME: ClassVar[str] = "paypal"
    OPTIONS: ClassVar[Sequence[str]] = (*PayPalConnection.OPTIONS, settings.SCRIPT_URL)
    KEY_MEMORY: ClassVar[Mapping[str, timedelta]] = {
        "charge": settings.ORDERS_REMEMBER,
        "refund": settings.CAPTURES_REMEMBER,
        "method": settings.VAULT_REMEMBERS,
        "subscription": settings.SUBSCRIPTIONS_REMEMBER,
    }
    LISTING_LAG: ClassVar[timedelta] = timedelta(hours=3)

    def capabilities(
        self,
        subject: records.CollectibleRecord | records.SubscriptionRecord | records.MethodRecord | None = None,
    ) -> frozenset[Capability]:
        match subject:
            case records.CollectibleRecord():
                return captures.collectible_capabilities(subject)
            case records.SubscriptionRecord():
                return frozenset()
            case records.MethodRecord():
                return frozenset({Capability.REMOVE_METHOD, Capability.CHARGE_OFF_SESSION})
        return OFFERED

    def check(self) -> contract.Account:
        """Read the report as well, which an app has to be allowed to."""
        account, now = super().check(), self._settings.now()
        captures_with(self._line, tag="", since=now, now=now)
        return account

    def list_customers(self, *, cursor: str = "") -> records.Page[records.CustomerRecord]:
        raise self._not_offered()

    def list_subscriptions(
        self, customer_reference: str, *, cursor: str = ""
    ) -> records.Page[records.SubscriptionRecord]:
        return records.Page(records=())

    def list_history(
        self, customer_reference: str, *, cursor: str = ""
    ) -> records.Page[records.CollectibleRecord]:
        return captures.list_whole(self._line, customer_reference, cursor, self._settings.now())

    def read_collectible(self, reference: str) -> records.CollectibleRecord | None:
        return captures.read_whole(self._line, reference, self._settings.now())

    def read_subscription(self, reference: str) -> records.SubscriptionRecord | None:
        return None

    def prepare_charge(self, request: contract.ChargeRequest) -> contract.PreparedCharge:
        if request.collectible:
            raise self._not_offered()
        return orders.prepare(self._line, request)

    def confirm_charge(self, prepared: contract.PreparedCharge) -> records.Outcome:
        return orders.confirm(self._line, prepared, self._settings.now())

    def find_charge(self, query: contract.ChargeQuery) -> records.Outcome:
        return orders.find(self._line, query, self._settings.now())

    def cancel_charge(self, reference: str) -> records.Outcome:
        return orders.cancel(self._line, reference, self._settings.now())

    def refund(self, request: contract.RefundRequest) -> records.RefundRecord:
        return captures.refund(self._line, request)

    def find_refund(
        self, *, reference: str = "", tag: str = "", charge_reference: str = ""
    ) -> records.RefundRecord | None:
        now, charge = self._settings.now(), charge_reference
        return captures.find_refund(self._line, reference=reference, tag=tag, charge=charge, now=now)

    def cancel_now(self, *, subscription_reference: str, key: str) -> records.SubscriptionRecord:
        raise self._not_offered()

    def pause(
        self, *, subscription_reference: str, until: datetime | None, key: str
    ) -> records.SubscriptionRecord:
        raise self._not_offered()

    def resume(self, *, subscription_reference: str, key: str) -> records.SubscriptionRecord:
        raise self._not_offered()

    def webhook_references(self, event: contract.WebhookEvent) -> Sequence[contract.ObjectReference]:
        return events.named_for_vault(event)
