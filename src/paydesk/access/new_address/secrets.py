"""Make the link and the code of a letter about a change of address, and find the change by its link."""

from __future__ import annotations

from datetime import datetime

from paydesk.access.keys import CODE, LINK, hash_of
from paydesk.access.lifetimes import is_alive
from paydesk.access.links import LinkAndCode
from paydesk.access.models import AddressChange, AddressSecret
from paydesk.access.redeem import SignInRefused, Why
from paydesk.database.transactions import in_transaction
from paydesk.kit.secrets import new_code, new_secret

Purpose = AddressSecret.Purpose


def make_address_secret(
    *, merchant_id: int, change_id: int, purpose: Purpose, now: datetime
) -> tuple[AddressChange, LinkAndCode] | None:
    """Make a link and a code while a letter is rendered; only hashes are kept. None: the change is over or done."""
    made = (new_secret(), new_code())

    def step() -> tuple[AddressChange, LinkAndCode] | None:
        change = AddressChange.objects.get(merchant_id=merchant_id, id=change_id)
        end = _end(change, purpose)
        if end is None or end <= now:
            return None
        AddressSecret.objects.create(
            merchant_id=merchant_id,
            change_id=change_id,
            purpose=purpose,
            secret_hash=hash_of(made[0], purpose=LINK),
            code_hash=hash_of(made[1], purpose=CODE),
            created_at=now,
            expires_at=end,
        )
        code_end = change.code_expires_at if purpose == Purpose.CONFIRM else end
        return change, LinkAndCode(
            link_secret=made[0], code=made[1], code_expires_at=code_end, expires_at=end
        )

    return in_transaction(step)


def living_secret(*, merchant_id: int, link_secret: str, purpose: Purpose, now: datetime) -> AddressSecret:
    """Find what a link stands for, without using anything up. Raises SignInRefused."""
    found = (
        AddressSecret.objects.filter(
            merchant_id=merchant_id, purpose=purpose, secret_hash=hash_of(link_secret, purpose=LINK)
        )
        .select_related("change")
        .first()
    )
    if found is None:
        raise SignInRefused(Why.UNKNOWN)
    is_done = found.change.confirmed_at if purpose == Purpose.CONFIRM else found.change.undone_at
    if is_done is not None:
        raise SignInRefused(Why.USED)
    if found.change.ended_at is not None or not is_alive(
        since=found.created_at, until=found.expires_at, now=now
    ):
        raise SignInRefused(Why.EXPIRED)
    return found


def _end(change: AddressChange, purpose: Purpose) -> datetime | None:
    if purpose == Purpose.UNDO:
        return change.undo_until if change.undone_at is None else None
    return change.expires_at if change.confirmed_at is None and change.ended_at is None else None
