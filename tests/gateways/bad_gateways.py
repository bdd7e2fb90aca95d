"""Two gateways that must not pass the exam. Each makes mistakes that real integrations make."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from paydesk.gateways.contract import (
    ChargeQuery,
    ChargeRequest,
    GatewayUnreachable,
    ObjectReference,
    PreparedCharge,
    RefundRequest,
    WebhookEvent,
)
from paydesk.gateways.records import Advice, Decline, DeclineReason, Outcome, RefundRecord, Verdict
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
