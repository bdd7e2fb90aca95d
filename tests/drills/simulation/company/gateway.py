"""The gateway of the company in this process. It keeps the contract, and asks through a network that has faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from paydesk.gateways import contract, records
from paydesk.gateways.contract import BadSignature, Capability, NotOffered
from paydesk.gateways.records import CollectibleState, Outcome, Page, SettledBy, Verdict
from paydesk.gateways.simulated import capabilities, events
from paydesk.gateways.simulated.declines import decline_for
from paydesk.kit.money import Money
from tests.drills.simulation.company.company import KEY_MEMORY, Company, NotKnown
from tests.drills.simulation.company.network import Network
from tests.drills.simulation.company.objects import Back, Charge, Happening

Answer = TypeVar("Answer")

NAME = "drill-vault"
SIGNED = "drill-signed"
_VERDICTS = {
    "prepared": Verdict.NEVER_SEEN,
    "needs_customer": Verdict.NEEDS_CUSTOMER,
    "pending": Verdict.PENDING,
    "succeeded": Verdict.SUCCEEDED,
    "declined": Verdict.DECLINED,
    "canceled": Verdict.DECLINED,
}
_STATES = {
    "prepared": CollectibleState.DUE,
    "needs_customer": CollectibleState.DUE,
    "pending": CollectibleState.PROCESSING,
    "succeeded": CollectibleState.PAID,
    "declined": CollectibleState.FAILED,
    "canceled": CollectibleState.CANCELED,
}
#: Of several charges with one mark, the first of these matters.
_RANKS = ("succeeded", "pending", "needs_customer", "declined", "canceled", "prepared")

#: The companies of this process, by the address that a connection has.
COMPANIES: dict[str, tuple[Company, Network]] = {}


class DrillGateway:
    """A vault that charges saved methods in two steps."""

    NAME: ClassVar[str] = NAME
    TITLE: ClassVar[str] = "Company of the drill"
    CREDENTIALS: ClassVar[Sequence[str]] = ("api_key",)
    OPTIONS: ClassVar[Sequence[str]] = ()
    KEY_MEMORY: ClassVar[Mapping[str, timedelta]] = dict.fromkeys(
        ("charge", "refund", "method", "subscription"), KEY_MEMORY
    )
    STALE_AFTER: ClassVar[timedelta] = timedelta(days=1)
    LISTING_LAG: ClassVar[timedelta] = timedelta(0)

    def __init__(self, settings: contract.Settings) -> None:
        self._address = settings.base_url

    @property
    def _company(self) -> Company:
        return COMPANIES[self._address][0]

    def _ask(self, call: str, act: Callable[[], Answer]) -> Answer:
        return COMPANIES[self._address][1].carry(call, act)

    def capabilities(self, subject: object = None) -> frozenset[Capability]:
        return capabilities.VAULT - {Capability.UPDATE_CUSTOMER}

    def check(self) -> str:
        return self.TITLE

    def list_methods(self, customer_reference: str) -> Sequence[records.MethodRecord]:
        return self._ask("list_methods", lambda: self._methods(customer_reference))

    def set_default_method(self, *, customer_reference: str, method_reference: str, key: str) -> None:
        self._ask("set_default", lambda: self._company.set_default(method_reference))

    def remove_method(self, *, method_reference: str, key: str) -> None:
        self._ask("remove_method", lambda: self._company.remove_method(method_reference))

    def list_customers(self, *, cursor: str = "") -> Page[records.CustomerRecord]:
        return self._ask("list_customers", lambda: Page(records=[_customer(one) for one in self._names()]))

    def list_subscriptions(
        self, customer_reference: str, *, cursor: str = ""
    ) -> Page[records.SubscriptionRecord]:
        return Page(records=[])

    def list_history(self, customer_reference: str, *, cursor: str = "") -> Page[records.CollectibleRecord]:
        def read() -> Page[records.CollectibleRecord]:
            # What was only prepared is no money that moved or was refused, and no company lists it.
            listed = [one for one in self._company.charges.values() if one.status != "prepared"]
            mine = [one for one in listed if one.customer == customer_reference]
            return Page(records=[_collectible(one) for one in mine])

        return self._ask("list_history", read)

    def read_customer(self, reference: str) -> records.CustomerRecord | None:
        return self._ask(
            "read_customer", lambda: _customer(reference) if reference in self._names() else None
        )

    def read_collectible(self, reference: str) -> records.CollectibleRecord | None:
        return self._ask("read_collectible", lambda: self._known(reference, _collectible))

    def read_subscription(self, reference: str) -> records.SubscriptionRecord | None:
        return None

    def prepare_charge(self, request: contract.ChargeRequest) -> contract.PreparedCharge:
        def prepare() -> contract.PreparedCharge:
            return contract.PreparedCharge(
                request=request, reference=self._company.prepare(request).reference
            )

        return self._ask("prepare", prepare)

    def confirm_charge(self, prepared: contract.PreparedCharge) -> Outcome:
        return self._ask("confirm", lambda: _outcome(self._company.confirm(prepared.reference)))

    def find_charge(self, query: contract.ChargeQuery) -> Outcome:
        return self._ask("find", lambda: self._find(query))

    def cancel_charge(self, reference: str) -> Outcome:
        return self._ask("cancel", lambda: _outcome(self._company.cancel(reference)))

    def refund(self, request: contract.RefundRequest) -> records.RefundRecord:
        return self._ask("refund", lambda: records.RefundRecord(**_refund(*self._company.give_back(request))))

    def find_refund(
        self, *, reference: str = "", tag: str = "", charge_reference: str = ""
    ) -> records.RefundRecord | None:
        def find() -> records.RefundRecord | None:
            for charge in self._company.charges.values():
                for one in charge.refunds:
                    if one.reference == reference or (tag and one.tag == tag):
                        return records.RefundRecord(**_refund(one, charge))
            return None

        return self._ask("find_refund", find)

    def read_dispute(self, reference: str) -> records.DisputeRecord | None:
        raise NotOffered("Disputes are read with their charge.")

    def list_events(self, *, cursor: str = "") -> Page[contract.WebhookEvent]:
        def read() -> Page[contract.WebhookEvent]:
            return Page(records=[to_event(one) for one in reversed(self._company.happened)])

        return self._ask("list_events", read)

    def verify_webhook(self, *, body: bytes, headers: Mapping[str, str]) -> contract.WebhookEvent:
        if headers.get(SIGNED) != "yes":
            raise BadSignature("The company did not sign this.")
        return events.to_event(body)

    def webhook_references(self, event: contract.WebhookEvent) -> Sequence[contract.ObjectReference]:
        return events.references(event)

    def scrub(self, transcript: str) -> str:
        return transcript

    def __getattr__(self, name: str) -> Any:
        """Everything else is what a company offers that collects by itself."""
        if name.startswith("_") or not hasattr(contract.Gateway, name):
            raise AttributeError(name)

        def refuse(*_: object, **__: object) -> None:
            raise NotOffered(name)

        return refuse

    def _names(self) -> list[str]:
        return sorted({method.customer for method in self._company.methods.values()})

    def _methods(self, customer: str) -> list[records.MethodRecord]:
        return [
            records.MethodRecord(
                reference=one.reference, brand="visa", last_four="4242", is_default=one.is_default
            )
            for one in self._company.methods.values()
            if one.customer == customer and not one.is_removed
        ]

    def _known(self, reference: str, into: Callable[[Charge], Answer]) -> Answer | None:
        try:
            return into(self._company.charge(reference))
        except NotKnown:
            return None

    def _find(self, query: contract.ChargeQuery) -> Outcome:
        found = self._known(query.reference, _outcome) if query.reference else None
        if found is None and query.tag:
            tagged = sorted(self._company.tagged(query.tag), key=lambda one: _RANKS.index(one.status))
            found = _outcome(tagged[0]) if tagged else Outcome(verdict=Verdict.NEVER_SEEN)
        return found or Outcome(verdict=Verdict.UNKNOWN)


def to_event(happening: Happening) -> contract.WebhookEvent:
    """Give an event as it is listed."""
    return contract.WebhookEvent(
        event_id=happening.reference,
        kind=happening.kind,
        body=body_of(happening),
        created_at=happening.at,
    )


def body_of(happening: Happening) -> bytes:
    """Give the bytes of a webhook."""
    words = {"id": happening.reference, "kind": happening.kind, "created_at": happening.at.isoformat()}
    return json.dumps(words | {"object": happening.about}).encode()


def _customer(reference: str) -> records.CustomerRecord:
    return records.CustomerRecord(reference=reference, email="ada@example.com", name="Ada Okafor")


def _outcome(charge: Charge) -> Outcome:
    is_no = charge.status in ("declined", "canceled")
    return Outcome(
        verdict=_VERDICTS[charge.status],
        reference=charge.reference,
        amount=Money(charge.minor, charge.currency),
        decline=decline_for(charge.code) if is_no else None,
        action_url="https://bank.example/confirm" if charge.status == "needs_customer" else "",
        wait_until=charge.settles_at if charge.status == "pending" else None,
        occurred_at=charge.finished_at,
    )


def _collectible(charge: Charge) -> records.CollectibleRecord:
    is_paid = charge.status == "succeeded"
    tried = records.AttemptRecord(
        reference=charge.reference, outcome=_outcome(charge), created_at=charge.made_at, tag=charge.tag
    )
    return records.CollectibleRecord(
        reference=charge.reference,
        customer_reference=charge.customer,
        state=_STATES[charge.status],
        amount=Money(charge.minor, charge.currency),
        created_at=charge.made_at,
        due_at=charge.made_at,
        title="Charge",
        paid_at=charge.finished_at if is_paid else None,
        settled_by=SettledBy.ATTEMPT if is_paid else None,
        attempts=[tried],
        refunds=[records.RefundRecord(**_refund(one, charge)) for one in charge.refunds],
        disputes=[records.DisputeRecord(**_back(one, charge)) for one in charge.disputes],
    )


def _back(back: Back, charge: Charge) -> dict[str, Any]:
    return {
        "reference": back.reference,
        "amount": Money(back.minor, charge.currency),
        "state": back.state,
        "created_at": back.made_at,
        "charge_reference": charge.reference,
    }


def _refund(back: Back, charge: Charge) -> dict[str, Any]:
    return _back(back, charge) | {"tag": back.tag}
