"""Normalise an e-mail address so that one address is one account: NFKC, lower case, plus-tags kept (T19)."""

from __future__ import annotations

import unicodedata

LENGTH_MAX = 320


def normalized(address: str) -> str:
    """Give the form under which an address is looked up."""
    return unicodedata.normalize("NFKC", address).strip().lower()


def looks_like_address(address: str) -> bool:
    """Say whether a letter could be sent there at all; only the letter proves that it arrives."""
    local, at, domain = address.rpartition("@")
    unfit = any(
        character.isspace() or ord(character) < 33 or character in '<>,;:"()[]\\' for character in address
    )
    return bool(
        at and local and "." in domain and not unfit and len(address) <= LENGTH_MAX and "@" not in local
    )
