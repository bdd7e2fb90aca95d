"""The two letters of a change of address: the proof to the new one, and the news, with a way back, to the old one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paydesk.access.models import AddressChange, AddressSecret
from paydesk.access.new_address.secrets import make_address_secret
from paydesk.events.models import Event
from paydesk.kit.language import full_day_text, time_text
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written
from paydesk.notices.write import write_letter

NEW = "new_address"
CHANGED = "address_changed"


def write_new_address_letter(event: Event, now: datetime) -> None:
    """Somebody wants to sign in with this address: let its mailbox prove it."""
    change = _change(event)
    _write(event, NEW, change, change.new_address, now)


def write_address_changed_letter(event: Event, now: datetime) -> None:
    """Tell the old address, which opens nothing any more."""
    change = _change(event)
    _write(event, CHANGED, change, change.old_address, now)


def new_address_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written | None:
    """Make the letter, with a fresh link and code. None once it was confirmed or is over."""
    made = make_address_secret(
        merchant_id=letter.merchant_id,
        change_id=int(letter.subject["change"]),
        purpose=AddressSecret.Purpose.CONFIRM,
        now=now,
    )
    if made is None:
        return None
    change, keys = made
    return Written(
        template="address/new",
        title=_("Use this address at %(merchant)s") % {"merchant": merchant.name},
        words={
            "old_address": change.old_address,
            "link": f"{merchant.portal_url}/details/email/link#{keys.link_secret}",
            "code": keys.code,
            "code_until": _clock_time(keys.code_expires_at, merchant),
            "link_until": _clock_time(keys.expires_at, merchant),
        },
    )


def address_changed_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written | None:
    """Make the letter, with a fresh link and code to take it back. None once that was done or is too late."""
    made = make_address_secret(
        merchant_id=letter.merchant_id,
        change_id=int(letter.subject["change"]),
        purpose=AddressSecret.Purpose.UNDO,
        now=now,
    )
    if made is None:
        return None
    change, keys = made
    day = keys.expires_at.astimezone(ZoneInfo(merchant.time_zone)).date()
    return Written(
        template="address/changed",
        title=_("Your address at %(merchant)s was changed") % {"merchant": merchant.name},
        words={
            "old_address": change.old_address,
            "new_address": change.new_address,
            "link": f"{merchant.portal_url}/details/email/undo#{keys.link_secret}",
            "code": keys.code,
            "until": full_day_text(day, get_language() or merchant.language),
        },
    )


def _change(event: Event) -> AddressChange:
    return AddressChange.objects.get(merchant_id=event.merchant_id, id=int(event.subject["change"]))


def _write(event: Event, kind: str, change: AddressChange, recipient: str, now: datetime) -> None:
    write_letter(
        merchant_id=event.merchant_id,
        kind=kind,
        customer_id=change.customer_id,
        recipient=recipient,
        subject={"change": change.id},
        now=now,
    )


def _clock_time(moment: datetime, merchant: MerchantInSight) -> str:
    local = moment.astimezone(ZoneInfo(merchant.time_zone))
    return time_text(local.hour, local.minute, get_language() or merchant.language)
