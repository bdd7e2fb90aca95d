"""The company's webhooks: signed just now, each names one object, which we read again."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from paydesk.gateways.contract import BadSignature, ObjectKind, ObjectReference, WebhookEvent

HEADER = "simulated-signature"
TOLERANCE = timedelta(seconds=300)
#: The first half of an event's kind; what we read again; and where the event names it.
_ABOUT = {
    "customer": (ObjectKind.CUSTOMER, "id"),
    "method": (ObjectKind.CUSTOMER, "customer"),
    "setup": (ObjectKind.METHOD_SETUP, "id"),
    "subscription": (ObjectKind.SUBSCRIPTION, "id"),
    "bill": (ObjectKind.COLLECTIBLE, "id"),
    "refund": (ObjectKind.REFUND, "id"),
    "dispute": (ObjectKind.DISPUTE, "id"),
}


def check_signature(*, body: bytes, header: str, secret: str, now: datetime) -> None:
    """Raise BadSignature unless the company signed exactly these bytes (HMAC-SHA256 over `timestamp.body`) just now."""
    found = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", header)
    if found is None or not secret:
        raise BadSignature("The signature is missing or cannot be read.")
    expected = hmac.new(secret.encode(), f"{found[1]}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, found[2]):
        raise BadSignature("The signature is not the company's.")
    if abs(now - datetime.fromtimestamp(int(found[1]), UTC)) > TOLERANCE:
        raise BadSignature("The signature is too old.")


def to_event(body: bytes) -> WebhookEvent:
    """Read a webhook whose signature was good."""
    try:
        return to_listed_event(json.loads(body), body)
    except (ValueError, KeyError, TypeError):
        raise BadSignature("The body is signed, but it is not a webhook of the company.") from None


def to_listed_event(words: Mapping[str, Any], body: bytes = b"") -> WebhookEvent:
    """Translate an event of the listing, which is what was delivered."""
    moment = datetime.fromisoformat(words["created_at"])
    body = body or json.dumps(words).encode()
    return WebhookEvent(event_id=words["id"], kind=words["kind"], body=body, created_at=moment)


def references(event: WebhookEvent) -> Sequence[ObjectReference]:
    """Name what has changed; nothing for a kind that we do not know."""
    subject = event.kind.partition(".")[0]
    named: Mapping[str, Any] = json.loads(event.body).get("object") or {}
    if subject == "charge":
        return [_money(named)]
    if subject not in _ABOUT:
        return []
    kind, field = _ABOUT[subject]
    found = ObjectReference(kind=kind, reference=named[field], tag=named.get("tag", ""))
    # Money that came back is read with the bill, or with the charge that has none.
    bill = named.get("bill") or named.get("charge", "")
    paid = ObjectReference(kind=ObjectKind.COLLECTIBLE, reference=bill, tag=named.get("charge_tag", ""))
    return [found, paid] if "charge" in named else [found]


def _money(named: Mapping[str, Any]) -> ObjectReference:
    """A charge is read with its bill; without one by our attempt, or, made elsewhere, as a collectible itself."""
    tag = named.get("charge_tag", "")
    if named.get("bill"):
        return ObjectReference(kind=ObjectKind.COLLECTIBLE, reference=named["bill"], tag=tag)
    kind = ObjectKind.CHARGE if tag else ObjectKind.COLLECTIBLE
    return ObjectReference(kind=kind, reference=named["charge"], tag=tag)
