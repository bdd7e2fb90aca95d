"""The gateway contract, kept by Stripe: saved methods in vault.py, subscriptions in standing.py, the rest from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

import stripe

from paydesk.gateways import contract, records
from paydesk.gateways.contract import Capability, GatewayRefused
from paydesk.gateways.stripe import charges, events, history, methods, settings, signature
from paydesk.gateways.stripe.amounts import to_stripe
from paydesk.gateways.stripe.collectibles import TAG, collectible_capabilities, dispute_record, refund_record
from paydesk.gateways.stripe.requests import PAGE, Line, page, scrub
from paydesk.gateways.stripe.standing import Subscriptions
from paydesk.gateways.stripe.subscriptions import subscription_capabilities
from paydesk.gateways.stripe.vault import Vault


class StripeGateway(Vault, Subscriptions):
    """One connection to one Stripe account."""

    NAME: ClassVar[str] = "stripe"
    TITLE: ClassVar[str] = "Stripe"
    CREDENTIALS: ClassVar[Sequence[str]] = settings.CREDENTIALS
    OPTIONS: ClassVar[Sequence[str]] = (settings.SCRIPT_URL,)
    KEY_MEMORY: ClassVar[Mapping[str, timedelta]] = settings.KEY_MEMORY
    STALE_AFTER: ClassVar[timedelta] = timedelta(days=1)
    LISTING_LAG: ClassVar[timedelta] = timedelta(0)

    def __init__(self, settings: contract.Settings) -> None:
        self._settings = settings
        self._line = Line(settings)

    def capabilities(
        self,
        subject: records.CollectibleRecord | records.SubscriptionRecord | records.MethodRecord | None = None,
    ) -> frozenset[Capability]:
        match subject:
            case records.CollectibleRecord():
                return collectible_capabilities(subject)
            case records.SubscriptionRecord():
                return subscription_capabilities(subject)
            case records.MethodRecord():
                default = set() if subject.is_default else {Capability.SET_DEFAULT_METHOD}
                return frozenset({Capability.REMOVE_METHOD, Capability.CHARGE_OFF_SESSION} | default)
        return frozenset(Capability) - {Capability.DEBT_ENDS}

    def check(self) -> contract.Account:
        """A restricted key may not read its own account; then a look at a customer shows that it is good at all."""
        try:
            account = self._line.ask(self._line.v1.accounts.retrieve_current)
        except GatewayRefused:
            self._line.ask(self._line.v1.customers.list, {"limit": 1})
            account = {"id": self.TITLE}
        profile, shown = (account.get(part) or {} for part in ("business_profile", "settings"))
        name = (shown.get("dashboard") or {}).get("display_name") or profile.get("name") or account["id"]
        return contract.Account(name=str(name), is_test=settings.is_test(self._settings))

    def create_customer(self, *, email: str, name: str, key: str) -> records.CustomerRecord:
        """Stripe takes an empty name for the wish to clear one, and refuses it."""
        asked: stripe.params.CustomerCreateParams = {"email": email}
        if name:
            asked["name"] = name
        made = self._line.ask(self._line.v1.customers.create, asked, {"idempotency_key": key})
        return methods.customer_record(made)

    def update_customer(self, *, customer_reference: str, details: records.BillingDetails, key: str) -> None:
        """`address` replaces the old one, part by part: an empty text takes a part off (`CustomerUpdateParams`)."""
        first, *rest = details.street or ("",)
        asked: stripe.params.CustomerUpdateParams = {}
        if details.name:
            asked["name"] = details.name
        if details.has_address:
            asked["address"] = {
                "line1": first,
                "line2": ", ".join(rest),
                "city": details.city,
                "state": details.region,
                "postal_code": details.postal_code,
                "country": details.country,
            }
        self._line.ask(self._line.v1.customers.update, customer_reference, asked, {"idempotency_key": key})

    def list_customers(self, *, cursor: str = "") -> records.Page[records.CustomerRecord]:
        listing = self._line.listing(self._line.v1.customers.list, cursor, limit=PAGE)
        return page(listing, methods.customer_record)

    def list_history(
        self, customer_reference: str, *, cursor: str = ""
    ) -> records.Page[records.CollectibleRecord]:
        if not customer_reference:
            return records.Page(records=())
        return history.list_whole(self._line, customer_reference, cursor)

    def read_customer(self, reference: str) -> records.CustomerRecord | None:
        """A guest's charge names no customer: nothing is read or listed under an empty reference."""
        found = self._line.read(self._line.v1.customers.retrieve, reference)
        return methods.customer_record(found) if found else None

    def read_collectible(self, reference: str) -> records.CollectibleRecord | None:
        return history.read_whole(self._line, reference)

    def prepare_charge(self, request: contract.ChargeRequest) -> contract.PreparedCharge:
        return charges.prepare(self._line, request)

    def confirm_charge(self, prepared: contract.PreparedCharge) -> records.Outcome:
        return charges.confirm(self._line, prepared, self._settings.now())

    def find_charge(self, query: contract.ChargeQuery) -> records.Outcome:
        return charges.find(self._line, query, self._settings.now())

    def cancel_charge(self, reference: str) -> records.Outcome:
        return charges.cancel(self._line, reference, self._settings.now())

    def refund(self, request: contract.RefundRequest) -> records.RefundRecord:
        asked: stripe.params.RefundCreateParams = {"charge": request.charge_reference}
        asked |= {"amount": to_stripe(request.amount), "metadata": {TAG: request.tag}}
        create = self._line.v1.refunds.create
        return refund_record(self._line.ask(create, asked, {"idempotency_key": request.key}))

    def find_refund(
        self, *, reference: str = "", tag: str = "", charge_reference: str = ""
    ) -> records.RefundRecord | None:
        if reference:
            found = self._line.read(self._line.v1.refunds.retrieve, reference)
            return refund_record(found) if found else None
        asked: stripe.params.RefundListParams = {"charge": charge_reference, "limit": PAGE}
        refunds = self._line.every(lambda: self._line.v1.refunds.list(asked))
        return next((one for one in map(refund_record, refunds) if one.tag == tag), None)

    def read_dispute(self, reference: str) -> records.DisputeRecord | None:
        found = self._line.read(self._line.v1.disputes.retrieve, reference)
        return dispute_record(found) if found else None

    def documents(self, collectible_reference: str) -> Sequence[records.DocumentLink]:
        return history.documents(self._line, collectible_reference)

    def list_events(self, *, cursor: str = "") -> records.Page[contract.WebhookEvent]:
        """Stripe lists what happened in the last 30 days (docs.stripe.com/api/events), the newest first."""
        return page(self._line.listing(self._line.v1.events.list, cursor, limit=PAGE), events.event_record)

    def verify_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> contract.WebhookEvent:
        secret = self._settings.credentials[settings.WEBHOOK_SECRET]
        return signature.verified(body=body, headers=headers, secret=secret, now=self._settings.now())

    def webhook_references(self, event: contract.WebhookEvent) -> Sequence[contract.ObjectReference]:
        return events.named_by(event)

    def scrub(self, transcript: str) -> str:
        return scrub(transcript)
