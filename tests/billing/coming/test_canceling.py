"""What is cancelled is never charged again; what is overdue stays owed, and an end that is set can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.arrangements.changes.cancel_agreement import CancelRefused
from paydesk.billing.arrangements.changes.skip_payment import SkipRefused
from paydesk.billing.arrangements.changes.undo_cancel import UndoRefused
from paydesk.billing.arrangements.models import AskedBy, Quote, ScheduledAction
from paydesk.billing.arrangements.quotes import QuoteRefused, next_payments, quote_several
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from paydesk.merchants.move_clock import move_clock
from tests.billing.coming.desk import Desk, agreement_state, at_desk
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada's next payment is due in ten days, and then each month."""
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10))
    return desk


def test_a_plan_that_is_cancelled_is_not_owed_any_more(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(count=3, first_day=desk.in_days(10))

    assert desk.press_for("cancel", when="now", asked_by=AskedBy.STAFF).is_news
    assert desk.states() == ["canceled"] * 3
    assert desk.coming() == []


def test_cancelled_at_once_nothing_is_charged_any_more(desk: Desk) -> None:
    assert desk.press_for("cancel", when="now").is_news
    assert not desk.press_for("cancel", when="now").is_news

    agreement = desk.agreement()
    assert (agreement.state, agreement.ended_at is not None) == ("canceled", True)
    assert agreement.next_payment_at is None
    assert desk.states() == ["canceled"]
    desk.pass_days(60)
    assert (desk.moved(), desk.states(), desk.told()) == ([], ["canceled"], ["canceled"])


def test_what_is_overdue_stays_owed_and_is_no_longer_charged_by_itself(simulator: Simulator) -> None:
    desk = at_desk(simulator, card="insufficient_funds")
    desk.start()
    desk.run()

    desk.press_for("cancel", when="now")
    desk.pass_days(40)

    assert desk.states() == ["failed", "canceled"]
    assert [one.is_overdue for one in desk.coming()] == [True]
    assert desk.press(desk.save_card("good"), payment=desk.payments()[0]).state == Attempt.State.SUCCEEDED
    assert agreement_state(desk) == "canceled"


def test_an_end_that_is_set_comes_when_the_next_payment_would_be_due(desk: Desk) -> None:
    payment = desk.next_payment()

    assert desk.press_for("cancel", when="at_end").is_news
    assert not desk.press_for("cancel", when="at_end").is_news

    agreement = desk.agreement()
    assert (agreement.state, agreement.cancels_at) == ("active", payment.due_at)
    assert agreement.next_payment_at is None
    assert desk.coming() == []
    with pytest.raises(RetryRefused, match="not open any more"):
        desk.press(payment=payment)
    with pytest.raises(SkipRefused):
        desk.press_for("skip", payment)
    desk.pass_days(60)
    agreement = desk.agreement()
    assert (agreement.state, agreement.ended_at) == ("canceled", payment.due_at)
    assert (desk.moved(), desk.states()) == ([], ["canceled"])
    assert desk.actions() == [("cancel", "done")]
    assert desk.told() == ["cancel_scheduled", "canceled"]


def test_an_end_whose_day_went_by_while_no_worker_was_there_is_when_it_was_asked_for(desk: Desk) -> None:
    move_clock(merchant_id=desk.merchant.id, by=timedelta(days=15), now=clock.wall_now())
    asked_at = desk.shop().business_now()

    desk.press_for("cancel", when="at_end")
    desk.run()

    agreement = desk.agreement()
    assert agreement.ended_at is not None
    assert agreement.ended_at >= asked_at
    assert (agreement.state, desk.moved()) == ("canceled", [])


def test_what_ends_is_not_paid_ahead_with_others(desk: Desk) -> None:
    payments = next_payments(
        merchant=desk.shop(),
        customer_id=desk.agreement().customer_id or 0,
        subscription_public_id=desk.agreement().public_id,
        count=2,
        now=clock.wall_now(),
    )
    quote = _quote(desk, payments)
    desk.press_for("cancel", when="at_end")

    with pytest.raises(QuoteRefused, match="not open any more"):
        _quote(desk, payments)
    with pytest.raises(QuoteRefused, match="changed meanwhile"):
        desk.pay(quote)
    desk.pass_days(70)
    assert (desk.states(), desk.moved()) == (["canceled", "canceled"], [])


def _quote(desk: Desk, payments: list[Payment]) -> Quote:
    return quote_several(
        merchant=desk.shop(),
        customer_id=desk.agreement().customer_id or 0,
        payment_public_ids=[one.public_id for one in payments],
        now=clock.wall_now(),
    )


def test_an_end_is_taken_back_and_all_is_as_before(desk: Desk) -> None:
    planned = desk.coming()
    desk.press_for("cancel", when="at_end")

    assert desk.press_for("undo").is_news
    assert not desk.press_for("undo").is_news

    assert desk.coming() == planned
    assert desk.actions() == [("cancel", "dropped")]
    desk.pass_days(11)
    assert (len(desk.moved()), agreement_state(desk)) == (1, "active")


def test_what_has_ended_does_not_come_back(desk: Desk) -> None:
    desk.press_for("cancel", when="at_end")
    desk.pass_days(10)
    with pytest.raises(UndoRefused, match="has ended"):
        desk.press_for("undo")


def test_an_end_that_is_set_can_be_made_to_come_at_once(desk: Desk) -> None:
    desk.press_for("cancel", when="at_end")
    assert desk.press_for("cancel", when="now").is_news
    assert (agreement_state(desk), desk.actions()) == ("canceled", [("cancel", "dropped")])


def test_what_pauses_is_cancelled_at_once_or_not_at_all(desk: Desk) -> None:
    desk.press_for("pause", until=desk.in_days(30))
    with pytest.raises(CancelRefused, match="It is paused"):
        desk.press_for("cancel", when="at_end")
    desk.press_for("cancel", when="now")
    assert (desk.states(), desk.actions()) == (["canceled"], [("resume", "dropped")])
    desk.pass_days(40)
    assert agreement_state(desk) == "canceled"


def test_a_charge_that_was_under_way_ends_as_it_ends_and_nothing_follows(desk: Desk) -> None:
    desk.account.fault("lost_after", operation="charge.confirm")
    desk.press(payment=desk.next_payment())
    assert desk.states() == ["processing"]

    desk.press_for("cancel", when="now")
    desk.look_up()

    assert (desk.states(), len(desk.moved())) == (["paid"], 1)
    desk.pass_days(60)
    assert (agreement_state(desk), len(desk.moved())) == ("canceled", 1)


def test_what_comes_back_from_an_early_try_is_given_up_with_the_rest(desk: Desk) -> None:
    declining = desk.save_card("insufficient_funds")
    desk.account.fault("lost_after", operation="charge.confirm")
    desk.press(declining, payment=desk.next_payment())

    desk.press_for("cancel", when="now")
    desk.look_up()

    assert desk.states() == ["canceled"]


def test_what_is_overdue_is_not_asked_for_after_an_end_that_nobody_wrote_down_yet(desk: Desk) -> None:
    desk.account.fault("lost_before", operation="charge.prepare", times=1)
    desk.pass_days(10)
    assert desk.states() == ["due", "scheduled"]
    desk.press_for("cancel", when="at_end")
    ScheduledAction.objects.filter(merchant_id=desk.merchant.id).update(due_at=None)

    desk.pass_days(40)
    desk.hurry()

    assert (desk.states(), desk.moved()) == (["due", "scheduled"], [])
    assert check_truths(desk.shop(), now=clock.wall_now()) == []
    desk.press_for("undo")
    desk.run()
    assert len(desk.moved()) >= 2
