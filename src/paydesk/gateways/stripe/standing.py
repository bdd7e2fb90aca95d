"""Read and change the subscriptions that Stripe collects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import stripe

from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.records import Page, SubscriptionRecord, SubscriptionState
from paydesk.gateways.stripe.requests import PAGE, Json, Line, page
from paydesk.gateways.stripe.subscriptions import MONTHS, products_of, subscription_record
from paydesk.gateways.stripe.vault import follow

#: What is taken off is only there when expanded (`stripe/_discount.py`, `id`).
_EXPANDED = ["discounts.source.coupon"]


class Subscriptions:
    """What the contract asks about subscriptions; every verb gives the subscription as Stripe has it then."""

    _line: Line

    def list_subscriptions(self, customer_reference: str, *, cursor: str = "") -> Page[SubscriptionRecord]:
        """List them with those that ended, which Stripe leaves out unless asked for `all`."""
        if not customer_reference:
            return Page(records=())
        asked = {
            "customer": customer_reference,
            "status": "all",
            "expand": [f"data.{one}" for one in _EXPANDED],
        }
        listing = self._line.listing(self._line.v1.subscriptions.list, cursor, limit=PAGE, **asked)
        whole = [self._completed(found) for found in listing["data"]]
        names = self._names(whole)
        return page({**listing, "data": whole}, lambda found: subscription_record(found, names))

    def read_subscription(self, reference: str) -> SubscriptionRecord | None:
        found = self._line.read(self._line.v1.subscriptions.retrieve, reference, {"expand": _EXPANDED})
        return self._record(found) if found else None

    def cancel_now(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        """Cancel at once. A DELETE has no key at Stripe: asked again, it is refused, and a reading shows it is done."""
        try:
            return self._made(self._line.v1.subscriptions.cancel, subscription_reference, {}, key)
        except GatewayRefused:
            found = self.read_subscription(subscription_reference)
            if found and found.state == SubscriptionState.CANCELED:
                return found
            raise

    def schedule_cancel(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        return self._changed(subscription_reference, {"cancel_at_period_end": True}, key)

    def undo_cancel(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        """Take back a cancel at the end of the period, or at a date that staff chose at Stripe."""
        found = self._line.ask(self._line.v1.subscriptions.retrieve, subscription_reference)
        if found["cancel_at_period_end"] or not found.get("cancel_at"):
            return self._changed(subscription_reference, {"cancel_at_period_end": False}, key)
        return self._changed(subscription_reference, {"cancel_at": ""}, key)

    def set_subscription_method(
        self, *, subscription_reference: str, method_reference: str, key: str
    ) -> SubscriptionRecord:
        """Let a method pay it: its own outranks the customer's, and that of an open invoice outranks both."""
        own: stripe.params.SubscriptionUpdateParams = {"default_payment_method": method_reference}
        changed = self._changed(subscription_reference, own, f"{key}-{subscription_reference}")
        follow(self._line, {"subscription": subscription_reference}, method=method_reference, key=key)
        return changed

    def pause(self, *, subscription_reference: str, until: datetime | None, key: str) -> SubscriptionRecord:
        """Pause collecting: what falls due meanwhile is void, for nothing is delivered (`pause_collection`).

        The newer `POST /pause` is for subscriptions in flexible billing mode alone.
        """
        paused: stripe.params.SubscriptionUpdateParamsPauseCollection = {"behavior": "void"}
        if until:
            paused["resumes_at"] = int(until.timestamp())
        return self._changed(subscription_reference, {"pause_collection": paused}, key)

    def resume(self, *, subscription_reference: str, key: str) -> SubscriptionRecord:
        """Resume collecting; a subscription that Stripe itself calls paused is resumed by a call of its own."""
        found = self._line.ask(self._line.v1.subscriptions.retrieve, subscription_reference)
        if found["status"] != "paused":
            return self._changed(subscription_reference, {"pause_collection": ""}, key)
        return self._made(self._line.v1.subscriptions.resume, subscription_reference, {}, key)

    def discount(
        self, *, subscription_reference: str, percent: int, payments: int, key: str
    ) -> SubscriptionRecord:
        """Redeem a coupon, which is on every invoice that is made within its months; one serves all who get the same.

        `discounts` takes the place of those that are there (`SubscriptionUpdateParams`), of which there are none.
        """
        found = self._line.ask(self._line.v1.subscriptions.retrieve, subscription_reference)
        record = subscription_record(found, names={})
        months = payments * record.interval_count * MONTHS[record.interval_unit]
        asked: stripe.params.CouponCreateParams = {"percent_off": percent, "name": f"{percent} %"}
        asked |= {"duration": "repeating", "duration_in_months": months}
        asked["id"] = f"paydesk-{percent}-percent-{months}-months"
        with suppress(GatewayRefused):
            # It is there already; if it is not, redeeming it is refused.
            self._line.ask(self._line.v1.coupons.create, asked, {"idempotency_key": f"{key}-coupon"})
        return self._changed(subscription_reference, {"discounts": [{"coupon": asked["id"]}]}, key)

    def _changed(
        self, reference: str, change: stripe.params.SubscriptionUpdateParams, key: str
    ) -> SubscriptionRecord:
        return self._made(self._line.v1.subscriptions.update, reference, change, key)

    def _made(
        self, call: Callable[..., stripe.Subscription], reference: str, asked: Json, key: str
    ) -> SubscriptionRecord:
        whole = {**asked, "expand": _EXPANDED}
        return self._record(self._line.ask(call, reference, whole, {"idempotency_key": key}))

    def _record(self, found: Json) -> SubscriptionRecord:
        whole = self._completed(found)
        return subscription_record(whole, self._names([whole]))

    def _completed(self, found: Json) -> Json:
        """A subscription carries ten of its items and may have twenty; read them where there are more."""
        if not found["items"].get("has_more"):
            return found
        asked: stripe.params.SubscriptionItemListParams = {"subscription": found["id"], "limit": PAGE}
        items = self._line.every(lambda: self._line.v1.subscription_items.list(asked))
        return {**found, "items": {"data": items}}

    def _names(self, subscriptions: Sequence[Json]) -> dict[str, str]:
        ids = sorted(products_of(subscriptions))
        chunks = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
        ask, products = self._line.ask, self._line.v1.products.list
        listings = [ask(products, {"ids": chunk, "limit": PAGE}) for chunk in chunks]
        return {product["id"]: product["name"] for listing in listings for product in listing["data"]}
