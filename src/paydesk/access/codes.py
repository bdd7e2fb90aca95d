"""Let in who types the code of a letter, in the browser that asked for it and nowhere else.

A code is short, so everything else is tight: 10 minutes, 5 tries a request, only this browser, and never more than 100
wrong ones in a row for an address. For a stranger's address the same statements run and nothing ever matches (T15).
"""

from __future__ import annotations

from datetime import datetime

from paydesk.access.keys import CODE, hash_of
from paydesk.access.lifetimes import is_alive
from paydesk.access.limits import WRONG_CODES_FOR_AN_ADDRESS, is_used_up, use
from paydesk.access.links import count_try
from paydesk.access.models import LinkSecret, SignInRequest
from paydesk.access.redeem import SignedIn, SignInRefused, Why, redeem
from paydesk.access.sign_in import request_of_browser
from paydesk.database.transactions import in_transaction
from paydesk.kit.secrets import CODE_DIGITS, same

_NO_HASH = bytes(32)


def code_as_typed(text: str) -> str | None:
    """Read a code with the spaces and dashes that people put in; None if it cannot be one."""
    digits = "".join(character for character in text if character not in " -\u00a0\u202f\t")
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else None


def sign_in_with_code(
    *, merchant_id: int, browser_secret: str, code: str, device: str, now: datetime
) -> SignedIn:
    """Sign in by the code alone. Raises SignInRefused."""
    request = request_of_browser(merchant_id=merchant_id, browser_secret=browser_secret)
    if request is None:
        raise SignInRefused(Why.CODE_EXPIRED)
    mine = SignInRequest.objects.filter(merchant_id=merchant_id, id=request.id, used_at=None)
    if not count_try(mine):
        raise SignInRefused(Why.USED if request.used_at is not None else Why.TRIES_USED_UP)
    if not is_alive(since=request.created_at, until=request.code_expires_at, now=now):
        raise SignInRefused(Why.CODE_EXPIRED)
    _check_code(request, code, now)
    return redeem(merchant_id=merchant_id, request_id=request.id, device=device, now=now)


def _check_code(request: SignInRequest, code: str, now: datetime) -> None:
    merchant_id, limit = request.merchant_id, WRONG_CODES_FOR_AN_ADDRESS
    is_closed = is_used_up(merchant_id=merchant_id, limit=limit, subject=request.address, now=now)
    hashes = list(
        LinkSecret.objects.filter(
            merchant_id=merchant_id, request_id=request.id, code_expires_at__gt=now
        ).values_list("code_hash", flat=True)
    )
    typed = hash_of(code, purpose=CODE)
    is_right = any([same(bytes(kept), typed) for kept in hashes or [_NO_HASH]])  # noqa: C419 - all of them, always.
    if is_right and not is_closed:
        return
    # Wrong codes count against an address only where there was a code to guess: who asked beyond the limit, or for a
    # stranger's address, cannot close the codes of anybody. A row is written all the same, so that nobody can tell.
    subject = request.address if hashes else f"nobody {request.public_id}"
    in_transaction(lambda: use(merchant_id=merchant_id, limit=limit, subject=subject, now=now))
    raise SignInRefused(Why.CODE_WRONG)
