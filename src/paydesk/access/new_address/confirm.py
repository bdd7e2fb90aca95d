"""Take a new address once its mailbox is proved: the old one opens nothing any more, and is told.

In the session that asked, the link or the code is enough. Anywhere else the customer has to be in, and the link needs
its letter's code beside it: a mail scanner that opens links and presses buttons types nothing, and whoever has the
mailbox of a mistyped address has no account here. What was asked for ends with the session that asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from paydesk.access.keys import CODE, hash_of
from paydesk.access.lifetimes import UNDO_LIFETIME
from paydesk.access.links import check_code_beside, count_try
from paydesk.access.models import AddressChange, AddressSecret, Session
from paydesk.access.new_address.ask import open_change
from paydesk.access.new_address.secrets import living_secret
from paydesk.access.redeem import SignInRefused, Why
from paydesk.access.sessions import end_other_sessions, open_sessions
from paydesk.billing.customers.addresses import normalized
from paydesk.billing.customers.models import CustomerEmail
from paydesk.database.transactions import in_transaction
from paydesk.events.record import record_event
from paydesk.kit.secrets import same


class AddressTaken(Exception):
    """The new address opens another account. Only who has proved its mailbox comes to hear this."""


class SignInFirst(Exception):
    """Outside the session that asked, only the customer may confirm: the new mailbox alone proves too little."""

    def __init__(self, old_address: str) -> None:
        super().__init__(old_address)
        self.old_address = old_address


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeInSight:
    """What a page may say of a change before anything is used up."""

    old_address: str
    new_address: str
    needs_code: bool


def look_at_change(
    *, merchant_id: int, link_secret: str, customer_id: int | None, session_public_id: str, now: datetime
) -> ChangeInSight:
    """Say what a link would do for who is in, if anybody is. Raises SignInRefused and SignInFirst."""
    found = _living(merchant_id, link_secret, now).change
    return ChangeInSight(
        old_address=found.old_address,
        new_address=found.new_address,
        needs_code=_is_elsewhere(found, customer_id, session_public_id),
    )


def confirm_with_link(
    *,
    merchant_id: int,
    link_secret: str,
    customer_id: int | None,
    session_public_id: str,
    code: str,
    now: datetime,
) -> AddressChange:
    """Take the new address by the link of its letter. Raises SignInRefused, SignInFirst and AddressTaken."""
    secret = _living(merchant_id, link_secret, now)
    if _is_elsewhere(secret.change, customer_id, session_public_id):
        check_code_beside(secret, code)
    return _take(merchant_id, secret.change_id, now)


def confirm_with_code(
    *, merchant_id: int, customer_id: int, session_public_id: str, code: str, now: datetime
) -> AddressChange:
    """Take the new address by the code alone, in the session that asked. Raises SignInRefused and AddressTaken."""
    change = open_change(
        merchant_id=merchant_id, customer_id=customer_id, session_public_id=session_public_id, now=now
    )
    if change is None or change.code_expires_at <= now:
        raise SignInRefused(Why.CODE_EXPIRED)
    if not count_try(AddressChange.objects.filter(merchant_id=merchant_id, id=change.id)):
        raise SignInRefused(Why.TRIES_USED_UP)
    typed = hash_of(code, purpose=CODE)
    kept = AddressSecret.objects.filter(
        merchant_id=merchant_id, change_id=change.id, purpose=AddressSecret.Purpose.CONFIRM
    ).values_list("code_hash", flat=True)
    if not any([same(bytes(one), typed) for one in kept]):  # noqa: C419 - all of them, always.
        raise SignInRefused(Why.CODE_WRONG)
    return _take(merchant_id, change.id, now)


def _living(merchant_id: int, link_secret: str, now: datetime) -> AddressSecret:
    secret = living_secret(
        merchant_id=merchant_id, link_secret=link_secret, purpose=AddressSecret.Purpose.CONFIRM, now=now
    )
    if not _asking_session(secret.change, now).exists():
        raise SignInRefused(Why.EXPIRED)
    return secret


def _is_elsewhere(change: AddressChange, customer_id: int | None, session_public_id: str) -> bool:
    """Say whether this is another session of the customer than the one that asked. Raises SignInFirst."""
    if customer_id != change.customer_id:
        raise SignInFirst(change.old_address)
    return session_public_id != change.session_public_id


def _asking_session(change: AddressChange, now: datetime) -> QuerySet[Session]:
    """Choose the session that asked, if it is still open."""
    mine = open_sessions(change.merchant_id, change.customer_id, now)
    return mine.filter(public_id=change.session_public_id)


def _take(merchant_id: int, change_id: int, now: datetime) -> AddressChange:
    """Of many who try at once, one succeeds."""

    def step() -> AddressChange:
        mine = AddressChange.objects.filter(merchant_id=merchant_id, id=change_id)
        free = mine.filter(confirmed_at=None, ended_at=None, expires_at__gt=now)
        if free.update(confirmed_at=now, undo_until=now + UNDO_LIFETIME) != 1:
            raise SignInRefused(Why.USED)
        change = mine.get()
        # Somebody may be ending that session at this moment: the row count says who came first.
        if _asking_session(change, now).update(address=change.new_address) != 1:
            raise SignInRefused(Why.EXPIRED)
        is_new = _move(change, now)
        mine.update(made_new_address=is_new)
        end_other_sessions(
            merchant_id=merchant_id,
            customer_id=change.customer_id,
            kept_public_id=change.session_public_id,
            now=now,
        )
        record_event(merchant_id=merchant_id, name="address.changed", subject={"change": change.id}, now=now)
        return change

    return in_transaction(step)


def _move(change: AddressChange, now: datetime) -> bool:
    """Retire the old address and let the new one in; say whether it was new here."""
    emails = CustomerEmail.objects.filter(merchant_id=change.merchant_id)
    mine = emails.filter(customer_id=change.customer_id)
    old = mine.filter(normalized=normalized(change.old_address), retired_at=None)
    if old.update(retired_at=now) != 1:
        # The address that was proved is not this customer's any more.
        raise SignInRefused(Why.EXPIRED)
    known = emails.filter(normalized=change.new_normalized).first()
    if known is not None and known.customer_id != change.customer_id:
        raise AddressTaken
    if known is not None:
        mine.filter(id=known.id).update(verified_at=now, retired_at=None)
        return False
    CustomerEmail.objects.create(
        merchant_id=change.merchant_id,
        customer_id=change.customer_id,
        address=change.new_address,
        normalized=change.new_normalized,
        verified_at=now,
    )
    return True
