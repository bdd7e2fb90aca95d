"""Identifiers: public ones that tell nothing, and idempotency keys that a restored backup asks with again (R3)."""

from __future__ import annotations

import secrets
from uuid import UUID, uuid5

#: Crockford's base 32 in lower case: no i, l, o, u, so an id can be read out on the phone.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
#: Each random byte gives five random bits: 256 is a multiple of 32. One draw, since an import makes ids by the hundred.
_OF_BYTE = bytes.maketrans(bytes(range(256)), (_ALPHABET * 8).encode())
_PAYDESK = UUID("6f1d2c0e-6b0a-5f43-9d0a-6d2b1f7a9c11")


def new_public_id() -> str:
    """Make an id of 16 characters (80 random bits) for addresses that people may see."""
    return secrets.token_bytes(16).translate(_OF_BYTE).decode()


def idempotency_key(*, merchant: UUID, collectible: str, attempt_number: int, operation: str) -> UUID:
    """Make the key of one ask: the same merchant, collectible, number and operation always give the same key.

    `collectible` is what is paid, in words that survive a restore: a subscription's UUID with the payment's number,
    or a connection's UUID with the gateway's reference. Never a database sequence.
    """
    return uuid5(_PAYDESK, "|".join([str(merchant), collectible, str(attempt_number), operation]))


def agreement_uuid(*, connection: UUID, reference: str) -> UUID:
    """Name an agreement that the merchant has a name for: made again after a restore, it has the same keys."""
    return uuid5(_PAYDESK, f"agreement|{connection}|{reference}")


def id_of_key(key: UUID) -> str:
    """Make the public id of what a key asks for, as random-looking as any other: a restored backup makes it again."""
    return key.bytes.translate(_OF_BYTE).decode()
