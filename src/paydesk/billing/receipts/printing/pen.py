"""Write what a paper says: in one language, in the seller's zone, in one currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from paydesk.billing.receipts.printing.letters import is_right_to_left, printable
from paydesk.billing.receipts.printing.words import Words, words_of
from paydesk.billing.receipts.snapshot import Seller
from paydesk.kit.language import amount_text, full_day_text

_MINUS = "\u2212"
_NEGATIVE = re.compile(rf"{_MINUS}[\d.,\u066b\u066c]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pen:
    """`is_rtl`: the page runs from right to left."""

    words: Words
    language: str
    zone: ZoneInfo
    currency: str
    is_rtl: bool

    def text(self, given: str) -> str:
        """Write what somebody else has written: data, never markup."""
        return printable(given, is_rtl_page=self.is_rtl)

    def say(self, name: str, /, **given: str) -> str:
        """Write our own words, with what is filled in."""
        return self.words[name].format(**given)

    def amount(self, minor: int) -> str:
        """Write an amount in full."""
        written = amount_text(minor, self.currency, self.language).replace("-", _MINUS)
        # On a page that runs from right to left, the sign would stand behind its number.
        return _NEGATIVE.sub("\u2066\\g<0>\u2069", written) if self.is_rtl else written

    def day(self, moment: datetime | str) -> str:
        """Write a day in the seller's zone."""
        when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return full_day_text(when.astimezone(self.zone).date(), self.language)


def pen_for(layout: int | str, *, language: str, seller: Seller, currency: str) -> Pen:
    """Take up a pen for a paper of this layout."""
    words = words_of(layout, language)
    return Pen(
        words=words,
        language=language,
        zone=ZoneInfo(seller["time_zone"]),
        currency=currency,
        is_rtl=is_right_to_left(words["amount"]),
    )


def contact_of(pen: Pen, seller: Seller) -> list[str]:
    """Say how the seller can be reached."""
    given = (seller["support_email"], seller["support_phone"], seller["support_url"].removeprefix("https://"))
    return [pen.text(one) for one in given if one]
