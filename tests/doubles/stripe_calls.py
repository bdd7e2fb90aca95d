"""What the proxy does for each call that localstripe refuses, answers in its own way, or does not know.

`CALLS` is a table from a call to the function that makes it; everything else is forwarded as it came.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.doubles.stripe_coupons import create_coupon, redeem
from tests.doubles.stripe_shapes import Object, card_error, invalid_request, invoice_payments, listing
from tests.doubles.stripe_upstream import Answer, Call, Upstream, refused

_METHOD = "default_payment_method"
NEEDS_CUSTOMER = "invoice_payment_intent_requires_action"


async def make(call: Call, upstream: Upstream) -> Answer:
    """Make a call, by the table or as it came, and give its answer in current shapes."""
    for method, pattern, special in CALLS:
        if method == call.method and re.fullmatch(pattern, call.path):
            return await special(call, upstream)
    return await forward(call, upstream, call.asked)


async def forward(call: Call, upstream: Upstream, asked: Object) -> Answer:
    answer = await upstream.call(call.method, call.path, asked)
    if not answer.is_good:
        return answer
    if answer.body.get("object") == "list":
        folder = call.path.removeprefix("/v1/")
        return await paged(
            call, upstream, await upstream.every(folder, **{k: str(v) for k, v in asked.items()})
        )
    return await upstream.one(answer.body, call.expand)


async def paged(call: Call, upstream: Upstream, olds: list[Object]) -> Answer:
    """Give one page of objects that are newest first."""
    places = [place for place, old in enumerate(olds) if old["id"] == call.starting_after]
    rest = olds[places[0] + 1 :] if places else olds
    inner = [path.removeprefix("data.") for path in call.expand]
    found = await upstream.translated(rest[: call.limit], inner)
    return Answer(status=200, body=listing(found, call.path, has_more=len(rest) > call.limit))


async def _account(_call: Call, _upstream: Upstream) -> Answer:
    dashboard = {"display_name": "Stripe double", "timezone": "Etc/UTC"}
    return Answer(
        status=200, body={"id": "acct_double", "object": "account", "settings": {"dashboard": dashboard}}
    )


async def _read_customer(call: Call, upstream: Upstream) -> Answer:
    """A deleted customer is still known to Stripe, by name."""
    if "deleted" in upstream.known.changed.get(call.reference, {}):
        return Answer(status=200, body={"id": call.reference, "object": "customer", "deleted": True})
    return await forward(call, upstream, call.asked)


async def _delete_customer(call: Call, upstream: Upstream) -> Answer:
    answer = await upstream.call("DELETE", call.path)
    if answer.is_good:
        upstream.known.changed[call.reference] = {"deleted": True}
    return answer


async def _methods_of_customer(call: Call, upstream: Upstream) -> Answer:
    found = await upstream.every("payment_methods", customer=call.reference, type="card")
    return await paged(call, upstream, found)


async def _detach(call: Call, upstream: Upstream) -> Answer:
    """localstripe leaves a detached default dangling on its customer."""
    method = await upstream.get(call.reference)
    customer = await upstream.get(method["customer"]) if method and method["customer"] else None
    if customer and customer["invoice_settings"]["default_payment_method"] == call.reference:
        await upstream.put_default(customer["id"], None)
    return await forward(call, upstream, {})


async def _create_setup(call: Call, upstream: Upstream) -> Answer:
    known = ("customer", "usage", "metadata")
    return await forward(call, upstream, {name: call.asked[name] for name in known if name in call.asked})


async def _create_intent(call: Call, upstream: Upstream) -> Answer:
    known = ("amount", "currency", "customer", "payment_method", "metadata", "capture_method")
    return await forward(call, upstream, {name: call.asked[name] for name in known if name in call.asked})


async def _confirm_intent(call: Call, upstream: Upstream) -> Answer:
    intent = await upstream.get(call.reference)
    if not intent:
        return await forward(call, upstream, {})
    if intent["status"] != "requires_confirmation":
        return refused(invalid_request("Unexpected state.", code="payment_intent_unexpected_state"))
    upstream.known.return_urls[call.reference] = str(call.asked.get("return_url", ""))
    answer = await upstream.call("POST", call.path)
    after = await upstream.get(call.reference) or intent
    if after["status"] == "requires_action" and call.asked.get("off_session"):
        upstream.known.unconfirmed.add(call.reference)
        return refused(card_error(None, upstream.known, code="authentication_required"), 402)
    if answer.status == 402:
        return refused(card_error(after["latest_charge"], upstream.known), 402)
    return await upstream.one(after, call.expand) if answer.is_good else answer


async def _cancel_intent(call: Call, upstream: Upstream) -> Answer:
    intent = await upstream.get(call.reference)
    if intent and intent.get("invoice"):
        return refused(invalid_request("You cannot cancel the PaymentIntent of an invoice."))
    answer = await upstream.call("POST", call.path)
    if not answer.is_good:
        return refused(invalid_request("Unexpected state.", code="payment_intent_unexpected_state"))
    return await upstream.one(answer.body, call.expand)


async def _list_charges(call: Call, upstream: Upstream) -> Answer:
    wanted = {name: call.asked[name] for name in ("customer", "payment_intent") if name in call.asked}
    found = await upstream.every("charges")
    return await paged(call, upstream, [one for one in found if wanted.items() <= one.items()])


async def _search_intents(call: Call, upstream: Upstream) -> Answer:
    sought = re.fullmatch(r"metadata\['(\w+)'\]:'([^']*)'", call.asked["query"])
    if not sought:
        return refused(invalid_request("The search query is not one that this double understands."))
    found = await upstream.every("payment_intents")
    tagged = [one for one in found if one["metadata"].get(sought[1]) == sought[2]]
    page = await paged(call, upstream, tagged)
    return Answer(status=200, body={**page.body, "object": "search_result", "next_page": None})


async def _list_invoice_payments(call: Call, upstream: Upstream) -> Answer:
    wanted = call.asked.get("payment", {}).get("payment_intent")
    invoice = call.asked.get("invoice")
    if wanted:
        intent = await upstream.get(wanted)
        invoice = intent["invoice"] if intent else None
    found = await upstream.get(invoice) if invoice else None
    store = await upstream._store([found]) if found else None
    payments = invoice_payments(found, store) if found and store else []
    kept = [one for one in payments if wanted in (None, one["payment"]["payment_intent"])]
    return Answer(status=200, body=listing(kept[: call.limit], call.path))


async def _nothing_listed(call: Call, _upstream: Upstream) -> Answer:
    return Answer(status=200, body=listing([], call.path))


async def _list_products(call: Call, upstream: Upstream) -> Answer:
    found = await upstream.every("products")
    return await paged(
        call, upstream, [one for one in found if one["id"] in call.asked.get("ids", [one["id"]])]
    )


async def _refund(call: Call, upstream: Upstream) -> Answer:
    """localstripe gives back more than was paid."""
    charge = await upstream.get(call.asked["charge"])
    if not charge:
        return refused(invalid_request("No such charge", code="resource_missing", param="charge"))
    left = charge["amount"] - charge["amount_refunded"]
    if not left or call.asked.get("amount", 0) > left:
        return refused(invalid_request("Nothing is left to refund.", code="charge_already_refunded"))
    return await forward(call, upstream, call.asked)


async def _cancel_subscription(call: Call, upstream: Upstream) -> Answer:
    """Stripe knows nothing to cancel the second time; localstripe cancels again."""
    subscription = await upstream.get(call.reference)
    if subscription and subscription["status"] == "canceled":
        return refused(invalid_request("No such subscription", code="resource_missing"), 404)
    return await forward(call, upstream, call.asked)


async def _update_subscription(call: Call, upstream: Upstream) -> Answer:
    """Keep what localstripe cannot; `cancel_at` is taken back there only together with the period's end."""
    subscription = await upstream.get(call.reference)
    if subscription and subscription["status"] == "canceled":
        return refused(invalid_request("This subscription is canceled.", code="resource_missing"))
    asked = dict(call.asked)
    changed: dict[str, Any] = upstream.known.changed.setdefault(call.reference, {})
    if "discounts" in asked and not await redeem(asked.pop("discounts"), changed, upstream):
        return refused(invalid_request("No such coupon", code="resource_missing", param="discounts"))
    for name in ("pause_collection", _METHOD):
        if name in asked:
            changed[name] = asked.pop(name) or None
    if asked.get("cancel_at") == "":
        changed["cancel_at"] = asked.pop("cancel_at") or None
    if asked:
        return await forward(call, upstream, asked)
    return await upstream.one(subscription or {}, call.expand)


async def _list_invoices(call: Call, upstream: Upstream) -> Answer:
    """localstripe knows no `status` to list by."""
    status = call.asked.get("status")
    asked = {name: str(value) for name, value in call.asked.items() if name != "status"}
    found = await upstream.every("invoices", **asked)
    return await paged(call, upstream, [one for one in found if status in (None, one["status"])])


async def _update_invoice(call: Call, upstream: Upstream) -> Answer:
    """Keep which method an invoice names; localstripe changes no invoice."""
    invoice = await upstream.get(call.reference)
    if not invoice:
        return await forward(call, upstream, {})
    if invoice["status"] not in ("draft", "open"):
        return refused(invalid_request("This invoice is no longer editable.", code="invoice_not_editable"))
    upstream.known.changed.setdefault(call.reference, {}).update(call.asked)
    return await upstream.one(invoice, call.expand)


async def _list_events(call: Call, upstream: Upstream) -> Answer:
    """What localstripe noted, and what a scene says has happened, the newest first."""
    noted = [*await upstream.every("events"), *upstream.known.events]
    return await paged(call, upstream, sorted(noted, key=lambda one: int(one["created"]), reverse=True))


async def _pay(call: Call, upstream: Upstream) -> Answer:
    """Pay with the method asked for, the invoice's, the subscription's, the customer's; localstripe knows the last."""
    invoice = await upstream.get(call.reference)
    if not invoice:
        return await forward(call, upstream, {})
    if invoice["status"] != "open":
        return refused(
            invalid_request(f"Invoice is already {invoice['status']}", code="invoice_not_editable")
        )
    customer = await upstream.get(invoice["customer"]) or {}
    default = customer["invoice_settings"]["default_payment_method"]
    named = [upstream.known.changed.get(one or "", {}) for one in (call.reference, invoice["subscription"])]
    own = next((one[_METHOD] for one in named if one.get(_METHOD)), default)
    method = await upstream.get(call.asked.get("payment_method") or own or "")
    if not method or method["customer"] != customer["id"]:
        return refused(
            invalid_request("No such PaymentMethod", code="resource_missing", param="payment_method")
        )
    await upstream.put_default(customer["id"], method["id"])
    try:
        answer = await upstream.call("POST", call.path)
    finally:
        await upstream.put_default(customer["id"], default)
    return await _paid(call, upstream, answer)


async def _paid(call: Call, upstream: Upstream, answer: Answer) -> Answer:
    """Where localstripe answers 200 and leaves the invoice open, Stripe says 402."""
    if not answer.is_good or answer.body["status"] == "paid" or call.declines_as_open:
        return await upstream.one(answer.body, call.expand) if answer.is_good else answer
    intent = await upstream.get(answer.body["payment_intent"]) or {}
    if intent["status"] == "requires_action":
        message = "This payment requires additional user action before it can be completed successfully."
        return refused(card_error(None, upstream.known, code=NEEDS_CUSTOMER, message=message), 402)
    return refused(card_error(intent["latest_charge"], upstream.known), 402)


CALLS: list[tuple[str, str, Callable[[Call, Upstream], Awaitable[Answer]]]] = [
    ("GET", "/v1/account", _account),
    ("GET", "/v1/customers/[^/]+", _read_customer),
    ("DELETE", "/v1/customers/[^/]+", _delete_customer),
    ("GET", "/v1/customers/[^/]+/payment_methods", _methods_of_customer),
    ("POST", "/v1/payment_methods/[^/]+/detach", _detach),
    ("POST", "/v1/setup_intents", _create_setup),
    ("POST", "/v1/payment_intents", _create_intent),
    ("POST", "/v1/payment_intents/[^/]+/confirm", _confirm_intent),
    ("POST", "/v1/payment_intents/[^/]+/cancel", _cancel_intent),
    ("GET", "/v1/payment_intents/search", _search_intents),
    ("GET", "/v1/charges", _list_charges),
    ("GET", "/v1/invoice_payments", _list_invoice_payments),
    ("GET", "/v1/disputes", _nothing_listed),
    ("GET", "/v1/events", _list_events),
    ("GET", "/v1/invoices", _list_invoices),
    ("GET", "/v1/products", _list_products),
    ("POST", "/v1/coupons", create_coupon),
    ("POST", "/v1/refunds", _refund),
    ("POST", "/v1/subscriptions/[^/]+", _update_subscription),
    ("DELETE", "/v1/subscriptions/[^/]+", _cancel_subscription),
    ("POST", "/v1/invoices/[^/]+", _update_invoice),
    ("POST", "/v1/invoices/[^/]+/pay", _pay),
]
