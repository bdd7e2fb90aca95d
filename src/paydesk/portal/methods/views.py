"""List the payment methods on file with what each of them pays, and begin to add one."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from paydesk.billing.arrangements.differences import sentence_of
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.switch_method import get_change
from paydesk.billing.arrangements.what_pays_what import NOT_RUNNING
from paydesk.billing.backups.chosen import Chosen, chosen_backups
from paydesk.billing.backups.models import BackupChoice
from paydesk.merchants.connect import company_name
from paydesk.portal.backups.laid_out import trouble_of
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.methods.find import account_or_404, own_accounts
from paydesk.portal.methods.listed import listed
from paydesk.portal.setups.begin import begin_setup
from paydesk.portal.show import show_page


@require_safe
@customer_page
def methods(request: HttpRequest, at: AtHand) -> HttpResponse:
    """List them; after a removal say what its company confirmed. `removed` in the address names the change."""
    return methods_page(request, at, removal=_removal(at, request.GET.get("removed", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def add(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Begin to add a card, or to replace one. A GET begins nothing."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("methods"))
    account = account_or_404(at, request.POST.get("account", ""))
    return begin_setup(
        request,
        at,
        owner_id=account.owner.id,
        replaces=request.POST.get("replaces", ""),
        on_trouble=lambda words, status: methods_page(request, at, error=words, status=status),
    )


def methods_page(
    request: HttpRequest,
    at: AtHand,
    *,
    removal: MethodChange | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the list. `error` is what kept the customer from adding one."""
    backups = chosen_backups(**at.ids)
    return show_page(
        request,
        "methods/list.html",
        status=status,
        here="methods",
        accounts=listed(own_accounts(at)),
        backups=backups,
        backups_of_one=[(one, trouble_of(at, one)) for one in _for_what_goes_on(backups)],
        backup_trouble=trouble_of(at, backups.for_everything),
        offers_backup=at.merchant.policies.backup_method,
        removal=removal,
        removal_company=company_name(removal.connection) if removal else "",
        removal_refusal=sentence_of(removal) if removal else "",
        error=error,
        now=at.now,
    )


def _for_what_goes_on(chosen: Chosen) -> Sequence[BackupChoice]:
    """What is over has no page on which its backup could be changed."""
    own = chosen.by_subscription.values()
    return [one for one in own if one.subscription and one.subscription.state not in NOT_RUNNING]


def _removal(at: AtHand, public_id: str) -> MethodChange | None:
    """An address that names nothing of the customer's says nothing."""
    if not public_id:
        return None
    try:
        change = get_change(**at.ids, public_id=public_id)
    except MethodChange.DoesNotExist:
        return None
    return change if change.removed_method_id and not change.method_id else None
