"""Ask for another address: note it, and let a letter go there. Whether it is known is never looked up here (T15).

Whoever asks has proved the old address minutes ago. An ask takes the place of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from paydesk.access.lifetimes import CODE_LIFETIME
from paydesk.access.limits import LETTERS_TO_AN_ADDRESS, NEW_ADDRESSES_OF_A_CUSTOMER, use
from paydesk.access.models import AddressChange
from paydesk.billing.customers.addresses import looks_like_address, normalized
from paydesk.database.transactions import in_transaction
from paydesk.events.record import record_event


class NewAddressRefused(Exception):
    """This cannot be asked for. It says nothing about whether anybody has that address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskingForAddress:
    """Who asks, in which session, and what was typed."""

    merchant_id: int
    customer_id: int
    session_public_id: str
    link_minutes: int
    old_address: str
    new_address: str


def ask_for_new_address(asking: AskingForAddress, *, now: datetime) -> AddressChange:
    """Let a letter go to the new address. `now` is wall time. Raises NewAddressRefused."""
    typed, wanted = asking.new_address.strip(), normalized(asking.new_address)
    if not looks_like_address(wanted):
        raise NewAddressRefused(_("Type an e-mail address, such as name@example.com."))
    if wanted == normalized(asking.old_address):
        raise NewAddressRefused(_("This is your address already."))

    def step() -> AddressChange:
        limit, subject = NEW_ADDRESSES_OF_A_CUSTOMER, str(asking.customer_id)
        if use(merchant_id=asking.merchant_id, limit=limit, subject=subject, now=now) is not None:
            raise NewAddressRefused(_("You asked for this too often. Wait an hour, then try again."))
        mine = AddressChange.objects.filter(merchant_id=asking.merchant_id, customer_id=asking.customer_id)
        mine.filter(confirmed_at=None, ended_at=None).update(ended_at=now)
        made = _new(asking, typed, wanted, now)
        # Beyond the limit of the address it is noted too, without a letter: the page looks as ever (T16).
        limit = LETTERS_TO_AN_ADDRESS
        if use(merchant_id=asking.merchant_id, limit=limit, subject=wanted, now=now) is None:
            record_event(
                merchant_id=asking.merchant_id, name="address.asked", subject={"change": made.id}, now=now
            )
        return made

    return in_transaction(step)


def open_change(
    *, merchant_id: int, customer_id: int, session_public_id: str, now: datetime
) -> AddressChange | None:
    """Give what was asked for in this session and is neither confirmed nor over."""
    return AddressChange.objects.filter(
        merchant_id=merchant_id,
        customer_id=customer_id,
        session_public_id=session_public_id,
        confirmed_at=None,
        ended_at=None,
        expires_at__gt=now,
    ).first()


def carry_over(*, merchant_id: int, customer_id: int, before: str, after: str) -> None:
    """Let what was asked for in a session (public ids) go on in the one that took its place in the same browser."""
    AddressChange.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, session_public_id=before, confirmed_at=None
    ).update(session_public_id=after)


def _new(asking: AskingForAddress, typed: str, wanted: str, now: datetime) -> AddressChange:
    end = now + timedelta(minutes=asking.link_minutes)
    return AddressChange.objects.create(
        merchant_id=asking.merchant_id,
        customer_id=asking.customer_id,
        session_public_id=asking.session_public_id,
        old_address=asking.old_address,
        new_address=typed,
        new_normalized=wanted,
        created_at=now,
        code_expires_at=min(now + CODE_LIFETIME, end),
        expires_at=end,
    )
