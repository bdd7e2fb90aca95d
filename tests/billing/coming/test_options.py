"""A page shows the buttons that would not be refused, and no other."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.changes.change import agreement_of
from paydesk.billing.arrangements.changes.move_payment import Window
from paydesk.billing.arrangements.changes.options import Options, options_of
from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.models import Connection
from tests.billing.arrangements.studio import customer_of
from tests.billing.coming.desk import Desk, at_desk, let_policies
from tests.connected import Connected, connected
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada's next payment is due in ten days, and then each month."""
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10))
    return desk


def offered(scene: Connected, *, asked_by: AskedBy = AskedBy.CUSTOMER) -> Options:
    shop = scene.shop() if isinstance(scene, Desk) else scene.merchant
    agreement = agreement_of(
        merchant=shop,
        customer_id=customer_of(scene),
        public_id=Subscription.objects.get(merchant_id=shop.id).public_id,
    )
    return options_of(
        merchant=shop,
        customer_id=customer_of(scene),
        subscription_public_id=agreement.public_id,
        asked_by=asked_by,
    )


def test_what_runs_can_be_changed_in_every_way(desk: Desk) -> None:
    payment = desk.next_payment()
    assert offered(desk) == Options(
        moves={payment.public_id: Window(first=desk.in_days(1), last=desk.in_days(24))},
        skip=payment.public_id,
        pause=Window(first=desk.in_days(1), last=desk.in_days(90)),
        can_cancel_now=True,
        can_cancel_at_end=True,
    )


def test_both_ends_of_the_window_may_be_chosen(desk: Desk) -> None:
    [window] = offered(desk).moves.values()
    for day in (window.first, window.last):
        assert desk.press_for("move", to=day).is_news


def test_what_the_merchant_does_not_want_is_not_there(desk: Desk) -> None:
    let_policies(desk, move_days=0, skip_in_a_row=0, pause_days=0)
    assert offered(desk) == Options(can_cancel_now=True, can_cancel_at_end=True)


def test_what_is_skipped_can_be_taken_back(desk: Desk) -> None:
    skipped = desk.next_payment()
    desk.press_for("skip")
    found = offered(desk)
    assert (found.skip, found.unskip) == (None, skipped.public_id)


def test_what_pauses_goes_on_or_ends(desk: Desk) -> None:
    desk.press_for("pause", until=desk.in_days(30))
    assert offered(desk) == Options(can_resume=True, can_cancel_now=True)


def test_what_is_about_to_end_ends_or_does_not(desk: Desk) -> None:
    desk.press_for("cancel", when="at_end")
    assert offered(desk) == Options(can_cancel_now=True, can_undo_cancel=True)


def test_a_plan_is_not_skipped_and_cancelled_by_staff_alone(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(count=3, first_day=desk.in_days(10))
    found = offered(desk)
    assert (len(found.moves), found.skip, found.pause is None) == (3, None, False)
    assert (found.can_cancel_now, found.can_cancel_at_end) == (False, False)
    assert offered(desk, asked_by=AskedBy.STAFF).can_cancel_now


def test_what_has_ended_or_lost_its_company_is_left_alone(desk: Desk) -> None:
    Connection.objects.filter(merchant_id=desk.merchant.id).update(removed_at=desk.merchant.business_now())
    assert offered(desk) == Options()
    Connection.objects.filter(merchant_id=desk.merchant.id).update(removed_at=None)
    desk.press_for("cancel", when="now")
    assert offered(desk) == Options()


def test_where_a_company_collects_its_word_counts(simulator: Simulator) -> None:
    scene = connected(simulator, card="good")
    scene.account.subscription(scene.customer, name="Studio")
    scene.take_over()
    found = offered(scene)
    assert (found.pause is not None, found.can_cancel_now, found.can_cancel_at_end) == (True, True, True)
    assert (found.moves, found.skip, found.can_resume, found.can_undo_cancel) == ({}, None, False, False)

    Subscription.objects.filter(merchant_id=scene.merchant.id).update(capabilities=[])
    assert offered(scene) == Options()
