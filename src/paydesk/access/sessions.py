"""Start, list and end the sessions of customers. A session belongs to one merchant and one customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from paydesk.access.keys import SESSION, hash_of
from paydesk.access.lifetimes import SESSION_IDLE, SESSION_LIFETIME
from paydesk.access.models import Session
from paydesk.kit.secrets import new_secret


class BearerRefused(Exception):
    """This origin may not show the merchant's portal in a frame."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSession:
    """A session that was just made: its token leaves us once, here."""

    id: int
    public_id: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionInSight:
    """One line of the customer's list of devices."""

    public_id: str
    device: str
    carrier: str
    parent_origin: str
    created_at: datetime
    seen_at: datetime


def start_session(
    *,
    merchant_id: int,
    customer_id: int,
    address: str,
    carrier: Session.Carrier,
    device: str,
    now: datetime,
    request_id: int | None = None,
    parent_origin: str = "",
) -> NewSession:
    """Start a session with a token of 256 bits, made here: a cookie that was planted before is worth nothing (T11)."""
    token = new_secret()
    made = Session.objects.create(
        merchant_id=merchant_id,
        customer_id=customer_id,
        request_id=request_id,
        carrier=carrier,
        parent_origin=parent_origin,
        token_hash=hash_of(token, purpose=SESSION),
        address=address,
        device=device[:200],
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION_LIFETIME,
    )
    return NewSession(id=made.id, public_id=made.public_id, token=token, expires_at=made.expires_at)


def start_bearer_session(
    *,
    merchant_id: int,
    customer_id: int,
    address: str,
    parent_origin: str,
    frame_origins: tuple[str, ...],
    device: str,
    now: datetime,
) -> NewSession:
    """Start a session for a frame on a page of this origin, which the merchant registered. Raises BearerRefused."""
    if parent_origin not in frame_origins:
        raise BearerRefused(parent_origin)
    return start_session(
        merchant_id=merchant_id,
        customer_id=customer_id,
        address=address,
        carrier=Session.Carrier.BEARER,
        parent_origin=parent_origin,
        device=device,
        now=now,
    )


def list_sessions(*, merchant_id: int, customer_id: int, now: datetime) -> list[SessionInSight]:
    """List the sessions that would still open the portal, the last used first."""
    return [
        SessionInSight(
            public_id=row.public_id,
            device=row.device,
            carrier=row.carrier,
            parent_origin=row.parent_origin,
            created_at=row.created_at,
            seen_at=row.seen_at,
        )
        for row in open_sessions(merchant_id, customer_id, now).order_by("-seen_at", "-id")
    ]


def end_session(*, merchant_id: int, customer_id: int, public_id: str, now: datetime) -> bool:
    """End one session. False if the customer has no such session open."""
    return (
        open_sessions(merchant_id, customer_id, now).filter(public_id=public_id).update(revoked_at=now) == 1
    )


def end_other_sessions(*, merchant_id: int, customer_id: int, kept_public_id: str, now: datetime) -> int:
    """End every session but this one, and say how many that were."""
    return (
        open_sessions(merchant_id, customer_id, now).exclude(public_id=kept_public_id).update(revoked_at=now)
    )


def open_sessions(merchant_id: int, customer_id: int, now: datetime) -> QuerySet[Session]:
    """Choose the sessions of a customer that would still open the portal. `now` is wall time."""
    return Session.objects.filter(
        merchant_id=merchant_id,
        customer_id=customer_id,
        revoked_at=None,
        expires_at__gt=now,
        seen_at__gt=now - SESSION_IDLE,
    )
