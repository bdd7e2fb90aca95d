"""Move money: an order of our own, paid with a method from the vault, looked up and called off.

An order that is made moves nothing and is looked up by its id; capturing it, once for each order, moves the money. The
charge is one without its customer (`MERCHANT`, `RECURRING`), also when they are there: PayPal would wait for a second
capture after its page, and a look-up moves no money. Where a bank wants the customer, that is a no.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.gateways.contract import (
    ChargeQuery,
    ChargeRequest,
    GatewayRefused,
    GatewayUnreachable,
    PreparedCharge,
)
from paydesk.gateways.paypal.amounts import from_paypal, to_paypal
from paydesk.gateways.paypal.declines import NOBODY_ASKED, decline_of_issue, decline_of_response
from paydesk.gateways.paypal.events import custom_id
from paydesk.gateways.paypal.listed import captures_with
from paydesk.gateways.paypal.requests import Declined, Json, Line, Refused, clear_answers, moment
from paydesk.gateways.paypal.vault import method_of
from paydesk.gateways.records import Outcome, Verdict

#: A request that is on its way longer than this has ended, one way or the other, at PayPal too.
_SURELY_OVER = timedelta(minutes=2)
#: A report that is complete until so long after the ask knows of it.
_SURELY_REPORTED = timedelta(minutes=10)
_PENDING_TAKES = timedelta(hours=6)
#: A prepared order is kept as `order:KIND:ID`: the kind of method that is to pay it, and its id.
_ORDER = "order:"
_NOBODY_THERE = {"payment_initiator": "MERCHANT", "payment_type": "RECURRING", "usage": "SUBSEQUENT"}
_TAKEN = {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}
_REFUSED = {"DECLINED", "FAILED"}


def prepare(line: Line, request: ChargeRequest) -> PreparedCharge:
    """Make the order without a payment source. A key that comes back with another amount is refused here."""
    if not request.method_reference:
        raise GatewayRefused("PayPal has no method on file that pays by itself.")
    kind = _kind_of(line, request.method_reference)
    amount = to_paypal(request.amount)
    mark = custom_id(tag=request.tag, customer=request.customer_reference)
    unit = {"amount": amount, "custom_id": mark, "description": request.description[:127] or "Payment"}
    body = {"intent": "CAPTURE", "purchase_units": [unit]}
    order = line.ask("v2", "checkout", "orders", key=f"{request.key}-prepare", body=body)
    with clear_answers():
        made = order["purchase_units"][0]
        if from_paypal(made["amount"]) != request.amount or made["custom_id"] != mark:
            raise GatewayUnreachable("PayPal has another order under this key.")
        return PreparedCharge(request=request, reference=f"{_ORDER}{kind}:{order['id']}")


def confirm(line: Line, prepared: PreparedCharge, now: datetime) -> Outcome:
    """Capture the order, once for each key."""
    kind, order = _parts_of(prepared.reference)
    source: dict[str, object] = {"vault_id": prepared.request.method_reference}
    if kind == "card":
        source["stored_credential"] = _NOBODY_THERE
    try:
        answer = line.move_money(
            *("v2", "checkout", "orders", order, "capture"),
            key=prepared.request.key,
            body={"payment_source": {kind: source}},
        )
    except Declined as declined:
        return Outcome(verdict=Verdict.DECLINED, decline=decline_of_issue(declined.issue))
    with clear_answers():
        capture = capture_in(answer)
        if capture is None:
            raise GatewayUnreachable("PayPal captured an order and says of no capture.")
        return capture_outcome(capture, answer, now)


def find(line: Line, query: ChargeQuery, now: datetime) -> Outcome:
    """Look a charge up. NEVER_SEEN means that the money was not asked for, and that no ask can still be on its way.

    An order that was never captured is forgotten after a few hours; a report has what was captured, up to three hours
    late, and is asked where nothing else is known.
    """
    over = now - query.asked_at > _SURELY_OVER
    if query.reference.startswith(_ORDER):
        order = line.read("v2", "checkout", "orders", _parts_of(query.reference)[1])
        if order is not None:
            return order_outcome(order, now, over=over)
    elif query.reference:
        capture = line.read("v2", "payments", "captures", query.reference)
        if capture is not None:
            with clear_answers():
                return capture_outcome(capture, None, now)
    return _by_tag(line, query, now)


def cancel(line: Line, reference: str, now: datetime) -> Outcome:
    """Make sure that an order can no longer be captured, and say how it ended.

    PayPal voids no order. One whose intent is to authorize cannot be captured (ACTION_DOES_NOT_MATCH_INTENT), and
    `intent` is the one thing that may be replaced for that (checkout_orders_v2, "Update order").
    """
    if not reference.startswith(_ORDER):
        return find(line, ChargeQuery(reference=reference, asked_at=now), now)
    order_id = _parts_of(reference)[1]
    change = [{"op": "replace", "path": "/intent", "value": "AUTHORIZE"}]
    try:
        line.ask("v2", "checkout", "orders", order_id, body=change, method="PATCH")
    except Refused as refused:
        if refused.issue in ("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"):
            return NOBODY_ASKED  # forgotten: nobody captures it
    order = line.read("v2", "checkout", "orders", order_id)
    if order is None:
        raise GatewayUnreachable("PayPal knows an order no more that it was just asked to change.")
    return order_outcome(order, now, over=False)


def order_outcome(order: Json, now: datetime, *, over: bool) -> Outcome:
    """Say how an order stands; `over`: no ask to capture it is on its way."""
    with clear_answers():
        capture = capture_in(order)
        if capture is not None:
            return capture_outcome(capture, order, now)
        if order["intent"] != "CAPTURE" or order["status"] == "VOIDED":
            return NOBODY_ASKED
        return Outcome(verdict=Verdict.NEVER_SEEN if over else Verdict.UNKNOWN)


def capture_in(order: Json) -> Json | None:
    """Give the capture of an order; ours have one at most."""
    found: list[Json] = (order["purchase_units"][0].get("payments") or {}).get("captures") or []
    return found[-1] if found else None


def capture_outcome(capture: Json, order: Json | None, now: datetime) -> Outcome:
    """Say what became of a capture; money that went back later had been taken."""
    source = (order or {}).get("payment_source")
    status = capture["status"]
    outcome = {
        "reference": capture["id"],
        "amount": from_paypal(capture["amount"]),
        "method": method_of(source) if source else None,
        "occurred_at": moment(capture["create_time"]),
    }
    if status in _TAKEN:
        return Outcome(verdict=Verdict.SUCCEEDED, **outcome)
    if status in _REFUSED:
        decline = decline_of_response(capture.get("processor_response"), status)
        return Outcome(verdict=Verdict.DECLINED, decline=decline, **outcome)
    if status == "PENDING":
        return Outcome(verdict=Verdict.PENDING, wait_until=now + _PENDING_TAKES, **outcome)
    raise GatewayUnreachable(f"A capture of PayPal is {status}.")


def _by_tag(line: Line, query: ChargeQuery, now: datetime) -> Outcome:
    unknown = Outcome(verdict=Verdict.UNKNOWN)
    if not query.tag:
        return unknown
    found, complete_until = captures_with(line, tag=query.tag, since=query.asked_at, now=now)
    for reference in found:
        capture = line.read("v2", "payments", "captures", reference)
        if capture is not None:
            with clear_answers():
                return capture_outcome(capture, None, now)
    is_known = not found and complete_until - query.asked_at > _SURELY_REPORTED
    return Outcome(verdict=Verdict.NEVER_SEEN) if is_known else unknown


def _kind_of(line: Line, method: str) -> str:
    """Say whether a card or a wallet is behind a payment token; of one that is gone the capture says so."""
    token = line.read("v3", "vault", "payment-tokens", method)
    with clear_answers():
        return str(next(iter(token["payment_source"]))) if token else "card"


def _parts_of(reference: str) -> tuple[str, str]:
    kind, _, order = reference.removeprefix(_ORDER).partition(":")
    return kind, order
