"""Choose the method that is tried once when what pays first was declined, and give it up."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.billing.backups.choose import BackupRefused, choose_backup, choose_none, give_up_backup
from paydesk.billing.backups.chosen import Chosen, chosen_backups
from paydesk.kit import clock
from paydesk.portal.backups.laid_out import backup_of, candidates, stood_by, trouble_of
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.methods.find import agreement_or_404, own_accounts
from paydesk.portal.moving.places import can_move
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import agreement_or_404 as shown_agreement_or_404

#: What a form says instead of a method.
_NONE, _EVERYTHING = "none", "everything"


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def backup(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Show what could stand by for everything; on the press keep or give up what was chosen."""
    error = ""
    if request.method == "POST":
        try:
            _keep(at, request.POST.get("method", ""), "")
        except BackupRefused as refused:
            error = str(refused)
        else:
            return HttpResponseRedirect(request.path, status=303)
    accounts, chosen = own_accounts(at), _chosen(at)
    if not at.merchant.policies.backup_method and chosen.for_everything is None:
        raise Http404
    return show_page(
        request,
        "backups/for_everything.html",
        status=409 if error else 200,
        here="methods",
        choice=chosen.for_everything,
        trouble=trouble_of(at, chosen.for_everything),
        candidates=candidates(at, accounts) if at.merchant.policies.backup_method else [],
        stood_by=stood_by(at, accounts, chosen),
        error=error,
        now=at.now,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def backup_of_subscription(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what could stand by for one subscription; on the press keep what was chosen for it."""
    account, agreement = agreement_or_404(at, public_id)
    error = ""
    if request.method == "POST":
        try:
            _keep(at, request.POST.get("method", ""), public_id)
        except BackupRefused as refused:
            error = str(refused)
        else:
            return HttpResponseRedirect(request.path, status=303)
    accounts, chosen = own_accounts(at), _chosen(at)
    own = chosen.by_subscription.get(agreement.subscription.id)
    if not at.merchant.policies.backup_method and chosen.of(agreement.subscription.id) is None:
        raise Http404
    return show_page(
        request,
        "backups/for_subscription.html",
        status=409 if error else 200,
        here="subscriptions",
        account=account,
        agreement=agreement,
        can_move=not agreement.is_ours and can_move(at, shown_agreement_or_404(at, public_id)),
        own=own,
        everything=chosen.for_everything,
        stands_by=backup_of(at, account, agreement, chosen),
        candidates=candidates(at, accounts, agreement) if at.merchant.policies.backup_method else [],
        error=error,
        now=at.now,
    )


def _chosen(at: AtHand) -> Chosen:
    return chosen_backups(merchant_id=at.merchant.id, customer_id=at.customer.customer_id)


def _keep(at: AtHand, wanted: str, subscription: str) -> None:
    """Do what the form says; raises BackupRefused."""
    mine: dict[str, Any] = {
        "merchant": at.merchant,
        "customer_id": at.customer.customer_id,
        "subscription_public_id": subscription,
    }
    if not wanted:
        raise BackupRefused(_("Choose a method, or that there is to be none."))
    if wanted == _NONE and subscription:
        choose_none(**mine, now=clock.wall_now())
    elif wanted in (_NONE, _EVERYTHING):
        give_up_backup(**mine, now=clock.wall_now())
    else:
        choose_backup(**mine, method_public_id=wanted, now=clock.wall_now())
