"""Three gateways that must not pass the exam. Each makes mistakes that real integrations make."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from paydesk.gateways.contract import (
    Account,
    ChargeQuery,
    ChargeRequest,
    GatewayBusy,
    GatewayRefused,
    GatewayUnreachable,
    ObjectReference,
    PreparedCharge,
    RefundRequest,
    Settings,
    WebhookEvent,
)
from paydesk.gateways.method_setup import FinishedSetup
from paydesk.gateways.records import (
    Advice,
    CollectibleRecord,
    Decline,
    DeclineReason,
    Outcome,
    Page,
    RefundRecord,
    SubscriptionRecord,
    Verdict,
)
from paydesk.gateways.simulated.gateway import BillingGateway


class HastyGateway(BillingGateway):
    """Takes silence for a no: a charge that was not answered is "declined", and a look-up that failed "never seen"."""

    def confirm_charge(self, prepared: PreparedCharge) -> Outcome:
        try:
            return super().confirm_charge(prepared)
        except GatewayUnreachable:
            no = Decline(reason=DeclineReason.TRY_LATER, advice=Advice.RETRY, code="timeout")
            return Outcome(verdict=Verdict.DECLINED, decline=no)

    def find_charge(self, query: ChargeQuery) -> Outcome:
        try:
            return super().find_charge(query)
        except GatewayUnreachable:
            return Outcome(verdict=Verdict.NEVER_SEEN)


class CarelessGateway(BillingGateway):
    """Makes up a key for each ask, believes every webhook, and keeps secrets in its transcripts."""

    def prepare_charge(self, request: ChargeRequest) -> PreparedCharge:
        prepared = super().prepare_charge(replace(request, key=str(uuid4())))
        return replace(prepared, request=request)

    def confirm_charge(self, prepared: PreparedCharge) -> Outcome:
        again = prepared if prepared.request.collectible else self.prepare_charge(prepared.request)
        return super().confirm_charge(replace(again, request=replace(again.request, key=str(uuid4()))))

    def refund(self, request: RefundRequest) -> RefundRecord:
        return super().refund(replace(request, key=str(uuid4())))

    def verify_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> WebhookEvent:
        words = json.loads(body or b"{}")
        return WebhookEvent(event_id=words["id"], kind=words["kind"], body=body, created_at=datetime.now(UTC))

    def webhook_references(self, event: WebhookEvent) -> Sequence[ObjectReference]:
        return []

    def scrub(self, transcript: str) -> str:
        return transcript


class SloppyGateway(BillingGateway):
    """Does half of what it is asked about methods, lists half of what happened, and adds nothing up."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._gone: dict[str, str] = {}

    def set_subscription_method(
        self, *, subscription_reference: str, method_reference: str, key: str
    ) -> SubscriptionRecord:
        found = self.read_subscription(subscription_reference)
        assert found is not None
        super().set_default_method(
            customer_reference=found.customer_reference, method_reference=method_reference, key=key
        )
        return replace(found, method_reference=method_reference)

    def set_default_method(self, *, customer_reference: str, method_reference: str, key: str) -> None:
        super().set_default_method(
            customer_reference=customer_reference, method_reference=method_reference, key=key
        )
        for found in self.list_subscriptions(customer_reference).records:
            super().set_subscription_method(
                subscription_reference=found.reference, method_reference=method_reference, key=str(uuid4())
            )

    def remove_method(self, *, method_reference: str, key: str) -> None:
        if self._gone.setdefault(method_reference, key) != key:
            raise GatewayRefused("There is no such method.")
        super().remove_method(method_reference=method_reference, key=key)

    def finish_method_setup(self, reference: str) -> FinishedSetup:
        return replace(super().finish_method_setup(reference), refusal="")

    def read_collectible(self, reference: str) -> CollectibleRecord | None:
        found = super().read_collectible(reference)
        return replace(found, taxes=[], owed=None) if found else None

    def list_events(self, *, cursor: str = "") -> Page[WebhookEvent]:
        page = super().list_events(cursor=cursor)
        return Page(records=page.records[::-1])

    def check(self) -> Account:
        try:
            return super().check()
        except GatewayBusy as busy:
            raise GatewayUnreachable(str(busy)) from None
