"""Know a browser in which an address has signed in before: its mark gives it an allowance of letters of its own.

The mark opens nothing. It only lets a customer ask for a letter while strangers use up the limit of the address (T16).
"""

from __future__ import annotations

from paydesk.access.keys import KNOWN_BROWSER, hash_of
from paydesk.kit.secrets import new_secret, same


def new_mark(*, merchant_id: int, address: str) -> str:
    """Make the mark that a browser keeps once somebody has signed in there with this normalised address."""
    browser = new_secret()
    return f"{browser}.{_proof(merchant_id, address, browser)}"


def browser_of(mark: str, *, merchant_id: int, address: str) -> str | None:
    """Give the browser's name if the mark is ours and was made for this address, else None."""
    browser, _, proof = mark.partition(".")
    if not same(proof.encode(), _proof(merchant_id, address, browser).encode()):
        return None
    return browser


def _proof(merchant_id: int, address: str, browser: str) -> str:
    return hash_of(f"{merchant_id}|{address}|{browser}", purpose=KNOWN_BROWSER).hex()
