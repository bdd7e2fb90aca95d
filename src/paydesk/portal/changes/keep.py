"""Take back that an agreement is about to end: see what is charged then, press."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.changes.undo_cancel import UndoRefused, preview_undo_cancel, undo_cancel
from paydesk.kit import clock
from paydesk.portal.changes.differences import differences_of
from paydesk.portal.changes.done import to_agreement
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import agreement_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def keep(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what it will look like when it goes on; on the press let it."""
    agreement, error = agreement_or_404(at, public_id), ""
    named: dict[str, Any] = {
        "merchant": at.merchant,
        "customer_id": at.customer.customer_id,
        "subscription_public_id": public_id,
    }
    if request.method == "POST":
        try:
            changed = undo_cancel(**named, now=clock.wall_now())
            return to_agreement(public_id, "cancel_undone" if changed.is_confirmed else "")
        except UndoRefused as refused:
            error = str(refused)
    elif not agreement.is_ending and not agreement.is_over:
        # Another tab has taken it back already: the page shows how it stands.
        return to_agreement(public_id)
    preview = preview_undo_cancel(**named)
    return show_page(
        request,
        "changes/keep.html",
        status=409 if error else 200,
        here="subscriptions",
        agreement=agreement,
        refusal=error or preview.refusal,
        differences=differences_of(preview),
        now=at.now,
    )
