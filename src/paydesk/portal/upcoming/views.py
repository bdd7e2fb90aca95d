"""Show what is coming up in the next twelve months: as a timeline, and each payment by its month."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.billing.arrangements.coming.upcoming import upcoming
from paydesk.billing.payments.models import Payment
from paydesk.kit.clock import local_date
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page
from paydesk.portal.upcoming.months import lines_of, months_of, timelines, totals


@require_safe
@customer_page
def coming_up(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Put first what is overdue, then what is on its way, then the months."""
    today = local_date(at.now, zone=at.merchant.time_zone)
    last = a_year_after(today)
    found = upcoming(merchant=at.merchant, customer_id=at.customer.customer_id, now=at.now, until=last)
    overdue = [one for one in found if one.is_overdue]
    checking = [one for one in found if one.state == Payment.State.PROCESSING and not one.is_overdue]
    to_come = [one for one in found if one not in overdue and one not in checking]
    return show_page(
        request,
        "upcoming.html",
        here="subscriptions",
        overdue=lines_of(overdue),
        checking=lines_of(checking),
        timelines=timelines(to_come, first=today, last=last),
        sums=totals(to_come),
        months=months_of(to_come),
        has_guesses=any(one.is_expected for one in to_come),
        now=at.now,
    )


def a_year_after(day: date) -> date:
    """Give the same day of the next year; of 29 February the 28th."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)
