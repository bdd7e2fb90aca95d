"""Make, list, stop and open the secret addresses at which a customer's calendar program reads what is to come.

An accepted risk lives here: the secret stands in the path. Calendar programs send no cookie, no header and no fragment,
so whoever reads the address, in a program's settings or a proxy's log, reads the names, days and amounts of what is to
come, until the customer stops it. It opens nothing else, and shows neither name nor address of the customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from paydesk.access.keys import CALENDAR, hash_of
from paydesk.access.limits import CALENDAR_ASKED_FOR, CALENDARS_OF_A_NETWORK, use
from paydesk.access.models import CalendarFeed
from paydesk.billing.customers.models import Customer
from paydesk.database.transactions import in_transaction, locked
from paydesk.kit.secrets import new_secret

#: One for each program that somebody has, and no more than a person can keep apart.
FEEDS_MAX = 5
#: Exact enough for "last used", and keeps most readings from being a write of ours.
_USED_EVERY = timedelta(minutes=15)


class FeedRefused(Exception):
    """No address was made. The words are for the customer."""


class FeedClosed(Exception):
    """There is no such address, or it was stopped: nobody can tell which."""


class FeedTooOften(Exception):
    """It was asked for too often; `free_again_at` says until when."""

    def __init__(self, free_again_at: datetime) -> None:
        super().__init__(free_again_at)
        self.free_again_at = free_again_at


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedInSight:
    """One line of the customer's list."""

    public_id: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedFeed:
    """Whose payments are to be shown, and in which language."""

    customer_id: int
    language: str


def make_feed(*, merchant_id: int, customer_id: int, language: str, now: datetime) -> str:
    """Make an address and give its secret, which leaves us once, here. Raises FeedRefused. `now` is wall time."""
    secret = new_secret()

    def make() -> None:
        # Two presses at once are counted one after the other.
        locked(Customer.objects.filter(merchant_id=merchant_id, id=customer_id)).get()
        if _open(merchant_id, customer_id).count() >= FEEDS_MAX:
            raise FeedRefused(
                _("You have %(count)s addresses, and more are not made. Stop one that you no longer use.")
                % {"count": FEEDS_MAX}
            )
        CalendarFeed.objects.create(
            merchant_id=merchant_id,
            customer_id=customer_id,
            secret_hash=hash_of(secret, purpose=CALENDAR),
            language=language,
            created_at=now,
        )

    in_transaction(make)
    return secret


def list_feeds(*, merchant_id: int, customer_id: int) -> list[FeedInSight]:
    """List the addresses that still open, the newest first."""
    return [
        FeedInSight(public_id=row.public_id, created_at=row.created_at, used_at=row.used_at)
        for row in _open(merchant_id, customer_id).order_by("-created_at", "-id")
    ]


def stop_feed(*, merchant_id: int, customer_id: int, public_id: str, now: datetime) -> bool:
    """Let an address open nothing from now on. False if the customer has no such address."""
    return _open(merchant_id, customer_id).filter(public_id=public_id).update(revoked_at=now) == 1


def open_feed(*, merchant_id: int, secret: str, network: str, now: datetime) -> OpenedFeed:
    """Say whose calendar it is; raises FeedClosed, FeedTooOften. `now` is wall time.

    What opens nothing is neither counted nor written: 256 bits are not guessed, and one that was stopped takes the
    same way as one that never was.
    """
    mine = CalendarFeed.objects.filter(
        merchant_id=merchant_id, secret_hash=hash_of(secret, purpose=CALENDAR), revoked_at=None
    )
    found = mine.first()
    if found is None:
        raise FeedClosed
    free_again_at = in_transaction(lambda: _count(found, network, now))
    if free_again_at is not None:
        raise FeedTooOften(free_again_at)
    mine.filter(Q(used_at=None) | Q(used_at__lt=now - _USED_EVERY)).update(used_at=now)
    return OpenedFeed(customer_id=found.customer_id, language=found.language)


def _count(found: CalendarFeed, network: str, now: datetime) -> datetime | None:
    limits = ((CALENDAR_ASKED_FOR, found.public_id), (CALENDARS_OF_A_NETWORK, network))
    waits = (
        use(merchant_id=found.merchant_id, limit=limit, subject=subject, now=now) for limit, subject in limits
    )
    return next((wait for wait in waits if wait is not None), None)


def _open(merchant_id: int, customer_id: int) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(merchant_id=merchant_id, customer_id=customer_id, revoked_at=None)
