"""Say how long a card is good: expires 12/2027, expires this month, expired."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.portal.words.reader import reader
from paydesk.portal.words.states import StateWord


def expiry_word(month: int | None, year: int | None, now: datetime) -> StateWord | None:
    """Give the words, with a mark where something has to be done soon; None for what does not expire.

    A card is good to the end of the month that it names, in the merchant's zone. `now` is business time.
    """
    if month is None or year is None:
        return None
    today = now.astimezone(reader().zone)
    if is_expired(month, year, now):
        return StateWord(_("Expired"), "cross", "danger")
    if (year, month) == (today.year, today.month):
        return StateWord(_("Expires this month"), "clock", "warning")
    return StateWord(_("expires %(month)s/%(year)s") % {"month": f"{month:02d}", "year": year}, "", "quiet")


def is_expired(month: int | None, year: int | None, now: datetime) -> bool:
    """Say whether its last month is over, in the merchant's zone."""
    today = now.astimezone(reader().zone)
    return bool(month and year and (year, month) < (today.year, today.month))
