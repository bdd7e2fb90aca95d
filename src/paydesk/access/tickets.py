"""Let a frame take one step to the top level, such as a download: one use, 60 seconds, one address.

A ticket opens one answer and starts no session: else a stranger's ticket could sign a customer in to the stranger's
account.
"""

from __future__ import annotations

from datetime import datetime

from paydesk.access.keys import TICKET, hash_of
from paydesk.access.lifetimes import TICKET_LIFETIME
from paydesk.access.models import Ticket
from paydesk.access.visitor import Visitor, visitor_of_session
from paydesk.database.transactions import in_transaction
from paydesk.kit.local_paths import is_local_path
from paydesk.kit.secrets import new_secret
from paydesk.merchants.find import MerchantInSight


class TicketRefused(Exception):
    """The ticket was used, is too old, was made for another address, or its session is over."""


def issue_ticket(*, visitor: Visitor, path: str, now: datetime) -> str:
    """Make a ticket for one address of this portal and give its secret. Raises TicketRefused."""
    if not is_local_path(path):
        raise TicketRefused(path)
    secret = new_secret()
    Ticket.objects.create(
        merchant_id=visitor.merchant_id,
        session_id=visitor.session_id,
        secret_hash=hash_of(secret, purpose=TICKET),
        path=path,
        expires_at=now + TICKET_LIFETIME,
    )
    return secret


def redeem_ticket(*, merchant: MerchantInSight, secret: str, path: str, now: datetime) -> Visitor:
    """Use a ticket up and give the visitor whom it stands for. Raises TicketRefused."""
    return in_transaction(lambda: _redeem(merchant, secret, path, now))


def _redeem(merchant: MerchantInSight, secret: str, path: str, now: datetime) -> Visitor:
    mine = Ticket.objects.filter(
        merchant_id=merchant.id, secret_hash=hash_of(secret, purpose=TICKET), path=path
    )
    used = mine.filter(used_at=None, expires_at__gt=now, expires_at__lte=now + 2 * TICKET_LIFETIME).update(
        used_at=now
    )
    if used != 1:
        raise TicketRefused(path)
    session_id = mine.values_list("session_id", flat=True).get()
    found = visitor_of_session(merchant=merchant, session_id=session_id, now=now)
    if found is None:
        raise TicketRefused(path)
    return found
