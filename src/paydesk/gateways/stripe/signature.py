"""Was a webhook signed by Stripe, and lately? The SDK checks the signature, our own clock its age."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from stripe import SignatureVerificationError, WebhookSignature

from paydesk.gateways.contract import BadSignature, WebhookEvent
from paydesk.gateways.stripe.events import event_record
from paydesk.gateways.stripe.methods import moment

#: The SDK's own default, `Webhook.DEFAULT_TOLERANCE` (`stripe/_webhook.py`); it would read the machine's clock.
TOLERANCE = timedelta(seconds=300)


def verified(*, body: bytes, headers: Mapping[str, str], secret: str, now: datetime) -> WebhookEvent:
    """Give the event of a webhook whose signature is good and no more than 300 s from now; raises BadSignature."""
    header = headers.get("stripe-signature", "")
    try:
        WebhookSignature.verify_header(body, header, secret)
    except (SignatureVerificationError, ValueError, TypeError):
        raise BadSignature("The signature does not fit the body.") from None
    stamp = next(part.removeprefix("t=") for part in header.split(",") if part.startswith("t="))
    if abs(now - moment(int(stamp))) > TOLERANCE:
        raise BadSignature("The signature is more than 300 seconds from now.")
    try:
        return event_record(json.loads(body), body)
    except (ValueError, KeyError, TypeError):
        raise BadSignature("The body is signed, and is not an event.") from None
