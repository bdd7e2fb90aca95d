"""Forget what is over: requests, letters' secrets, tickets and counts at once, sessions and calendars after 90 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.access.limits import WRONG_CODES_FOR_AN_ADDRESS
from paydesk.access.models import (
    AddressChange,
    AddressSecret,
    CalendarFeed,
    LimitCount,
    LinkSecret,
    Session,
    SignInRequest,
    Ticket,
)
from paydesk.merchants.find import all_merchant_ids

#: An expired link still offers its one-click new letter for a day.
_KEPT = timedelta(days=1)
_COUNTS_KEPT = timedelta(days=2)
_SESSIONS_KEPT = timedelta(days=90)
_CHANGES_KEPT = timedelta(days=90)
_STOPPED_CALENDARS_KEPT = timedelta(days=90)


def forget_old_access(now: datetime) -> None:
    """Forget for every merchant. `now` is wall time."""
    for merchant_id in all_merchant_ids():
        forget_what_is_over(merchant_id=merchant_id, now=now)


def forget_what_is_over(*, merchant_id: int, now: datetime) -> None:
    """Delete one merchant's rows that open nothing any more. Safe to run at any time, and twice."""
    old = now - _KEPT
    Ticket.objects.filter(merchant_id=merchant_id, expires_at__lt=old).delete()
    Ticket.objects.filter(merchant_id=merchant_id, session__expires_at__lt=now - _SESSIONS_KEPT).delete()
    Session.objects.filter(merchant_id=merchant_id, expires_at__lt=now - _SESSIONS_KEPT).delete()
    Session.objects.filter(merchant_id=merchant_id, request__expires_at__lt=old).update(request=None)
    LinkSecret.objects.filter(merchant_id=merchant_id, request__expires_at__lt=old).delete()
    SignInRequest.objects.filter(merchant_id=merchant_id, expires_at__lt=old).delete()
    CalendarFeed.objects.filter(
        merchant_id=merchant_id, revoked_at__lt=now - _STOPPED_CALENDARS_KEPT
    ).delete()
    # What may still be taken back is kept, and a while longer, so that its letter says that its time is over.
    AddressSecret.objects.filter(merchant_id=merchant_id, change__created_at__lt=now - _CHANGES_KEPT).delete()
    AddressChange.objects.filter(merchant_id=merchant_id, created_at__lt=now - _CHANGES_KEPT).delete()
    counts = LimitCount.objects.filter(merchant_id=merchant_id, last_at__lt=now - _COUNTS_KEPT)
    counts.exclude(limit=WRONG_CODES_FOR_AN_ADDRESS).delete()
