"""Encrypt a value for one place: AES-GCM with the merchant and the field as associated data.

A ciphertext that is copied to another merchant's row, or to another field, does not open.
Layout: one version byte, 12 bytes of nonce, the ciphertext with its tag of 16 bytes.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """The key is not the one that encrypted this, or the value was made for another place."""


def encrypt(plain: bytes, *, key: str, place: str) -> bytes:
    """Encrypt for a place such as `merchant-uuid|connection.credentials`."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + _cipher(key).encrypt(nonce, plain, place.encode())


def decrypt(sealed: bytes, *, key: str, place: str) -> bytes:
    """Give back what `encrypt` was given for the same place, or raise CannotDecrypt."""
    if sealed[:1] != _VERSION:
        raise CannotDecrypt("This value was not encrypted by this version of Paydesk.")
    from cryptography.exceptions import InvalidTag

    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return _cipher(key).decrypt(nonce, body, place.encode())
    except InvalidTag as tampered:
        raise CannotDecrypt("The encryption key does not open this value.") from tampered


def _cipher(key: str) -> AESGCM:
    """Loaded when it is first needed: 6 MiB that no page of the portal has a use for."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hashlib.sha256(b"paydesk.encryption\x00" + key.encode()).digest())
