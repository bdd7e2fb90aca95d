"""What follows from what: one table that a merchant could read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from paydesk.billing.arrangements.changes.act import bring_forward_actions
from paydesk.billing.arrangements.coming.follow_zone import follow_zone
from paydesk.billing.arrangements.moving.react import (
    bring_forward_moves,
    drop_move_of_what_ends,
    look_at_its_move,
)
from paydesk.billing.backups.begin import begin_backup
from paydesk.billing.payments.charging.due_rows import bring_forward_what_is_due
from paydesk.billing.payments.doubted import open_concern_about_payment
from paydesk.events.models import Event
from paydesk.notices.address.letters import write_address_changed_letter, write_new_address_letter
from paydesk.notices.announce_concern import write_concern_letter
from paydesk.notices.backup.letter import write_backup_letter
from paydesk.notices.ending_letter import write_ending_letter
from paydesk.notices.moved_letter import write_moved_letter
from paydesk.notices.sign_in_letter import write_sign_in_letter
from paydesk.sync.follow_payment import reread_its_subscription
from paydesk.sync.tell_details import tell_companies
from paydesk.work.claim import Claim

_Reaction = Callable[[Event, datetime], None]

REACTIONS: dict[str, list[_Reaction]] = {
    "sign_in.asked": [write_sign_in_letter],
    "address.asked": [write_new_address_letter],
    "address.changed": [write_address_changed_letter],
    "customer.details_changed": [tell_companies],
    "backup.changed": [],
    "backup.tried": [write_backup_letter],
    "clock.moved": [bring_forward_what_is_due, bring_forward_actions, bring_forward_moves],
    "zone.changed": [follow_zone],
    "payment.succeeded": [reread_its_subscription, look_at_its_move],
    "payment.failed": [begin_backup, look_at_its_move],
    "subscription.changed": [write_ending_letter, drop_move_of_what_ends],
    "subscription.moved": [write_moved_letter],
    "payment.contradicted": [open_concern_about_payment],
    "concern.opened": [write_concern_letter],
}


def deliver_event(taken: Claim, now: datetime) -> None:
    """Tell everyone in the table; an event that is in no table is a bug and stays until it is mended."""
    event = Event.objects.get(merchant_id=taken.merchant_id or 0, id=taken.row_id)
    for react in REACTIONS[event.name]:
        react(event, now)
