"""Which objects a webhook says have changed, for both kinds: a table from an event's type to what is read again.

Types: developer.paypal.com/api/rest/webhooks/event-names. Two connections to one account are told of each other's
events, and each names only what is its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlsplit

from paydesk.gateways.contract import ObjectKind, ObjectReference, WebhookEvent
from paydesk.gateways.paypal.requests import Json, Line, clear_answers, moment
from paydesk.gateways.records import Page

Named = Sequence[ObjectReference]
_Namers = Sequence[tuple[str, Callable[[Json], Named]]]

#: What a charge of ours carries as its `custom_id`: our mark, the tag, the customer. Reports show it, and no customer.
#: With points, since a refund's may have letters, digits and `-_.,` alone (`refund` in payments_payment_v2).
_MARK, _BETWEEN = "paydesk", "."
#: In place of a transaction: what is owed of a subscription, or else its last payment.
NEWEST = "newest"


def custom_id(*, tag: str, customer: str = "") -> str:
    return _BETWEEN.join((_MARK, tag, customer))


def ours(found: Json) -> tuple[str, str]:
    """Give tag and customer of an object that carries our `custom_id`; of any other, two empty texts."""
    mark, _, rest = str(found.get("custom_id") or found.get("custom_field") or "").partition(_BETWEEN)
    tag, _, customer = rest.partition(_BETWEEN)
    return (tag, customer) if mark == _MARK else ("", "")


def link(found: Json, rel: str) -> str:
    """Give the address that an object says is related to it so, or an empty text."""
    return next((str(one["href"]) for one in found.get("links") or [] if one.get("rel") == rel), "")


def named_for_vault(event: WebhookEvent) -> Named:
    """Name what a connection of the kind `paypal` reads again."""
    return _named(event, _OF_VAULT)


def named_for_subscriptions(event: WebhookEvent) -> Named:
    """Name what a connection of the kind `paypal-subscriptions` reads again."""
    return _named(event, _OF_SUBSCRIPTIONS)


def event_record(event: Json, body: bytes = b"") -> WebhookEvent:
    """Read an event that a webhook brought in its body, or one of a listing, as though a webhook had."""
    return WebhookEvent(
        event_id=event["id"],
        kind=event["event_type"],
        body=body or json.dumps(event).encode(),
        created_at=moment(event["create_time"]),
    )


def list_events(line: Line, cursor: str) -> Page[WebhookEvent]:
    """List a page of events; the cursor is the query that PayPal names for the next one.

    How far back it goes is PayPal's to say: thirty days (developer.paypal.com/docs/api/webhooks/v1, "List event
    notifications").
    """
    found = line.read("v1", "notifications", "webhooks-events", **dict(parse_qsl(cursor)))
    with clear_answers():
        events = [event_record(one) for one in (found or {})["events"]]
        following = urlsplit(link(found or {}, "next")).query
    return Page(records=events, next_cursor=following if events and following != cursor else "")


def _named(event: WebhookEvent, namers: _Namers) -> Named:
    """Its body was signed and is read for ids alone; the longest beginning of its type that is known decides."""
    found: Json = json.loads(event.body).get("resource") or {}
    for beginning, name in namers:
        if event.kind.startswith(beginning):
            return [one for one in name(found) if one.reference]
    return ()


def _name(kind: ObjectKind, reference: object, tag: str = "") -> ObjectReference:
    return ObjectReference(kind=kind, reference=str(reference or ""), tag=tag)


def _of_order(order: Json) -> Named:
    """Only our own orders are looked up: of others, their captures tell."""
    tag, _ = ours((order.get("purchase_units") or [{}])[0])
    return [_name(ObjectKind.CHARGE, order.get("id") if tag else "", tag)]


def _of_capture(capture: Json) -> Named:
    """One of ours is looked up by its attempt, unless money came back."""
    tag, _ = ours(capture)
    came_back = capture.get("status") in ("REFUNDED", "PARTIALLY_REFUNDED")
    kind = ObjectKind.CHARGE if tag and not came_back else ObjectKind.COLLECTIBLE
    return [_name(kind, capture.get("id"), tag)]


def _of_refund(refund: Json) -> Named:
    """A refund names its capture by a link alone."""
    capture = urlsplit(link(refund, "up")).path.rpartition("/")[2]
    tag, _ = ours(refund)
    return [_name(ObjectKind.REFUND, refund.get("id"), tag), _name(ObjectKind.COLLECTIBLE, capture)]


def _of_dispute(dispute: Json) -> Named:
    disputed = [one.get("seller_transaction_id") for one in dispute.get("disputed_transactions") or []]
    return [
        _name(ObjectKind.DISPUTE, dispute.get("dispute_id")),
        *(_name(ObjectKind.COLLECTIBLE, one) for one in disputed),
    ]


def _of_token(token: Json) -> Named:
    return [_name(ObjectKind.CUSTOMER, (token.get("customer") or {}).get("id"))]


def _of_subscription(subscription: Json) -> Named:
    """A subscription is its own customer here; what it owes, or owed, may have changed with it."""
    *named, owed = _of_failure(subscription)
    return [*named, owed] if (subscription.get("billing_info") or {}).get("last_failed_payment") else named


def _of_failure(subscription: Json) -> Named:
    """Which try failed is not told."""
    reference = subscription.get("id")
    return [
        _name(ObjectKind.SUBSCRIPTION, reference),
        _name(ObjectKind.CUSTOMER, reference),
        _name(ObjectKind.COLLECTIBLE, f"{reference}:{NEWEST}" if reference else ""),
    ]


def _of_sale(sale: Json) -> Named:
    """A payment of a subscription, or what came back of one; how it stands is read with all the others."""
    subscription = sale.get("billing_agreement_id")
    payment = f"{subscription}:{sale.get('sale_id') or sale.get('id')}" if subscription else ""
    return [_name(ObjectKind.SUBSCRIPTION, subscription), _name(ObjectKind.COLLECTIBLE, payment)]


_OF_VAULT: _Namers = (
    ("CHECKOUT.ORDER.", _of_order),
    ("PAYMENT.CAPTURE.REFUNDED", _of_refund),
    ("PAYMENT.CAPTURE.REVERSED", _of_refund),
    ("PAYMENT.CAPTURE.", _of_capture),
    ("PAYMENT.REFUND.", _of_refund),
    ("CUSTOMER.DISPUTE.", _of_dispute),
    ("VAULT.PAYMENT-TOKEN.", _of_token),
)
_OF_SUBSCRIPTIONS: _Namers = (
    ("BILLING.SUBSCRIPTION.PAYMENT.FAILED", _of_failure),
    ("BILLING.SUBSCRIPTION.", _of_subscription),
    ("PAYMENT.SALE.", _of_sale),
)
