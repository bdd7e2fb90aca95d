"""Show the overview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.database.together import rows_together
from paydesk.kit.clock import local_date
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.home.alerts import Need, alerts_of, need_of
from paydesk.portal.home.coming import coming_up
from paydesk.portal.orders.words import shipment_word
from paydesk.portal.reads.agreements import ask_agreements
from paydesk.portal.reads.backups import ask_backups
from paydesk.portal.reads.history import ask_latest_payments
from paydesk.portal.reads.open_payments import ask_open_payments, latest_of
from paydesk.portal.reads.shipments import ask_under_way
from paydesk.portal.show import show_page


@require_safe
@customer_page
def home(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Say what is wrong or that nothing is, then what is coming up, what runs and what was paid last."""
    rows, mine, latest, sent, backups = rows_together(
        [
            ask_open_payments(**at.ids),
            ask_agreements(**at.ids),
            ask_latest_payments(**at.ids, now=at.now),
            ask_under_way(**at.ids),
            ask_backups(**at.ids),
        ]
    )
    found = latest_of(rows)
    alerts = alerts_of(found, now=at.now)
    waiting = [payment for payment, attempt in found if need_of(payment, attempt, now=at.now) is None]
    return show_page(
        request,
        "home.html",
        here="home",
        alerts=alerts,
        lost_backups=[one for one in backups if one.trouble(at.now)],
        needs_count=sum(alert.need != Need.CHECKING for alert in alerts),
        coming=coming_up(waiting, mine, now=at.now),
        agreements=[agreement for agreement in mine if not agreement.is_over],
        payments=latest,
        under_way=sent,
        today=local_date(at.now, zone=at.merchant.time_zone),
        shipment_word=shipment_word,
        now=at.now,
    )
