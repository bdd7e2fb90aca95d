"""Send a receipt again by letter, to the customer's own address; afterwards its page says where it went."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from paydesk.billing.receipts.issue import ReceiptRefused, issue_receipt
from paydesk.kit import clock
from paydesk.notices.send_receipt import NoAddress, TooManyReceipts, send_receipt
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_payment import whole_payment
from paydesk.portal.show import show_page


@require_POST
@customer_page
def send_again(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Send it, or say why not. It charges nothing and changes nothing."""
    found = whole_payment(**at.ids, public_id=public_id)
    if found is None:
        raise Http404
    now = clock.wall_now()
    page = reverse("receipt", args=[public_id])
    try:
        issued = issue_receipt(merchant=at.merchant, payment_id=found.facts.id, now=now)
    except ReceiptRefused:
        return HttpResponseRedirect(page, status=303)
    try:
        letter = send_receipt(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            address=at.customer.address,
            receipt=issued.receipt,
            now=now,
        )
    except TooManyReceipts as refused:
        words = _(
            "From %(time)s on you can send the next one. You can download it from its page at any time."
        ) % {"time": at.own_time(refused.free_at)}
        return _refused(request, 429, _("Sent often enough for now"), words)
    except NoAddress:
        words = _("We have no address of yours. You can download the receipt from its page.")
        return _refused(request, 409, _("This receipt cannot be sent"), words)
    return HttpResponseRedirect(f"{page}?{urlencode({'letter': letter.public_id})}", status=303)


def _refused(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    return show_page(request, "refusal.html", status=status, here="history", title=title, words=words)
