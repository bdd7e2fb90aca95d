"""Take a payment method off, after a page that says what happens; what still needs it is named."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.needs import backup_words, needed_by
from paydesk.billing.arrangements.remove_method import RemoveRefused, remove_method
from paydesk.billing.arrangements.what_pays_what import Account
from paydesk.billing.backups.chosen import choices_of_method
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.methods.find import method_or_404
from paydesk.portal.reads.method_changes import change_meanwhile
from paydesk.portal.show import show_page
from paydesk.portal.sign_in.ask import to_proof


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def remove(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Say what happens, or what needs it first; on the press take it off and show the list."""
    found = method_or_404(at, public_id)
    if found is None:
        return HttpResponseRedirect(reverse("methods"), status=303)
    if request.method != "POST":
        return _page(request, at, found)
    pressed_at = clock.wall_now()
    if not at.customer.has_just_come_in(pressed_at):
        return to_proof(request.path)
    try:
        change = remove_method(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            method_public_id=public_id,
            now=clock.wall_now(),
        )
    except RemoveRefused as refused:
        first = change_meanwhile(
            **at.ids, removed_method_id=found[1].id, since=pressed_at, now=clock.wall_now()
        )
        if first is not None:
            return _to_list(first)
        return _page(request, at, method_or_404(at, public_id) or found, refused=refused)
    return _to_list(change.public_id)


def _to_list(change_id: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('methods')}?removed={change_id}", status=303)


def _page(
    request: HttpRequest,
    at: AtHand,
    found: tuple[Account, PaymentMethod],
    *,
    refused: RemoveRefused | None = None,
) -> HttpResponse:
    account, method = found
    stands_by = choices_of_method(method)
    pays = [one for one in account.agreements if one.paid_by == method]
    named = {*(one.subscription.name for one in pays), *map(backup_words, stands_by)}
    return show_page(
        request,
        "methods/remove.html",
        status=409 if refused else 200,
        here="methods",
        account=account,
        card=method,
        agreements=pays,
        others=_others(account, method, named, refused),
        stands_by=stands_by,
        error=str(refused or ""),
        now=at.now,
    )


def _others(
    account: Account, method: PaymentMethod, named: Collection[str], refused: RemoveRefused | None
) -> list[str]:
    """Name what else needs it: bills that will be tried with it, payments on their way."""
    names = refused.needed_by if refused else needed_by(account, method)
    return [name for name in names if name not in named]
