"""Say what is offered once before an end: what the merchant chose for the reason, if it can be done now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from paydesk.billing.arrangements.changes import skip_payment
from paydesk.billing.arrangements.changes.change import Changed
from paydesk.billing.arrangements.changes.discount_agreement import discount_agreement, preview_discount
from paydesk.billing.arrangements.changes.pause_agreement import longest, pause_agreement, preview_pause
from paydesk.billing.arrangements.coming.course import RUNNING, Course, next_to_come
from paydesk.billing.arrangements.coming.upcoming import Upcoming
from paydesk.kit import clock
from paydesk.merchants.canceling import CancelOffer, CancelReason, read_offers
from paydesk.portal.changes.asked import agreement_named
from paydesk.portal.changes.course import today_at
from paydesk.portal.door import AtHand
from paydesk.portal.reads.agreements import Agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """What is offered: the day until which it pauses, which is skipped, or from which it costs less.

    `then`: what is charged next, if it is taken; `after`: what comes when a discount is over.
    """

    offer: CancelOffer
    day: date
    then: Upcoming | None
    payment_public_id: str = ""
    after: Upcoming | None = None

    @property
    def terms(self) -> str:
        """Name what stands on the button, for the form: what is offered by then may be another payment or day."""
        said = [self.offer.value, self.payment_public_id, self.day.isoformat()]
        if self.offer == CancelOffer.DISCOUNT and self.then is not None:
            said += [str(self.then.amount_minor), self.then.currency]
        return " ".join(said)


def stay_for(
    at: AtHand, agreement: Agreement, course: Course | None, reason: CancelReason | None
) -> Stay | None:
    """Give the one offer, or None: the merchant has none for this reason, or it cannot be done."""
    offer = read_offers(at.merchant.policies.cancel_offers).get(reason) if reason else None
    if offer is None or agreement.is_ending:
        return None
    return _OFFERS[offer](at, agreement, course)


def accept(at: AtHand, agreement: Agreement, stay: Stay) -> Changed:
    """Do it; raises a ChangeRefused."""
    if stay.offer == CancelOffer.SKIP:
        changed = skip_payment.skip_payment(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            payment_public_id=stay.payment_public_id,
            now=clock.wall_now(),
        )
    elif stay.offer == CancelOffer.DISCOUNT:
        changed = discount_agreement(**agreement_named(at, agreement.public_id), now=clock.wall_now())
    else:
        changed = pause_agreement(
            **agreement_named(at, agreement.public_id), until=stay.day, now=clock.wall_now()
        )
    return changed


def _pause(at: AtHand, agreement: Agreement, course: Course | None) -> Stay | None:
    if course is None and agreement.state not in RUNNING:
        return None
    until = longest(at.merchant.policies, today_at(at))
    preview = preview_pause(**agreement_named(at, agreement.public_id), until=until)
    return None if preview.refusal else Stay(offer=CancelOffer.PAUSE, day=until, then=_next(preview.after))


def _skip(at: AtHand, agreement: Agreement, course: Course | None) -> Stay | None:
    coming = next_to_come(course) if course is not None else None
    if coming is None or coming.public_id is None:
        return None
    preview = skip_payment.preview_skip(
        merchant=at.merchant, customer_id=at.customer.customer_id, payment_public_id=coming.public_id
    )
    if preview.refusal:
        return None
    return Stay(
        offer=CancelOffer.SKIP,
        day=coming.day,
        then=_next(preview.after),
        payment_public_id=coming.public_id,
    )


def _discount(at: AtHand, agreement: Agreement, course: Course | None) -> Stay | None:
    if course is None and agreement.state not in RUNNING:
        return None
    preview = preview_discount(**agreement_named(at, agreement.public_id))
    coming = [one for one in preview.after if not one.is_overdue]
    if preview.refusal or not coming:
        return None
    less = at.merchant.policies.discount_payments
    return Stay(
        offer=CancelOffer.DISCOUNT,
        day=coming[0].day,
        then=coming[0],
        after=coming[less] if len(coming) > less else None,
    )


def _next(found: Sequence[Upcoming]) -> Upcoming | None:
    return next((one for one in found if not one.is_overdue), None)


_OFFERS = {CancelOffer.PAUSE: _pause, CancelOffer.SKIP: _skip, CancelOffer.DISCOUNT: _discount}
