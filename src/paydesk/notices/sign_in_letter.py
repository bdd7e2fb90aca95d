"""The letter with a link and a code to sign in. Its secrets are made while it is rendered and stored as hashes only."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paydesk.access.links import make_link_and_code, recipient_of
from paydesk.events.models import Event
from paydesk.kit.language import time_text
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written
from paydesk.notices.write import write_letter

KIND = "sign_in"


def write_sign_in_letter(event: Event, now: datetime) -> None:
    """Somebody asked to sign in: write to them if we know the address, and only to the address that we have."""
    request_id = int(event.subject["request"])
    recipient = recipient_of(merchant_id=event.merchant_id, request_id=request_id, now=now)
    if recipient is None:
        return
    write_letter(
        merchant_id=event.merchant_id,
        kind=KIND,
        customer_id=recipient.customer_id,
        recipient=recipient.address,
        subject={"request": request_id},
        now=now,
    )


def sign_in_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written | None:
    """Make the letter, with a fresh link and code. None once its request was used or is over."""
    made = make_link_and_code(
        merchant_id=letter.merchant_id,
        request_id=int(letter.subject["request"]),
        customer_id=letter.customer_id or 0,
        now=now,
    )
    if made is None:
        return None
    return Written(
        template=KIND,
        title=_("Sign in to %(merchant)s") % {"merchant": merchant.name},
        words={
            # The secret stands in the fragment: no server, log or Referer ever sees it.
            "link": f"{merchant.portal_url}/sign-in/link#{made.link_secret}",
            "code": made.code,
            "code_until": _clock_time(made.code_expires_at, merchant),
            "link_until": _clock_time(made.expires_at, merchant),
        },
    )


def _clock_time(moment: datetime, merchant: MerchantInSight) -> str:
    local = moment.astimezone(ZoneInfo(merchant.time_zone))
    return time_text(local.hour, local.minute, get_language() or merchant.language)
