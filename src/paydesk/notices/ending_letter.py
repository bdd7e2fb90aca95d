"""The letter that confirms to a customer that something ends, has ended, or goes on after all."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.gateways.records import SubscriptionState
from paydesk.kit.language import amount_text, full_day_text, moment_text
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written
from paydesk.notices.write import address_of, write_letter

KIND = "ending"
_TOLD = frozenset({"canceled", "cancel_scheduled", "cancel_undone"})


def write_ending_letter(event: Event, now: datetime) -> None:
    """React to subscription.changed: one letter for each time that somebody cancels, or takes that back.

    What ends on the day that was set for it was told of before.
    """
    if event.subject["what"] in _TOLD and not event.subject.get("as_set"):
        in_transaction(lambda: _write(event, now))


def ending_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written | None:
    """Make the letter. None when it stands otherwise by now: that is told of in a letter of its own."""
    subscription = Subscription.objects.get(
        merchant_id=merchant.id, public_id=str(letter.subject["subscription"])
    )
    title = _title(str(letter.subject["what"]), subscription, merchant)
    if title is None:
        return None
    about = merchant.text("canceled", language=get_language() or merchant.language)
    return Written(
        template=KIND,
        title=title,
        words={
            "what": letter.subject["what"],
            "name": subscription.name,
            "asked_at": _in_time(letter.created_at, merchant, now),
            "owed": _owed(subscription),
            "coming": _coming(subscription, merchant),
            "about_ending": about.words if about else "",
            "address": f"{merchant.portal_url}/subscriptions/{subscription.public_id}",
        },
    )


def _write(event: Event, now: datetime) -> None:
    """An event may be delivered twice; the letter names it, and is written once."""
    subscription = Subscription.objects.get(
        merchant_id=event.merchant_id, public_id=str(event.subject["subscription"])
    )
    address = address_of(merchant_id=event.merchant_id, customer_id=subscription.customer_id)
    if subscription.customer_id is None or address is None:
        return
    subject: dict[str, str | int | None] = {
        "subscription": subscription.public_id,
        "what": event.subject["what"],
        "event": event.id,
    }
    if Letter.objects.filter(merchant_id=event.merchant_id, kind=KIND, subject__event=event.id).exists():
        return
    write_letter(
        merchant_id=event.merchant_id,
        kind=KIND,
        customer_id=subscription.customer_id,
        recipient=address,
        subject=subject,
        now=now,
    )


def _title(what: str, subscription: Subscription, merchant: MerchantInSight) -> str | None:
    is_over = subscription.state in ENDED
    ends_at = None if is_over else subscription.ends_at
    said = {"name": subscription.name}
    if what == "cancel_scheduled" and ends_at is not None:
        return _("%(name)s ends on %(day)s") % (said | {"day": _day(ends_at, merchant)})
    if what == "canceled" and subscription.state == SubscriptionState.CANCELED:
        return _("%(name)s has ended") % said
    if what == "cancel_undone" and not is_over and ends_at is None:
        return _("%(name)s goes on") % said
    return None


def _owed(subscription: Subscription) -> str:
    """Write what is overdue and stays owed; empty when nothing is."""
    mine = Payment.objects.filter(
        merchant_id=subscription.merchant_id, subscription_id=subscription.id, state=Payment.State.FAILED
    )
    minor = sum(mine.values_list("owed_minor", flat=True))
    return amount_text(minor, subscription.currency, get_language() or "en") if minor else ""


def _coming(subscription: Subscription, merchant: MerchantInSight) -> tuple[str, str] | None:
    """Write the amount and the day of the next payment, where there is one."""
    if subscription.next_payment_at is None or subscription.state in ENDED or subscription.ends_at:
        return None
    minor = subscription.next_amount_minor
    amount = subscription.amount_minor if minor is None else minor
    text = amount_text(amount, subscription.currency, get_language() or merchant.language)
    return text, _day(subscription.next_payment_at, merchant)


def _day(moment: datetime, merchant: MerchantInSight) -> str:
    local = moment.astimezone(ZoneInfo(merchant.time_zone)).date()
    return full_day_text(local, get_language() or merchant.language)


def _in_time(moment: datetime, merchant: MerchantInSight, now: datetime) -> str:
    zone, language = ZoneInfo(merchant.time_zone), get_language() or merchant.language
    said = moment_text(moment.astimezone(zone), language, this_year=now.astimezone(zone).year)
    return f"{said} ({merchant.time_zone})"
