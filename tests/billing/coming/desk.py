"""A customer at the desk: what she presses, what a preview says before, and what is so afterwards."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from paydesk.billing.arrangements.changes import (
    cancel_agreement,
    discount_agreement,
    move_payment,
    pause_agreement,
    resume_agreement,
    skip_payment,
    undo_cancel,
)
from paydesk.billing.arrangements.changes.change import Changed
from paydesk.billing.arrangements.changes.preview import A_YEAR, Preview
from paydesk.billing.arrangements.coming.upcoming import Upcoming, upcoming
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Merchant
from tests.billing.charging.scene import Collecting, collecting
from tests.connected import work_off
from tests.simulator import Simulator

_VERBS: dict[str, Any] = {
    "move": (move_payment.preview_move, move_payment.move_payment),
    "skip": (skip_payment.preview_skip, skip_payment.skip_payment),
    "unskip": (skip_payment.preview_unskip, skip_payment.unskip_payment),
    "pause": (pause_agreement.preview_pause, pause_agreement.pause_agreement),
    "resume": (resume_agreement.preview_resume, resume_agreement.resume_agreement),
    "cancel": (cancel_agreement.preview_cancel, cancel_agreement.cancel_agreement),
    "discount": (discount_agreement.preview_discount, discount_agreement.discount_agreement),
    "undo": (undo_cancel.preview_undo_cancel, undo_cancel.undo_cancel),
}
_OF_PAYMENT = {"move", "skip", "unskip"}


@dataclass(frozen=True, kw_only=True)
class Desk(Collecting):
    """The scene of a merchant that collects by itself, with one agreement at least."""

    def shop(self) -> MerchantInSight:
        """Give the merchant with its clock as it goes now."""
        return merchant_by_id(self.merchant.id)

    def press_for(self, what: str, payment: Payment | None = None, **given: Any) -> Changed:
        """Press a button."""
        changed: Changed = _VERBS[what][1](**self._about(what, payment), **given, now=clock.wall_now())
        return changed

    def press_for_named(self, name: str, what: str, **given: Any) -> Changed:
        """Press a button of one of several agreements."""
        agreement = Subscription.objects.get(merchant_id=self.merchant.id, name=name)
        about = {
            "merchant": self.shop(),
            "customer_id": agreement.customer_id,
            "subscription_public_id": agreement.public_id,
        }
        changed: Changed = _VERBS[what][1](**about, **given, now=clock.wall_now())
        return changed

    def look_at(self, what: str, payment: Payment | None = None, **given: Any) -> Preview:
        """Open the page with that button."""
        preview: Preview = _VERBS[what][0](**self._about(what, payment), **given)
        return preview

    def coming(self) -> list[Upcoming]:
        """List what is to come in the next twelve months."""
        shop = self.shop()
        now = shop.business_now()
        return upcoming(
            merchant=shop,
            customer_id=self.agreement().customer_id or 0,
            now=now,
            until=clock.local_date(now + A_YEAR, zone=shop.time_zone),
        )

    def days(self) -> list[date]:
        """List its days."""
        return [one.day for one in self.coming()]

    def in_days(self, count: int) -> date:
        return self.today() + timedelta(days=count)

    def next_payment(self) -> Payment:
        """Give the first that is still to be charged."""
        mine = Payment.objects.filter(merchant_id=self.merchant.id, state="scheduled")
        return mine.order_by("due_date", "position")[0]

    def actions(self) -> list[tuple[str, str]]:
        """List what was set, and what became of it."""
        mine = ScheduledAction.objects.filter(merchant_id=self.merchant.id).order_by("id")
        return list(mine.values_list("kind", "state"))

    def told(self) -> list[str]:
        """List what others were told of the agreement."""
        events = Event.objects.filter(merchant_id=self.merchant.id, name="subscription.changed")
        return [event.subject["what"] for event in events.order_by("id")]

    def run(self) -> None:
        """Let the worker do what is due, until nothing is."""
        for _ in range(2):
            work_off("events")
            work_off("actions")
            super().run()

    def _about(self, what: str, payment: Payment | None) -> dict[str, Any]:
        mine = {"merchant": self.shop(), "customer_id": self.agreement().customer_id}
        if what in _OF_PAYMENT:
            return mine | {"payment_public_id": (payment or self.next_payment()).public_id}
        return mine | {"subscription_public_id": self.agreement().public_id}


def at_desk(simulator: Simulator, *, card: str = "good", slug: str = "clay") -> Desk:
    """Connect the merchant to a vault of the simulated company."""
    found = collecting(simulator, card=card, slug=slug)
    return Desk(**{field.name: getattr(found, field.name) for field in fields(Collecting)})


def without_rows(found: list[Upcoming] | Any) -> list[Upcoming]:
    """Leave out which of them are rows by now: a preview cannot know their ids."""
    return [replace(one, payment_public_id=None) for one in found]


def let_policies(desk: Desk, **policies: int | bool | str) -> None:
    """Let the merchant decide what its customers may do."""
    Merchant.objects.filter(id=desk.merchant.id).update(policies=policies)


def agreement_state(desk: Desk) -> str:
    return Subscription.objects.get(merchant_id=desk.merchant.id).state
