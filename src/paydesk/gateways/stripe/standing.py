"""Read and change the subscriptions that Stripe collects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import stripe

from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.records import Page, SubscriptionRecord, SubscriptionState
from paydesk.gateways.stripe.requests import PAGE, Json, Line, page
from paydesk.gateways.stripe.subscriptions import products_of, subscription_record
from paydesk.gateways.stripe.vault import follow


def list_subscriptions(line: Line, customer: str, cursor: str) -> Page[SubscriptionRecord]:
    """List them with those that ended, which Stripe leaves out unless asked for `all`."""
    asked: stripe.params.SubscriptionListParams = {"customer": customer, "status": "all", "limit": PAGE}
    if cursor:
        asked["starting_after"] = cursor
    listing = dict(line.ask(line.v1.subscriptions.list, asked))
    listing["data"] = [_completed(line, found) for found in listing["data"]]
    names = _names(line, listing["data"])
    return page(listing, lambda found: subscription_record(found, names))


def read_subscription(line: Line, reference: str) -> SubscriptionRecord | None:
    found = line.read(line.v1.subscriptions.retrieve, reference)
    return _record(line, found) if found else None


def cancel_now(line: Line, *, reference: str, key: str) -> SubscriptionRecord:
    """Cancel at once. A DELETE has no key at Stripe: asked again, it is refused, and a reading shows it is done."""
    try:
        return _record(line, line.ask(line.v1.subscriptions.cancel, reference, {}, {"idempotency_key": key}))
    except GatewayRefused:
        found = read_subscription(line, reference)
        if found and found.state == SubscriptionState.CANCELED:
            return found
        raise


def schedule_cancel(line: Line, *, reference: str, key: str) -> SubscriptionRecord:
    return _changed(line, reference, {"cancel_at_period_end": True}, key)


def undo_cancel(line: Line, *, reference: str, key: str) -> SubscriptionRecord:
    """Take back a cancel at the end of the period, or at a date that staff chose at Stripe."""
    found = line.ask(line.v1.subscriptions.retrieve, reference)
    by_period = found["cancel_at_period_end"] or not found.get("cancel_at")
    return _changed(line, reference, {"cancel_at_period_end": False} if by_period else {"cancel_at": ""}, key)


def set_method(line: Line, *, reference: str, method: str, key: str) -> SubscriptionRecord:
    """Let a method pay a subscription: its own outranks the customer's, and that of an open invoice outranks both."""
    changed = _changed(line, reference, {"default_payment_method": method}, f"{key}-{reference}")
    follow(line, {"subscription": reference}, method=method, key=key)
    return changed


def pause(line: Line, *, reference: str, until: datetime | None, key: str) -> SubscriptionRecord:
    """Pause collecting: what falls due meanwhile is void, for nothing is delivered (`pause_collection`).

    The newer `POST /pause` is for subscriptions in flexible billing mode alone.
    """
    paused: stripe.params.SubscriptionUpdateParamsPauseCollection = {"behavior": "void"}
    if until:
        paused["resumes_at"] = int(until.timestamp())
    return _changed(line, reference, {"pause_collection": paused}, key)


def resume(line: Line, *, reference: str, key: str) -> SubscriptionRecord:
    """Resume collecting; a subscription that Stripe itself calls paused is resumed by a call of its own."""
    found = line.ask(line.v1.subscriptions.retrieve, reference)
    if found["status"] == "paused":
        return _record(line, line.ask(line.v1.subscriptions.resume, reference, {}, {"idempotency_key": key}))
    return _changed(line, reference, {"pause_collection": ""}, key)


def _changed(
    line: Line, reference: str, change: stripe.params.SubscriptionUpdateParams, key: str
) -> SubscriptionRecord:
    return _record(line, line.ask(line.v1.subscriptions.update, reference, change, {"idempotency_key": key}))


def _record(line: Line, found: Json) -> SubscriptionRecord:
    whole = _completed(line, found)
    return subscription_record(whole, _names(line, [whole]))


def _completed(line: Line, found: Json) -> Json:
    """A subscription carries ten of its items and may have twenty; read them where there are more."""
    if not found["items"].get("has_more"):
        return found
    items = line.every(lambda: line.v1.subscription_items.list({"subscription": found["id"], "limit": PAGE}))
    return {**found, "items": {"data": items}}


def _names(line: Line, subscriptions: Sequence[Json]) -> dict[str, str]:
    ids = sorted(products_of(subscriptions))
    chunks = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
    listings = [line.ask(line.v1.products.list, {"ids": chunk, "limit": PAGE}) for chunk in chunks]
    return {product["id"]: product["name"] for listing in listings for product in listing["data"]}
