"""Secrets: made from the system's randomness, kept only as keyed hashes, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets

#: 256 bits, as the architecture asks of every link, session and ticket.
SECRET_BYTES = 32
CODE_DIGITS = 8


def new_secret() -> str:
    """Make a secret of 256 bits, safe in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_code() -> str:
    """Make a code of 8 decimal digits (26.6 bits), to be typed by a person."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def keyed_hash(secret: str, *, key: bytes, purpose: str) -> bytes:
    """Hash a secret for storage; the purpose keeps one kind of secret from passing for another."""
    return hmac.digest(key, purpose.encode() + b"\x00" + secret.encode(), hashlib.sha256)


def same(left: bytes, right: bytes) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(left, right)
