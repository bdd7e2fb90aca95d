"""Say how a change of what pays what went: what its company confirmed, what keeps another method, what was paid."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from paydesk.billing.arrangements.differences import sentence_of
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.switch_method import get_change
from paydesk.billing.arrangements.what_pays_what import Account
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.methods.find import account_of_record
from paydesk.portal.methods.listed import is_unpaid
from paydesk.portal.methods.went import Went, how_it_went
from paydesk.portal.reads.method_changes import tried_payments
from paydesk.portal.show import show_page

_PAYMENTS_MAX = 20


@require_safe
@customer_page
def change(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show it as it stands now. `paid` in the address names the payments that were to be made with it, `still` the
    method that was to be taken off and was not.
    """
    try:
        found = get_change(**at.ids, public_id=public_id)
    except MethodChange.DoesNotExist as unknown:
        raise Http404 from unknown
    if found.method is None:
        return HttpResponseRedirect(f"{reverse('methods')}?removed={public_id}")
    account = account_of_record(at, found.gateway_customer_id)
    wanted = request.GET.getlist("paid")[:_PAYMENTS_MAX]
    tried = tried_payments(**at.ids, public_ids=wanted)
    went = [(one.payment, one.attempt, how_it_went(*one, since=found.created_at)) for one in tried]
    return show_page(
        request,
        "methods/changed.html",
        here="methods",
        change=found,
        refusal=sentence_of(found),
        account=account,
        pays=[one for one in account.agreements if one.paid_by == found.method],
        keeps=[one for one in account.agreements if one.paid_by != found.method and not is_unpaid(one)],
        went=went,
        is_all_paid=bool(went) and all(how == Went.PAID for *_, how in went),
        is_unpaid=any(how in {Went.DECLINED, Went.UNTRIED} for *_, how in went),
        overdue=[one for one in account.overdue if one.public_id not in wanted],
        still=_still_on_file(account, request.GET.get("still", "")),
        again=request.get_full_path(),
    )


def _still_on_file(account: Account, public_id: str) -> PaymentMethod | None:
    return next((one for one in account.methods if one.public_id == public_id), None)
