"""Cancel an agreement: see what that means, say why if one likes, press; at most one offer comes between.

Nothing is kept before the last press: each page carries what was said on the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.ending.note import COMMENT_MAX, Said, keep_note
from paydesk.billing.arrangements.ending.ways import WHENS, When
from paydesk.billing.arrangements.models import AskedBy, CancelNote
from paydesk.kit import clock
from paydesk.merchants.canceling import CancelOffer, CancelReason
from paydesk.portal.changes.asked import agreement_named
from paydesk.portal.changes.course import course_at
from paydesk.portal.changes.done import to_agreement
from paydesk.portal.changes.ending import ending_of, is_allowed
from paydesk.portal.changes.stay import Stay, accept, stay_for
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import agreement_or_404
from paydesk.portal.words.reasons import reason_words

Kind = TypeVar("Kind", bound=StrEnum)

#: What the page of the agreement says was done.
_WHAT = {
    CancelOffer.PAUSE: "paused",
    CancelOffer.SKIP: "skipped",
    CancelOffer.DISCOUNT: "discounted",
}
#: The value of the button that takes the offer.
_ACCEPT = "accept"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What the form says. `wanted`: the way that was pressed; None for what no button of ours sends.

    `terms`: what exactly was offered.
    """

    wanted: When | None
    reason: CancelReason | None
    comment: str
    offered: CancelOffer | None
    terms: str
    accepts: bool


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def cancel(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what it means; on the press offer what the merchant offers, once, else end it and show the agreement."""
    agreement = agreement_or_404(at, public_id)
    course = course_at(at, agreement) if agreement.is_ours else None
    asked = _read(request.POST)
    if request.method != "POST" or asked.wanted is None:
        return _page(request, at, agreement, course, asked)
    stay = stay_for(at, agreement, course, asked.reason)
    try:
        if stay and asked.offered is None:
            return _offer(request, at, agreement, course, asked, stay)
        if asked.accepts:
            return _accept(at, agreement, asked, stay)
        return _cancel(at, agreement, asked.wanted, _said(asked))
    except ChangeRefused as refused:
        return _page(request, at, agreement, course, asked, refusal=str(refused))


def _read(form: QueryDict) -> _Asked:
    def one_of(kind: type[Kind], name: str) -> Kind | None:
        text = form.get(name, "")
        return kind(text) if text in set(kind) else None

    return _Asked(
        wanted=next((when for when in WHENS if when == form.get("when")), None),
        reason=one_of(CancelReason, "reason"),
        comment=form.get("comment", "").strip()[:COMMENT_MAX],
        offered=one_of(CancelOffer, "offered"),
        terms=form.get("terms", ""),
        accepts=form.get("do") == _ACCEPT,
    )


def _said(asked: _Asked) -> Said:
    return Said(reason=asked.reason, comment=asked.comment, offered=asked.offered)


def _cancel(at: AtHand, agreement: Agreement, when: When, said: Said) -> HttpResponse:
    changed = cancel_agreement(
        **agreement_named(at, agreement.public_id),
        when=when,
        said=said,
        now=clock.wall_now(),
    )
    ends_at = changed.subscription.ends_at
    if when == "now" or ends_at is None:
        return to_agreement(agreement.public_id, "canceled", changed=changed)
    ends_on = clock.local_date(ends_at, zone=at.merchant.time_zone)
    return to_agreement(agreement.public_id, "cancel_scheduled", ends_on, changed=changed)


def _accept(at: AtHand, agreement: Agreement, asked: _Asked, stay: Stay | None) -> HttpResponse:
    """An offer that is gone by now, or is another one, changes nothing: the page shows how it stands.

    A second press would else skip the payment after the one on its button.
    """
    if stay is None or stay.terms != asked.terms or asked.wanted is None:
        return to_agreement(agreement.public_id)
    changed = accept(at, agreement, stay)
    keep_note(
        merchant_id=at.merchant.id,
        subscription_id=agreement.id,
        said=_said(asked),
        wanted=asked.wanted,
        answer=CancelNote.Answer.ACCEPTED,
        asked_by=AskedBy.CUSTOMER,
        now=clock.wall_now(),
    )
    return to_agreement(agreement.public_id, _WHAT[stay.offer], stay.day, changed=changed)


def _offer(
    request: HttpRequest,
    at: AtHand,
    agreement: Agreement,
    course: Course | None,
    asked: _Asked,
    stay: Stay,
) -> HttpResponse:
    ending = ending_of(at, agreement, course)
    way = next((one for one in ending.ways if one.when == asked.wanted), None)
    if way is None:
        return _page(request, at, agreement, course, asked)
    return show_page(
        request,
        "changes/stay.html",
        here="subscriptions",
        agreement=agreement,
        asked=asked,
        stay=stay,
        way=way,
        now=at.now,
    )


def _page(
    request: HttpRequest,
    at: AtHand,
    agreement: Agreement,
    course: Course | None,
    asked: _Asked,
    *,
    refusal: str = "",
) -> HttpResponse:
    ending = ending_of(at, agreement, course)
    return show_page(
        request,
        "changes/cancel.html",
        status=409 if refusal else 200,
        here="subscriptions",
        agreement=agreement,
        ending=ending,
        is_allowed=is_allowed(at, agreement),
        asked=asked,
        reasons=reason_words(),
        comment_max=COMMENT_MAX,
        refusal=refusal,
        now=at.now,
    )
