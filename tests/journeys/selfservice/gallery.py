"""A customer for whom every page of cancelling has something to say: long names, large amounts, each state."""

from __future__ import annotations

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.policies import set_policies
from tests import builders
from tests.journeys.portal.gallery import LONG, LONG_TITLE, Shown
from tests.portal.desk.plans import agreement, payments_of, plan, put, vault


def canceling(shop: MerchantInSight) -> Shown:
    """What can end, what ends soon, what has ended, what a company cannot end, and what is not allowed to."""
    set_policies(merchant_id=shop.id, given={"cancel_plan": "at_end"})
    who, account = builders.customer(shop, LONG), vault(shop)
    builders.method(who, account, is_default=True)
    yen = plan(who, account, 12_345_678 * 6, 6, currency="JPY", name=LONG_TITLE)
    kiln = agreement(who, account, Money(3000, "EUR"), name="Kiln sharing")
    _paid_before(kiln)
    club = agreement(who, account, Money(1234, "KWD"), name="Tasting evenings")
    ending = agreement(who, account, Money(900, "EUR"), name="Glaze library")
    ended = agreement(who, account, Money(900, "EUR"), name="Wheel hours")
    halved = plan(who, account, 60000, 6, name="Espresso machine")
    for one in (ending, halved):
        cancel(one, "at_end")
    cancel(ended, "now")
    theirs = builders.subscription(builders.order(who, builders.connection(shop)), capabilities=[])
    mine = [yen, kiln, club, ending, ended, halved, theirs]
    return Shown(
        who=who,
        paths=[
            "/subscriptions",
            *(f"/subscriptions/{one.public_id}" for one in mine),
            *(f"/subscriptions/{one.public_id}/cancel" for one in mine),
            f"/subscriptions/{ending.public_id}/keep",
            f"/subscriptions/{halved.public_id}/keep",
        ],
    )


def not_allowed(shop: MerchantInSight) -> Shown:
    """The merchant ends things for its customers."""
    set_policies(merchant_id=shop.id, given={"cancel_plan": "off", "cancel_subscription": "off"})
    who, account = builders.customer(shop), vault(shop)
    mine = plan(who, account)
    return Shown(
        who=who, paths=[f"/subscriptions/{mine.public_id}", f"/subscriptions/{mine.public_id}/cancel"]
    )


def cancel(of: Subscription, when: str) -> None:
    """Let it end."""
    cancel_agreement(
        merchant=merchant_by_id(of.merchant_id),
        customer_id=of.customer_id or 0,
        subscription_public_id=of.public_id,
        when="now" if when == "now" else "at_end",
        now=clock.wall_now(),
    )


def _paid_before(of: Subscription) -> None:
    """One payment was made, and one before it is overdue."""
    [coming] = payments_of(of)
    put(coming, position=3)
    for position, state, owed in ((1, "failed", 3000), (2, "paid", 0)):
        due_at = builders.days(10 - 30 * (3 - position))
        builders.payment(
            of.order,
            3000,
            state=state,
            owed_minor=owed,
            subscription_id=of.id,
            collected_by="paydesk",
            position=position,
            due_at=due_at,
            due_date=due_at.date(),
            planned_date=due_at.date(),
        )
    Subscription.objects.filter(merchant_id=of.merchant_id, id=of.id).update(
        payments_made=1, state="past_due"
    )
