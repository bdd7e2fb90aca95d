"""Turn a payment that is to come into a day of a calendar: what, how much, when, and where to see it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.coming.upcoming import Upcoming
from paydesk.kit.language import amount_text
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.addresses import whole_url
from paydesk.portal.calendar.ics import Day


def day_of(one: Upcoming, *, merchant: MerchantInSight, language: str) -> Day:
    """Give the day. Neither name nor address of the customer is in it."""
    words = {"title": one.title, "amount": amount_text(one.amount_minor, one.currency, language)}
    summary = _("Overdue: %(title)s, %(amount)s") if one.is_overdue else _("%(title)s, %(amount)s")
    link = _link(one, merchant)
    number = ""
    if one.position and one.payments_total:
        number = _("Payment %(number)s of %(total)s") % {"number": one.position, "total": one.payments_total}
    return Day(
        uid=f"{_name(one)}@{urlsplit(merchant.portal_url).hostname}",
        day=one.day,
        summary=summary % words,
        description="\n".join(line for line in (number, link) if line),
        url=link,
    )


def _name(one: Upcoming) -> str:
    """A payment keeps its name when its day is moved, and when what was expected becomes a row."""
    if one.subscription_public_id and one.position:
        return f"{one.subscription_public_id}-{one.position}"
    return one.payment_public_id or f"{one.subscription_public_id}-{one.day.isoformat()}"


def _link(one: Upcoming, merchant: MerchantInSight) -> str:
    if one.is_overdue and one.payment_public_id:
        return whole_url(merchant, "payment_pay", one.payment_public_id)
    if one.subscription_public_id:
        return whole_url(merchant, "subscription", one.subscription_public_id)
    return whole_url(merchant, "payment", one.payment_public_id or "")
