"""Show the overview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.home.alerts import Need, alerts_of, need_of
from paydesk.portal.home.coming import coming_up
from paydesk.portal.reads.agreements import agreements
from paydesk.portal.reads.history import latest_payments
from paydesk.portal.reads.open_payments import open_payments
from paydesk.portal.show import show_page


@require_safe
@customer_page
def home(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Say what is wrong or that nothing is, then what is coming up, what runs and what was paid last."""
    found = open_payments(**at.ids)
    mine = agreements(**at.ids)
    alerts = alerts_of(found, now=at.now)
    waiting = [payment for payment, attempt in found if need_of(payment, attempt, now=at.now) is None]
    return show_page(
        request,
        "home.html",
        here="home",
        alerts=alerts,
        needs_count=sum(alert.need != Need.CHECKING for alert in alerts),
        coming=coming_up(waiting, mine, now=at.now),
        agreements=[agreement for agreement in mine if not agreement.is_over],
        payments=latest_payments(**at.ids, now=at.now),
        now=at.now,
    )
