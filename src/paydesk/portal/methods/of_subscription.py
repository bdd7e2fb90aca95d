"""Choose which method pays one subscription."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.switch_method import SwitchRefused, switch_method
from paydesk.billing.arrangements.what_pays_what import Account, Agreement
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.methods.find import agreement_or_404
from paydesk.portal.methods.press import to_change
from paydesk.portal.show import show_page


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def method_of_subscription(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show the methods that could pay it; on the press let the chosen one pay it, and nothing else."""
    account, agreement = agreement_or_404(at, public_id)
    chosen = request.POST.get("method", "")
    error = ""
    if request.method == "POST":
        try:
            return _switch(at, public_id, chosen)
        except SwitchRefused as refused:
            error = str(refused)
            account, agreement = agreement_or_404(at, public_id)
    return show_page(
        request,
        "methods/one_subscription.html",
        status=409 if error else 200,
        here="subscriptions",
        account=account,
        agreement=agreement,
        chosen=chosen or _present(account, agreement),
        error=error,
        now=at.now,
    )


def _present(account: Account, agreement: Agreement) -> str:
    """Give what pays it now, or what would pay it, when that was taken off."""
    present = agreement.paid_by if agreement.paid_by in account.methods else account.default
    return present.public_id if present else ""


def _switch(at: AtHand, subscription: str, method: str) -> HttpResponse:
    if not method:
        raise SwitchRefused(_("Choose the method that shall pay it."))
    change = switch_method(
        merchant=at.merchant,
        customer_id=at.customer.customer_id,
        method_public_id=method,
        subscription_public_ids=[subscription],
        makes_default=False,
        now=clock.wall_now(),
    )
    return to_change(change.public_id)
