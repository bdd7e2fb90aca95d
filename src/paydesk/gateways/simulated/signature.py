"""The company's signature: HMAC-SHA256 over `timestamp.body`, not older (or newer) than five minutes."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from paydesk.gateways.contract import BadSignature

HEADER = "simulated-signature"
TOLERANCE = timedelta(seconds=300)


def check_signature(*, body: bytes, header: str, secret: str, now: datetime) -> None:
    """Raise BadSignature unless the company signed exactly these bytes just now."""
    found = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", header)
    if found is None or not secret:
        raise BadSignature("The signature is missing or cannot be read.")
    expected = hmac.new(secret.encode(), f"{found[1]}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, found[2]):
        raise BadSignature("The signature is not the company's.")
    if abs(now - datetime.fromtimestamp(int(found[1]), UTC)) > TOLERANCE:
        raise BadSignature("The signature is too old.")
