"""Lead back to an agreement's page after a change, which then says what was confirmed and when.

What was done travels in the address, signed: nothing is kept, a reload says it again, and nobody can make it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.change import Changed
from paydesk.portal.words.confirmed import Confirmed, confirmation_of
from paydesk.portal.words.dates import day

#: How long a page that is left open says so.
_SAID_FOR = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was done, with the days that it is about, and who confirmed it when."""

    what: str
    days: tuple[date, ...]
    confirmed: Confirmed

    @property
    def has_letter(self) -> bool:
        """Say whether a letter confirms it."""
        return self.what in ("cancel_scheduled", "canceled", "cancel_undone")

    @property
    def words(self) -> str:
        """Say it in the reader's language."""
        said = [day(one) for one in self.days]
        match self.what, said:
            case "moved", [before, after]:
                return _("The payment of %(before)s is now on %(after)s.") % {
                    "before": before,
                    "after": after,
                }
            case "skipped", [skipped]:
                return _("The payment of %(day)s is skipped. Nothing is charged for it.") % {"day": skipped}
            case "unskipped", [unskipped]:
                return _("The payment of %(day)s is charged on its day again.") % {"day": unskipped}
            case "paused", [resumes]:
                return _("It is paused until %(day)s.") % {"day": resumes}
            case "discounted", [first]:
                return _("It goes on, and costs less from %(day)s on.") % {"day": first}
            case "cancel_scheduled", [ends]:
                return _("It ends on %(day)s. You keep it until then, and nothing more is charged.") % {
                    "day": ends
                }
            case "canceled", []:
                return _("It has ended. Nothing more is charged.")
            case "cancel_undone", []:
                return _("It is not cancelled any more, and goes on as before.")
            case _:
                return _("It goes on.")


def to_agreement(public_id: str, what: str = "", *days: date, changed: Changed | None = None) -> HttpResponse:
    """Lead to the page; without words for what was done the page says how it stands.

    What its company has not confirmed yet is not done: the page says that it was asked.
    """
    address = reverse("subscription", args=[public_id])
    if not what or changed is None or not changed.is_confirmed:
        return HttpResponseRedirect(address, status=303)
    confirmed = confirmation_of(changed)
    told = [what, *(one.isoformat() for one in days), confirmed.company, confirmed.when.isoformat()]
    query = urlencode({"done": signing.dumps(told, salt=_salt(public_id))})
    return HttpResponseRedirect(f"{address}?{query}", status=303)


def read_done(public_id: str, text: str) -> Done | None:
    """Read what was done to this agreement; None for what we did not write, or long ago."""
    try:
        what, *days, company, when = signing.loads(text, salt=_salt(public_id), max_age=_SAID_FOR)
    except signing.BadSignature:
        return None
    return Done(
        what=what,
        days=tuple(date.fromisoformat(one) for one in days),
        confirmed=Confirmed(company=company, when=datetime.fromisoformat(when)),
    )


def _salt(public_id: str) -> str:
    return f"portal.changes.done:{public_id}"
