"""Let an agreement go on that pauses, or that is about to end: see what is charged then, press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused
from paydesk.billing.arrangements.changes.preview import Preview
from paydesk.billing.arrangements.changes.resume_agreement import preview_resume, resume_agreement
from paydesk.billing.arrangements.changes.undo_cancel import preview_undo_cancel, undo_cancel
from paydesk.kit import clock
from paydesk.portal.changes.asked import agreement_named
from paydesk.portal.changes.differences import differences_of
from paydesk.portal.changes.done import to_agreement
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import agreement_or_404


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """One way to go on: its verb, its page's address and words, and what is said when it is done."""

    address: str
    title: str
    leave: str
    note: str
    what: str
    do: Callable[..., Changed]
    preview: Callable[..., Preview]


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def resume(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what it will look like when it goes on today; on the press let it."""
    way = _Way(
        address="subscription_resume",
        title=_("Go on today"),
        leave=_("Leave it as it is"),
        note=_("What is due today is charged today; nothing else is charged now."),
        what="resumed",
        do=resume_agreement,
        preview=preview_resume,
    )
    return _step(request, at, agreement_or_404(at, public_id), way)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def keep(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what it will look like when its end is taken back; on the press let it go on."""
    agreement = agreement_or_404(at, public_id)
    if request.method != "POST" and not agreement.is_ending and not agreement.is_over:
        # Another tab has taken it back already: the page shows how it stands.
        return to_agreement(public_id)
    way = _Way(
        address="subscription_keep",
        title=_("Keep it after all"),
        leave=_("Let it end"),
        note=_("It goes on as if it had never been cancelled. Nothing is charged now."),
        what="cancel_undone",
        do=undo_cancel,
        preview=preview_undo_cancel,
    )
    return _step(request, at, agreement, way)


def _step(request: HttpRequest, at: AtHand, agreement: Agreement, way: _Way) -> HttpResponse:
    named, error = agreement_named(at, agreement.public_id), ""
    if request.method == "POST":
        try:
            changed = way.do(**named, now=clock.wall_now())
            return to_agreement(agreement.public_id, way.what, changed=changed)
        except ChangeRefused as refused:
            error = str(refused)
    preview = way.preview(**named)
    return show_page(
        request,
        "changes/go_on.html",
        status=409 if error else 200,
        here="subscriptions",
        agreement=agreement,
        way=way,
        refusal=error or preview.refusal,
        differences=differences_of(preview),
        now=at.now,
    )
