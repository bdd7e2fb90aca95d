"""The gateway of the simulated company: a vault account charges methods, a billing account collects subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import ClassVar

from paydesk.gateways import contract, method_setup, records
from paydesk.gateways.contract import Capability, NotOffered
from paydesk.gateways.records import CollectibleRecord, MethodRecord, Outcome, Page, SubscriptionRecord
from paydesk.gateways.simulated import answers, capabilities, events
from paydesk.gateways.simulated.requests import Company
from paydesk.kit.language import for_customer

_EXPIRED = method_setup.FinishedSetup(refusal=for_customer("This page has expired. Please begin again."))


class VaultGateway:
    """A `vault` account: saved methods, charges, refunds. Whatever is not offered is refused before it is asked."""

    NAME: ClassVar[str] = "simulated-vault"
    TITLE: ClassVar[str] = "Simulated company (vault)"
    CREDENTIALS: ClassVar[Sequence[str]] = ("api_key", "webhook_secret")
    #: Rows on a page of a listing, 1 to 100; how many calls a second the account allows.
    OPTIONS: ClassVar[Sequence[str]] = ("page_size", "calls_a_second")
    #: The company forgets every key after a day, unless it was started with another --key-memory.
    KEY_MEMORY: ClassVar[Mapping[str, timedelta]] = dict.fromkeys(
        ("charge", "refund", "method", "subscription"), timedelta(hours=24)
    )
    STALE_AFTER: ClassVar[timedelta] = timedelta(days=1)
    LISTING_LAG: ClassVar[timedelta] = timedelta(0)
    OFFERED: ClassVar[frozenset[Capability]] = capabilities.VAULT

    def __init__(self, settings: contract.Settings) -> None:
        self._settings = settings
        self._company = Company(settings)
        self._limit = settings.options.get("page_size", "100")

    def capabilities(
        self, subject: CollectibleRecord | SubscriptionRecord | MethodRecord | None = None
    ) -> frozenset[Capability]:
        return self.OFFERED & capabilities.of_object(subject) if subject else self.OFFERED

    def check(self) -> contract.Account:
        name = self._company.read(lambda answer: str(answer["name"]), "account")
        return contract.Account(name=name or "", is_test=True)

    def create_customer(self, *, email: str, name: str, key: str) -> records.CustomerRecord:
        return self._company.change(answers.to_customer, "customers", key=key, email=email, name=name)

    def update_customer(self, *, customer_reference: str, details: records.BillingDetails, key: str) -> None:
        self._company.change(dict, "customers", customer_reference, key=key, billing=asdict(details))

    def begin_method_setup(self, request: method_setup.MethodSetupRequest) -> method_setup.MethodSetup:
        wanted = {"customer": request.customer_reference, "return_url": request.return_url}
        return self._company.change(answers.to_setup, "setups", key=request.key, **wanted)

    def finish_method_setup(self, reference: str) -> method_setup.FinishedSetup:
        return self._company.read(answers.to_finished_setup, "setups", reference) or _EXPIRED

    def list_methods(self, customer_reference: str) -> Sequence[MethodRecord]:
        return self._company.page(answers.to_method, "customers", customer_reference, "methods").records

    def set_default_method(self, *, customer_reference: str, method_reference: str, key: str) -> None:
        path = ("customers", customer_reference, "default-method")
        self._company.change(dict, *path, key=key, method=method_reference)

    def set_subscription_method(
        self, *, subscription_reference: str, method_reference: str, key: str
    ) -> SubscriptionRecord:
        can = Capability.SET_SUBSCRIPTION_METHOD
        return self._agree(can, subscription_reference, "method", key, method=method_reference)

    def remove_method(self, *, method_reference: str, key: str) -> None:
        self._company.change(dict, "methods", method_reference, "remove", key=key)

    def list_customers(self, *, cursor: str = "") -> Page[records.CustomerRecord]:
        return self._company.page(answers.to_customer, "customers", cursor=cursor, limit=self._limit)

    def list_subscriptions(self, customer_reference: str, *, cursor: str = "") -> Page[SubscriptionRecord]:
        path = ("customers", customer_reference, "subscriptions")
        return self._company.page(answers.to_subscription, *path, cursor=cursor, limit=self._limit)

    def list_history(self, customer_reference: str, *, cursor: str = "") -> Page[CollectibleRecord]:
        path = ("customers", customer_reference, "history")
        return self._company.page(answers.to_collectible, *path, cursor=cursor, limit=self._limit)

    def read_customer(self, reference: str) -> records.CustomerRecord | None:
        return self._company.read(answers.to_customer, "customers", reference)

    def read_collectible(self, reference: str) -> CollectibleRecord | None:
        return self._company.read(answers.to_collectible, "history", reference)

    def read_subscription(self, reference: str) -> SubscriptionRecord | None:
        return self._company.read(answers.to_subscription, "subscriptions", reference)

    def prepare_charge(self, request: contract.ChargeRequest) -> contract.PreparedCharge:
        if request.collectible:
            self._require(Capability.RETRY_COLLECTIBLE)
        return self._company.change(
            lambda answer: contract.PreparedCharge(request=request, reference=answer["id"]),
            "charges",
            key=request.key,
            tag=request.tag,
            amount_minor=request.amount.minor,
            currency=request.amount.currency,
            customer=request.customer_reference,
            method=request.method_reference,
            bill=request.collectible,
            description=request.description,
            on_session=request.on_session,
            return_url=request.return_url,
        )

    def confirm_charge(self, prepared: contract.PreparedCharge) -> Outcome:
        path = ("charges", prepared.reference, "confirm")
        return self._company.move_money(answers.to_outcome, *path, key=f"{prepared.request.key}:confirm")

    def find_charge(self, query: contract.ChargeQuery) -> Outcome:
        never_seen = Outcome(verdict=records.Verdict.NEVER_SEEN)
        found = (
            self._company.read(answers.to_outcome, "charges", query.reference) if query.reference else None
        )
        if query.tag and not found:
            found = self._company.read(answers.to_outcome_of_rows, "charges", tag=query.tag)
        return found or (never_seen if query.reference else Outcome(verdict=records.Verdict.UNKNOWN))

    def cancel_charge(self, reference: str) -> Outcome:
        return self._company.move_money(answers.to_outcome, "charges", reference, "cancel", key=reference)

    def refund(self, request: contract.RefundRequest) -> records.RefundRecord:
        wanted = {"charge": request.charge_reference, "amount_minor": request.amount.minor}
        return self._company.change(answers.to_refund, "refunds", key=request.key, tag=request.tag, **wanted)

    def find_refund(
        self, *, reference: str = "", tag: str = "", charge_reference: str = ""
    ) -> records.RefundRecord | None:
        if reference:
            return self._company.read(answers.to_refund, "refunds", reference)
        found = self._company.page(answers.to_refund, "refunds", tag=tag, charge=charge_reference)
        return next(iter(found.records), None)

    def read_dispute(self, reference: str) -> records.DisputeRecord | None:
        return self._company.read(answers.to_dispute, "disputes", reference)

    def cancel_now(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        return self._agree(Capability.CANCEL_NOW, subscription_reference, "cancel", key)

    def schedule_cancel(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        return self._agree(Capability.SCHEDULE_CANCEL, subscription_reference, "schedule-cancel", key)

    def undo_cancel(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        return self._agree(Capability.UNDO_CANCEL, subscription_reference, "undo-cancel", key)

    def pause(self, *, subscription_reference: str, until: datetime | None, key: str) -> SubscriptionRecord:
        day = until.isoformat() if until else None
        return self._agree(Capability.PAUSE, subscription_reference, "pause", key, until=day)

    def resume(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        return self._agree(Capability.RESUME, subscription_reference, "resume", key)

    def discount(
        self, *, subscription_reference: str, percent: int, payments: int, key: str
    ) -> SubscriptionRecord:
        less = {"percent": percent, "bills": payments}
        return self._agree(Capability.DISCOUNT, subscription_reference, "discount", key, **less)

    def documents(self, collectible_reference: str) -> Sequence[records.DocumentLink]:
        found = self._company.page(lambda it: records.DocumentLink(**it), "documents", collectible_reference)
        return found.records

    def list_events(self, *, cursor: str = "") -> Page[contract.WebhookEvent]:
        return self._company.page(events.to_listed_event, "events", cursor=cursor, limit=self._limit)

    def verify_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> contract.WebhookEvent:
        secret = self._settings.credentials.get("webhook_secret", "")
        header = headers.get(events.HEADER, "")
        events.check_signature(body=body, header=header, secret=secret, now=self._settings.now())
        return events.to_event(body)

    def webhook_references(self, event: contract.WebhookEvent) -> Sequence[contract.ObjectReference]:
        return events.references(event)

    def scrub(self, transcript: str) -> str:
        return self._company.scrub(transcript)

    def _agree(
        self, capability: Capability, reference: str, verb: str, key: str, **fields: object
    ) -> SubscriptionRecord:
        self._require(capability)
        path = ("subscriptions", reference, verb)
        return self._company.change(answers.to_subscription, *path, key=key, **fields)

    def _require(self, capability: Capability) -> None:
        if capability not in self.OFFERED:
            raise NotOffered(f"{self.TITLE} does not offer {capability}.")


class BillingGateway(VaultGateway):
    """A `billing` account: the same, and subscriptions whose bills the company collects and tries again."""

    NAME: ClassVar[str] = "simulated-billing"
    TITLE: ClassVar[str] = "Simulated company (billing)"
    OFFERED: ClassVar[frozenset[Capability]] = capabilities.BILLING
