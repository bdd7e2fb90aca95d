"""The gateway contract, kept by PayPal Subscriptions: each is its own customer, and what pays it PayPal alone changes.

Suspend, activate and cancel take no key (billing_subscriptions_v1): asked again they are refused, and a reading shows
that it is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from paydesk.gateways import contract, method_setup, records
from paydesk.gateways.contract import Capability
from paydesk.gateways.paypal import events, settings
from paydesk.gateways.paypal.connection import PayPalConnection
from paydesk.gateways.paypal.requests import Json, Refused, clear_answers
from paydesk.gateways.paypal.subscriptions import agreement, charges, history, reading, refunds
from paydesk.gateways.paypal.subscriptions.transactions import reference_of
from paydesk.gateways.records import (
    CollectibleRecord,
    MethodRecord,
    Page,
    SubscriptionRecord,
    SubscriptionState,
)

#: Collectibles on a page of a history.
PAGE = 1_000  # all of it is read for each, so that a small one would only ask more often
#: What a subscriber may read of it at PayPal (`reason`, 1 to 128 characters).
_PAUSED, _RESUMED, _CANCELED = (f"{did} in the billing portal" for did in ("Paused", "Resumed", "Cancelled"))
_STOPPED = {SubscriptionState.PAUSED, SubscriptionState.UNPAID}


class SubscriptionsGateway(PayPalConnection):
    """One connection to one PayPal account whose subscriptions PayPal collects."""

    NAME: ClassVar[str] = "paypal-subscriptions"
    KEY_MEMORY: ClassVar[Mapping[str, timedelta]] = {
        "charge": settings.SUBSCRIPTIONS_REMEMBER,
        "refund": settings.CAPTURES_REMEMBER,
        "method": settings.VAULT_REMEMBERS,
        "subscription": timedelta(0),
    }
    LISTING_LAG: ClassVar[timedelta] = timedelta(0)
    OFFERED: ClassVar[frozenset[Capability]] = frozenset(
        {
            Capability.LIST_CUSTOMERS,
            Capability.RETRY_COLLECTIBLE,
            Capability.DEBT_ENDS,
            Capability.CANCEL_NOW,
            Capability.PAUSE,
            Capability.RESUME,
            Capability.KNOWN_AMOUNTS,
            Capability.LIST_EVENTS,
        }
    )

    def capabilities(
        self, subject: CollectibleRecord | SubscriptionRecord | MethodRecord | None = None
    ) -> frozenset[Capability]:
        match subject:
            case CollectibleRecord():
                return history.collectible_capabilities(subject)
            case SubscriptionRecord():
                return agreement.subscription_capabilities(subject)
            case MethodRecord():
                return frozenset()
        return self.OFFERED

    def create_customer(self, *, email: str, name: str, key: str) -> records.CustomerRecord:
        raise self._not_offered()

    def begin_method_setup(self, request: method_setup.MethodSetupRequest) -> method_setup.MethodSetup:
        raise self._not_offered()

    def finish_method_setup(self, reference: str) -> method_setup.FinishedSetup:
        raise self._not_offered()

    def list_methods(self, customer_reference: str) -> Sequence[MethodRecord]:
        """Say what pays it: a card, or a wallet."""
        found = reading.read_subscription(self._line, customer_reference)
        with clear_answers():
            return [agreement.method_record(found)] if found else []

    def remove_method(self, *, method_reference: str, key: str) -> None:
        raise self._not_offered()

    def list_customers(self, *, cursor: str = "") -> Page[records.CustomerRecord]:
        return reading.list_customers(self._line, cursor)

    def list_subscriptions(self, customer_reference: str, *, cursor: str = "") -> Page[SubscriptionRecord]:
        found = self.read_subscription(customer_reference)
        return Page(records=[found] if found else [])

    def list_history(self, customer_reference: str, *, cursor: str = "") -> Page[CollectibleRecord]:
        """List a page; what follows depends on all that was before, so that all of it is read for each."""
        whole = reading.read_whole(self._line, customer_reference, self._settings.now())
        if whole is None:
            return Page(records=[])
        with clear_answers():
            found = history.history(*whole)
        begin = int(cursor or 0)
        end = begin + PAGE
        return Page(
            records=self._with_refunds(whole, found[begin:end]),
            next_cursor=str(end) if end < len(found) else "",
        )

    def read_customer(self, reference: str) -> records.CustomerRecord | None:
        found = reading.read_subscription(self._line, reference)
        with clear_answers():
            return agreement.customer_record(found) if found else None

    def read_collectible(self, reference: str) -> CollectibleRecord | None:
        whole = reading.read_whole(self._line, reference.partition(":")[0], self._settings.now())
        if whole is None:
            return None
        with clear_answers():
            found = history.collectible_of(*whole, reference)
        return self._with_refunds(whole, [found])[0] if found else None

    def read_subscription(self, reference: str) -> SubscriptionRecord | None:
        """Read one; of a plan in arrears all that it did, since a cycle that failed is completed at PayPal too."""
        found = reading.read_subscription(self._line, reference)
        if found is None:
            return None
        with clear_answers():
            record = self._record(found)
            if not (record.payments_made and history.is_in_arrears(found)):
                return record
        whole = reading.read_whole(self._line, reference, self._settings.now())
        if whole is None:
            return None
        with clear_answers():
            record = self._record(whole.subscription)
            made = record.payments_made - history.unpaid_count(*whole, record.amount)
            return replace(record, payments_made=max(0, made))

    def prepare_charge(self, request: contract.ChargeRequest) -> contract.PreparedCharge:
        return charges.prepare(self._line, request, self._settings.now())

    def confirm_charge(self, prepared: contract.PreparedCharge) -> records.Outcome:
        return charges.confirm(self._line, prepared)

    def find_charge(self, query: contract.ChargeQuery) -> records.Outcome:
        return charges.find(self._line, query, self._settings.now())

    def cancel_charge(self, reference: str) -> records.Outcome:
        return charges.cancel(self._line, reference, self._settings.now())

    def refund(self, request: contract.RefundRequest) -> records.RefundRecord:
        raise self._not_offered()

    def find_refund(
        self, *, reference: str = "", tag: str = "", charge_reference: str = ""
    ) -> records.RefundRecord | None:
        """Refunds are made at PayPal alone, and read with what they are of."""
        return None

    def cancel_now(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        return self._moved(subscription_reference, "cancel", _CANCELED, {SubscriptionState.CANCELED})

    def pause(self, *, subscription_reference: str, until: datetime | None, key: str) -> SubscriptionRecord:
        """Suspend it; PayPal keeps no day on which it goes on."""
        if until is not None:
            raise self._not_offered()
        return self._moved(subscription_reference, "suspend", _PAUSED, _STOPPED)

    def resume(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        return self._moved(subscription_reference, "activate", _RESUMED, agreement.RUNNING)

    def webhook_references(self, event: contract.WebhookEvent) -> Sequence[contract.ObjectReference]:
        return events.named_for_subscriptions(event)

    def _record(self, found: Json) -> SubscriptionRecord:
        return agreement.subscription_record(found, in_sandbox=bool(settings.is_sandbox(self._settings)))

    def _with_refunds(
        self, whole: reading.Whole, found: Sequence[CollectibleRecord]
    ) -> list[CollectibleRecord]:
        """Put what was given back to what it is of. Nothing is asked where nothing was."""
        charges = {attempt.reference: record for record in found for attempt in record.attempts}
        mine = [
            one for one in whole.transactions if reference_of(whole.subscription, one.reference) in charges
        ]
        given = refunds.refunds_of(self._line, whole.subscription, mine, self._settings.now())
        return [
            replace(record, refunds=[one for one in given if charges.get(one.charge_reference) is record])
            if given
            else record
            for record in found
        ]

    def _moved(
        self, reference: str, verb: str, reason: str, wanted: set[SubscriptionState]
    ) -> SubscriptionRecord:
        """Ask, and read it again; a no to what is so already is none."""
        refused: Refused | None = None
        try:
            self._line.ask("v1", "billing", "subscriptions", reference, verb, body={"reason": reason})
        except Refused as no:
            refused = no
        found = self.read_subscription(reference)
        if found is None or (refused and found.state not in wanted):
            raise refused or contract.GatewayUnreachable("PayPal does not know the subscription any more.")
        return found
