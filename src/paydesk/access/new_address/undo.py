"""Take a change of address back, from the letter that the old address got: for who did not ask for it.

Whoever changed it may have changed it again since, so everything that followed is taken back with it, and every session
and calendar of the customer ends: whoever is in has to come in anew, by the old address.
"""

from __future__ import annotations

from datetime import datetime

from paydesk.access.links import check_code_beside
from paydesk.access.models import AddressChange, AddressSecret, CalendarFeed
from paydesk.access.new_address.secrets import living_secret
from paydesk.access.redeem import SignInRefused, Why
from paydesk.access.sessions import end_other_sessions
from paydesk.billing.customers.addresses import normalized
from paydesk.billing.customers.models import CustomerEmail
from paydesk.database.transactions import in_transaction


def look_at_undo(*, merchant_id: int, link_secret: str, now: datetime) -> AddressChange:
    """Say what would be taken back, without using anything up. Raises SignInRefused."""
    return living_secret(
        merchant_id=merchant_id, link_secret=link_secret, purpose=AddressSecret.Purpose.UNDO, now=now
    ).change


def undo_new_address(*, merchant_id: int, link_secret: str, code: str, now: datetime) -> AddressChange:
    """Let the old address open the account again, and it alone. Raises SignInRefused."""
    secret = living_secret(
        merchant_id=merchant_id, link_secret=link_secret, purpose=AddressSecret.Purpose.UNDO, now=now
    )
    check_code_beside(secret, code)

    def step() -> AddressChange:
        mine = AddressChange.objects.filter(merchant_id=merchant_id, id=secret.change_id)
        if mine.filter(undone_at=None, undo_until__gt=now).update(undone_at=now) != 1:
            raise SignInRefused(Why.USED)
        change = mine.get()
        _take_back(change, now)
        end_other_sessions(
            merchant_id=merchant_id, customer_id=change.customer_id, kept_public_id="", now=now
        )
        CalendarFeed.objects.filter(
            merchant_id=merchant_id, customer_id=change.customer_id, revoked_at=None
        ).update(revoked_at=now)
        return change

    return in_transaction(step)


def _take_back(change: AddressChange, now: datetime) -> None:
    """Take back what followed, the newest first, then this one; nothing that was asked for since can be confirmed."""
    mine = {"merchant_id": change.merchant_id, "customer_id": change.customer_id}
    AddressChange.objects.filter(**mine, confirmed_at=None, ended_at=None).update(ended_at=now)
    later = AddressChange.objects.filter(**mine, confirmed_at__isnull=False, undone_at=None, id__gt=change.id)
    followed = _chain(change, list(later.order_by("id")))
    AddressChange.objects.filter(**mine, id__in=[one.id for one in followed]).update(undone_at=now)
    emails = CustomerEmail.objects.filter(**mine)
    for one in [*reversed(followed), change]:
        # An address that came in by the change was never the customer's: whoever has it may
        # have an account of their own.
        taken = emails.filter(normalized=one.new_normalized)
        if one.made_new_address:
            taken.delete()
        else:
            taken.update(retired_at=now)
    emails.filter(normalized=normalized(change.old_address)).update(retired_at=None)


def _chain(change: AddressChange, later: list[AddressChange]) -> list[AddressChange]:
    """Follow from the address that a change brought to the one that took its place, and so on."""
    followed, current = [], change.new_normalized
    for one in later:
        if normalized(one.old_address) == current:
            followed.append(one)
            current = one.new_normalized
    return followed
