"""Orders v2: create, read, change, and capture with what is in the vault.

ACTION_DOES_NOT_MATCH_INTENT is in PayPal's error pages ("Orders v2 errors"), not in the file. An order whose
payer has to act (3-D Secure, or a wallet that must be confirmed again) answers 422 PAYER_ACTION_REQUIRED with
a `payer-action` link; once the payer has confirmed there, the order is APPROVED and may be captured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from tests.doubles.paypal.amounts import Amount, amount_of
from tests.doubles.paypal.captures import Capture, Refund, make_capture
from tests.doubles.paypal.state import Answer, Call, Json, Refusal, some_id, unknown, written
from tests.doubles.paypal.vault import PaymentToken, shown_source

#: PayPal names no number of attempts; it names the issue.
ATTEMPTS_MAX = 10


@dataclass(kw_only=True)
class Order:
    """One order with one purchase unit: Paydesk makes no others."""

    id: str
    intent: str
    amount: Amount
    unit: Json
    created: datetime
    updated: datetime
    status: str = "CREATED"
    attempts: int = 0
    token: PaymentToken | None = None  # what it was, or is to be, paid with
    source: Json = field(default_factory=dict)  # the payment source as it was asked for
    confirmed: bool = False  # the payer has acted
    captures: list[Capture] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)


def create(call: Call) -> Answer:
    if len(call.body["purchase_units"]) > 1:
        raise Refusal(422, "MULTIPLE_PURCHASE_UNITS", "The double knows orders of one purchase unit.")
    unit = call.body["purchase_units"][0]
    order = Order(
        id=some_id(),
        intent=call.body["intent"],
        amount=amount_of(unit["amount"]),
        unit={name: unit[name] for name in _KEPT_OF_UNIT if name in unit},
        created=call.now,
        updated=call.now,
    )
    call.account.orders[order.id] = order
    if call.body.get("payment_source"):
        if not call.key:
            raise Refusal(400, "PAYPAL_REQUEST_ID_REQUIRED", "A PayPal-Request-Id is required with a source.")
        if order.intent == "CAPTURE":
            _pay(call, order, call.body["payment_source"])
    return Answer(status=201, body=_answered(call, order), again=lambda: _answered(call, order))


_KEPT_OF_UNIT = ("reference_id", "custom_id", "invoice_id", "description", "soft_descriptor")


def get(call: Call) -> Answer:
    return Answer(body=shown(call, _found(call)))


def patch(call: Call) -> Answer:
    """Change the intent, the amount, or the merchant's ids; a completed order stays as it is."""
    order = _found(call)
    if order.status == "COMPLETED":
        raise Refusal(422, "ORDER_ALREADY_COMPLETED", "The order cannot be patched after it is completed.")
    for change in call.body:
        _change(order, change)
    order.updated = call.now
    return Answer(status=204)


def _change(order: Order, change: Json) -> None:
    path, value = change.get("path", ""), change.get("value")
    unit = path.removeprefix("/purchase_units/@reference_id=='default'/")
    if change["op"] not in ("add", "replace", "remove"):
        raise Refusal(422, "NOT_PATCHABLE", "Cannot be patched.")
    if path == "/intent" and change["op"] == "replace":
        if value not in ("CAPTURE", "AUTHORIZE"):
            raise Refusal(400, "INVALID_PARAMETER_VALUE", "The value of a field is invalid.")
        order.intent = value
    elif unit == "amount" and isinstance(value, dict):
        order.amount = amount_of(value)
    elif unit in _KEPT_OF_UNIT[1:] and change["op"] == "remove":
        order.unit.pop(unit, None)
    elif unit in _KEPT_OF_UNIT[1:]:
        order.unit[unit] = value
    else:
        raise Refusal(422, "NOT_PATCHABLE", "Cannot be patched.")


def capture(call: Call) -> Answer:
    order = _found(call)
    if order.intent != "CAPTURE":
        words = "Order was created with an intent to 'AUTHORIZE'."
        raise Refusal(422, "ACTION_DOES_NOT_MATCH_INTENT", words)
    if order.captures:
        words = "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed."
        raise Refusal(422, "ORDER_ALREADY_CAPTURED", words)
    source = (call.body or {}).get("payment_source")
    if not source and not order.confirmed:
        raise Refusal(422, "ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
    _pay(call, order, source or order.source)
    return Answer(status=201, body=_answered(call, order), again=lambda: _answered(call, order))


def _pay(call: Call, order: Order, source: Json) -> None:
    """Take the money, or refuse as the saved method's behaviour wants it."""
    token, details = _token_of(call, source)
    order.attempts += 1
    if order.attempts > ATTEMPTS_MAX:
        raise Refusal(422, "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED")
    stored = details.get("stored_credential", {})
    if stored.get("payment_type") == "ONE_TIME" and stored.get("payment_initiator") == "MERCHANT":
        raise Refusal(422, "INCOMPATIBLE_PARAMETER_VALUE", "ONE_TIME goes with CUSTOMER only.")
    order.token, order.source, order.updated = token, source, call.now
    behaviour = "good" if order.confirmed and token.behaviour == "asks" else token.behaviour
    if behaviour == "asks":
        _ask_the_payer(call, order)
    if behaviour == "declined":
        words = "The instrument presented was either declined by the processor or bank."
        raise Refusal(422, "INSTRUMENT_DECLINED", words, links=[payer_link(call, order)])
    if behaviour.startswith("refused:"):
        raise Refusal(422, behaviour.removeprefix("refused:"))
    made = make_capture(call, order, token, behaviour)
    order.captures.append(made)
    order.status = "COMPLETED"
    event = {"COMPLETED": "COMPLETED", "PENDING": "PENDING"}.get(made.status, "DENIED")
    resource = made.shown(call)
    call.account.happened(f"PAYMENT.CAPTURE.{event}", "capture", resource, at=call.now)


def _ask_the_payer(call: Call, order: Order) -> None:
    order.status = "PAYER_ACTION_REQUIRED"
    words = "Transaction cannot complete successfully, instruct the buyer to return to PayPal."
    raise Refusal(422, "PAYER_ACTION_REQUIRED", words, links=[payer_link(call, order)], kept=False)


def payer_link(call: Call, order: Order) -> Json:
    """Say where the payer acts: 3-D Secure for a card, PayPal's checkout for a wallet."""
    if order.token and order.token.kind == "card":
        return call.link("payer-action", f"/webapps/helios?action=verify&flow=3ds&cart_id={order.id}")
    return call.link("payer-action", f"/checkoutnow?token={order.id}")


def _token_of(call: Call, source: Json) -> tuple[PaymentToken, Json]:
    kind, details = next(iter(source.items()))
    if len(source) > 1 or kind not in ("card", "paypal"):
        raise Refusal(
            422, "PAYMENT_SOURCE_NOT_SUPPORTED", "The double knows cards and wallets from the vault."
        )
    token = call.account.payment_tokens.get(details.get("vault_id", ""))
    if token is None:
        raise Refusal(422, "TOKEN_ID_NOT_FOUND", "Specified token was not found.")
    if token.kind != kind:
        words = "The vault_id does not match the payment_source provided."
        raise Refusal(422, "MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE", words)
    return token, details


def _found(call: Call) -> Order:
    order = call.account.orders.get(call.id)
    if not order:
        raise unknown()
    return order


def _answered(call: Call, order: Order) -> Json:
    """Answer with the whole order where it was preferred; else with id, status and links, as the file says."""
    whole = shown(call, order)
    return whole if call.whole else {name: whole[name] for name in ("id", "status", "links")}


def shown(call: Call, order: Order) -> Json:
    unit: Json = {"reference_id": "default", "amount": order.amount.shown(), **order.unit}
    payments: Json = {}
    if order.captures:
        payments["captures"] = [one.shown(call) for one in order.captures]
    if order.refunds:
        payments["refunds"] = [one.shown(call) for one in order.refunds]
    if payments:
        unit["payments"] = payments
    path = f"/v2/checkout/orders/{quote(order.id)}"
    links = [call.link("self", path)]
    if order.status == "PAYER_ACTION_REQUIRED":
        links.append(payer_link(call, order))
    elif order.status == "CREATED":
        links.append(call.link("approve", f"/checkoutnow?token={order.id}"))
    if not order.captures:
        links += [call.link("update", path, "PATCH"), call.link("capture", f"{path}/capture", "POST")]
    shown: Json = {
        "id": order.id,
        "intent": order.intent,
        "status": order.status,
        "purchase_units": [unit],
        "create_time": written(order.created),
        "update_time": written(order.updated),
        "links": links,
    }
    if order.token:
        shown["payment_source"] = {order.token.kind: shown_source(order.token, of_order=True)}
    return shown
