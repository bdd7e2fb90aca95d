"""Say who is at the door: `visitor(request)`, by cookie or by bearer token, the same for every view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.http import HttpRequest

from paydesk.access.cookies import session_cookie
from paydesk.access.keys import SESSION, hash_of
from paydesk.access.lifetimes import PROOF_LIFETIME, is_alive, is_idle
from paydesk.access.models import Session
from paydesk.database.compiled import CompiledQuery
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight

_SEEN_EVERY = timedelta(minutes=1)
_KEPT_AS = "paydesk_visitor"
_BEARER = "Bearer "


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """A customer who is in, and the session that let them in."""

    merchant_id: int
    customer_id: int
    customer_name: str
    language: str
    time_zone: str
    session_id: int
    session_public_id: str
    address: str
    carrier: str
    parent_origin: str
    came_in_at: datetime

    def has_just_come_in(self, now: datetime) -> bool:
        """Say whether the mailbox was proved lately enough for what is sensitive; in a frame it never was.

        A page in somebody else's frame can be made to look like another one, so its presses prove nothing. What is
        shown by a cookie no frame may hold (access/doorway).
        """
        is_top = self.carrier == Session.Carrier.COOKIE
        return is_top and is_alive(since=self.came_in_at, until=self.came_in_at + PROOF_LIFETIME, now=now)


class _SessionRow(NamedTuple):
    id: int
    public_id: str
    customer_id: int
    customer_name: str
    language: str
    time_zone: str
    address: str
    carrier: str
    parent_origin: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


_COLUMNS = (
    "id",
    "public_id",
    "customer_id",
    "customer__name",
    "customer__language",
    "customer__time_zone",
    "address",
    "carrier",
    "parent_origin",
    "created_at",
    "seen_at",
    "expires_at",
)
_BY_TOKEN = CompiledQuery(
    build=lambda merchant_id, token_hash: Session.objects.filter(
        merchant_id=merchant_id, token_hash=token_hash, revoked_at__isnull=True
    ).values_list(*_COLUMNS),
    into=_SessionRow,
    slots={"merchant_id": int, "token_hash": bytes},
)
_BY_ID = CompiledQuery(
    build=lambda merchant_id, session_id: Session.objects.filter(
        merchant_id=merchant_id, id=session_id, revoked_at__isnull=True
    ).values_list(*_COLUMNS),
    into=_SessionRow,
    slots={"merchant_id": int, "session_id": int},
)


def visitor(request: HttpRequest) -> Visitor | None:
    """Give who is at the door, or None. Looked up once a request, and only when asked for."""
    known = request.__dict__
    if _KEPT_AS not in known:
        known[_KEPT_AS] = _look_up(request)
    found: Visitor | None = known[_KEPT_AS]
    return found


def become(request: HttpRequest, who: Visitor | None) -> None:
    """Let this request be made by this visitor: a ticket was redeemed for it, or its session has just ended."""
    request.__dict__[_KEPT_AS] = who
    request.__dict__["visitor"] = who


def bearer_token(request: HttpRequest) -> str | None:
    """Give the token of the Authorization header, or None."""
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    return header.removeprefix(_BEARER) if header.startswith(_BEARER) else None


def visitor_of_session(*, merchant: MerchantInSight, session_id: int, now: datetime) -> Visitor | None:
    """Give the customer of a session of ours, if it would still open the portal."""
    row = _BY_ID.first(merchant_id=merchant.id, session_id=session_id)
    return _visitor(row, merchant, now) if row else None


def _look_up(request: HttpRequest) -> Visitor | None:
    """A request that brings a bearer token is judged by it alone: a cookie that came along must not stand in for it."""
    merchant: MerchantInSight | None = getattr(request, "merchant", None)
    if merchant is None:
        return None
    bearer = bearer_token(request)
    token = request.COOKIES.get(session_cookie(merchant), "") if bearer is None else bearer
    if not token:
        return None
    row = _BY_TOKEN.first(merchant_id=merchant.id, token_hash=hash_of(token, purpose=SESSION))
    if row is None or row.carrier != (Session.Carrier.COOKIE if bearer is None else Session.Carrier.BEARER):
        return None
    now = clock.wall_now()
    found = _visitor(row, merchant, now)
    if found is not None:
        _note_seen(found, row.seen_at, now)
    return found


def _visitor(row: _SessionRow, merchant: MerchantInSight, now: datetime) -> Visitor | None:
    if not is_alive(since=row.created_at, until=row.expires_at, now=now) or is_idle(
        seen_at=row.seen_at, now=now
    ):
        return None
    # A merchant that takes an origin off its list ends the sessions of that page's frames with it.
    if row.carrier == Session.Carrier.BEARER and row.parent_origin not in merchant.frame_origins:
        return None
    return Visitor(
        merchant_id=merchant.id,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        language=row.language,
        time_zone=row.time_zone,
        session_id=row.id,
        session_public_id=row.public_id,
        address=row.address,
        carrier=row.carrier,
        parent_origin=row.parent_origin,
        came_in_at=row.created_at,
    )


def _note_seen(found: Visitor, seen_at: datetime, now: datetime) -> None:
    """Once a minute is exact enough, and keeps reading a page from being a write."""
    if abs(now - seen_at) >= _SEEN_EVERY:
        Session.objects.filter(merchant_id=found.merchant_id, id=found.session_id, revoked_at=None).update(
            seen_at=now
        )
