"""Turn a request to sign in into a session, once: one conditional UPDATE, its row count checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from paydesk.access.limits import WRONG_CODES_FOR_AN_ADDRESS, start_over
from paydesk.access.models import Session, SignInRequest
from paydesk.access.sessions import NewSession, start_session
from paydesk.billing.customers.models import CustomerEmail
from paydesk.database.transactions import in_transaction


class Why(StrEnum):
    """Why somebody may not come in; pages choose their status and their next step by it."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    CODE_WRONG = "code_wrong"
    CODE_EXPIRED = "code_expired"
    TRIES_USED_UP = "tries_used_up"


class SignInRefused(Exception):
    """The link or the code opens nothing; the sentence may be shown."""

    def __init__(self, why: Why) -> None:
        super().__init__(sentence(why))
        self.why = why


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A customer who has just come in: the new session, the normalised address, and where they wanted to go."""

    session: NewSession
    address: str
    next_path: str


def redeem(*, merchant_id: int, request_id: int, device: str, now: datetime) -> SignedIn:
    """Use a request up and start its session. Of many who try at once, one succeeds. Raises SignInRefused."""

    def step() -> SignedIn:
        used = SignInRequest.objects.filter(
            merchant_id=merchant_id, id=request_id, used_at=None, customer__isnull=False, expires_at__gt=now
        ).update(used_at=now)
        if used != 1:
            raise SignInRefused(Why.USED)
        return _let_in(merchant_id, request_id, device, now)

    return in_transaction(step)


def _let_in(merchant_id: int, request_id: int, device: str, now: datetime) -> SignedIn:
    request = SignInRequest.objects.get(merchant_id=merchant_id, id=request_id)
    emails = CustomerEmail.objects.filter(
        merchant_id=merchant_id,
        normalized=request.address,
        customer_id=request.customer_id or 0,
        retired_at=None,
    )
    email = emails.first()
    if email is None:
        # The address was taken from the customer since the letter went out.
        raise SignInRefused(Why.EXPIRED)
    emails.update(verified_at=Coalesce("verified_at", Value(now)))
    start_over(merchant_id=merchant_id, limit=WRONG_CODES_FOR_AN_ADDRESS, subject=request.address)
    session = start_session(
        merchant_id=merchant_id,
        customer_id=email.customer_id,
        address=email.address,
        carrier=Session.Carrier.COOKIE,
        request_id=request_id,
        device=device,
        now=now,
    )
    return SignedIn(session=session, address=request.address, next_path=request.next_path)


def sentence(why: Why) -> str:
    """Say it in words that the customer may read."""
    return {
        Why.UNKNOWN: _("This link is not complete. Open it again from the letter, or ask for a new one."),
        Why.USED: _("This link has been used. Ask for a new one; it takes a few seconds."),
        Why.EXPIRED: _("This link no longer works. Ask for a new one; it takes a few seconds."),
        Why.CODE_EXPIRED: _("This code no longer works. Ask for a new letter; it takes a few seconds."),
        Why.CODE_WRONG: _("This code does not open it. Look again, or open the link in the newest letter."),
        Why.TRIES_USED_UP: _(
            "Too many wrong codes were typed. Open the link in the letter, or ask for a new letter."
        ),
    }[why]
