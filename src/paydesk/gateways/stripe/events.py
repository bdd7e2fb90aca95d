"""Which objects a webhook says have changed: a table from the kind of object that an event holds to what is read again.

A charge does not know its invoice any more, so its events name the charge, and reading that gives the invoice; one of
ours is looked up by its attempt, unless money came back. A draft invoice names nothing: `invoice.finalized` follows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from paydesk.gateways.contract import ObjectKind, ObjectReference, WebhookEvent
from paydesk.gateways.stripe.collectibles import TAG
from paydesk.gateways.stripe.methods import moment, reference
from paydesk.gateways.stripe.requests import Json

Named = Sequence[ObjectReference]


def named_by(event: WebhookEvent) -> Named:
    """Name the objects of one event; its body was signed and is read for ids alone."""
    told: Json = json.loads(event.body)["data"]
    found: Json = told["object"]
    if found.get("object") in _OF_A_CUSTOMER and not found.get("customer"):
        # A card that was taken off says only in this way whose it was.
        found = {**found, **(told.get("previous_attributes") or {})}
    return [named for named in _NAMED_BY.get(found.get("object", ""), _NOTHING)(found) if named.reference]


def event_record(event: Json, body: bytes = b"") -> WebhookEvent:
    """Read an event that a webhook brought in its body, or one of a listing, as though a webhook had."""
    body, created_at = body or json.dumps(event).encode(), moment(event["created"])
    return WebhookEvent(event_id=event["id"], kind=event["type"], body=body, created_at=created_at)


def _name(kind: ObjectKind, found: Json | str | None, tag: str = "") -> ObjectReference:
    return ObjectReference(kind=kind, reference=reference(found), tag=tag)


def _tag(found: Json) -> str:
    return str((found.get("metadata") or {}).get(TAG, ""))


def _kind_of_charge(found: Json) -> ObjectKind:
    came_back = found.get("amount_refunded") or found.get("disputed")
    return ObjectKind.CHARGE if _tag(found) and not came_back else ObjectKind.COLLECTIBLE


def _back(kind: ObjectKind) -> Callable[[Json], Named]:
    return lambda found: [_name(kind, found, _tag(found)), _name(ObjectKind.COLLECTIBLE, found.get("charge"))]


_NOTHING: Callable[[Json], Named] = lambda _found: ()  # noqa: E731
#: Methods, and what they were before 2018.
_OF_A_CUSTOMER = ("payment_method", "card", "source", "bank_account")
_NAMED_BY: dict[str, Callable[[Json], Named]] = {
    "customer": lambda found: [_name(ObjectKind.CUSTOMER, found)],
    **dict.fromkeys(_OF_A_CUSTOMER, lambda found: [_name(ObjectKind.CUSTOMER, found.get("customer"))]),
    "setup_intent": lambda found: [_name(ObjectKind.METHOD_SETUP, found)],
    "subscription": lambda found: [_name(ObjectKind.SUBSCRIPTION, found)],
    "invoice": lambda found: [_name(ObjectKind.COLLECTIBLE, found if found.get("status") != "draft" else "")],
    "invoice_payment": lambda found: [_name(ObjectKind.COLLECTIBLE, found["invoice"])],
    "credit_note": lambda found: [_name(ObjectKind.COLLECTIBLE, found["invoice"])],
    "discount": lambda found: [_name(ObjectKind.SUBSCRIPTION, found.get("subscription"))],
    "charge": lambda found: [_name(_kind_of_charge(found), found, _tag(found))],
    # Only our own intents are looked up: of the others, invoice and charge events tell.
    "payment_intent": lambda found: [_name(ObjectKind.CHARGE, found if _tag(found) else "", _tag(found))],
    "refund": _back(ObjectKind.REFUND),
    "dispute": _back(ObjectKind.DISPUTE),
}
