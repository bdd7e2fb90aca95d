"""The charge run: what is due is charged, once, on its day, and the agreement follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.models import Connection
from tests.billing.charging.scene import collecting
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_charged_before_its_day(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start(first_day=scene.today() + timedelta(days=1))

    scene.run()

    assert scene.moved() == []
    assert scene.states() == ["scheduled"]


def test_on_its_day_it_is_charged_once_and_the_next_one_is_there(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()

    scene.run()
    scene.run()

    assert scene.moved() == scene.charged() != []
    assert scene.states() == ["paid", "scheduled"]
    agreement = scene.agreement()
    assert (agreement.state, agreement.payments_made, agreement.paid_minor) == ("active", 1, 3000)
    assert agreement.next_payment_at == scene.payments()[1].due_at


def test_a_plan_is_paid_to_its_end_and_comes_to_its_price_and_fee(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start_plan(
        price=100_00,
        count=3,
        deposit=Money(10_00, "EUR"),
        deposit_day=scene.today(),
        first_day=scene.today() + timedelta(days=30),
        fee=Money(1_00, "EUR"),
    )

    for _ in range(5):
        scene.pass_days(31)

    assert scene.states() == ["paid"] * 4
    assert [payment.amount_minor for payment in scene.payments()] == [1000, 3034, 3033, 3033]
    assert scene.moved_minor() == 101_00
    agreement = scene.agreement()
    assert (agreement.state, agreement.paid_minor) == ("completed", 101_00)
    assert agreement.next_payment_at is None


def test_a_declined_payment_is_overdue_and_the_next_one_is_charged_all_the_same(simulator: Simulator) -> None:
    scene = collecting(simulator, card="insufficient_funds")
    scene.start()
    scene.run()

    assert scene.states() == ["failed", "scheduled"]
    assert scene.agreement().state == "past_due"

    good = scene.save_card("good")
    attempt = scene.press(good, payment=scene.payments()[0])
    assert attempt.state == Attempt.State.SUCCEEDED
    assert scene.agreement().state == "active"


def test_without_a_method_on_file_nothing_is_asked_and_the_customer_is_told(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    [method] = scene.account.api(f"/customers/{scene.customer}/methods")["rows"]
    scene.account.api(f"/methods/{method['id']}/remove", key="gone")
    scene.take_over()

    scene.run()

    assert scene.moved() == []
    [attempt] = scene.attempts()
    assert (attempt.state, attempt.decline_reason) == ("declined", "method_gone")
    assert scene.states() == ["failed", "scheduled"]


def test_an_answer_that_is_lost_is_looked_up_and_nothing_is_charged_twice(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.account.fault("lost_after", operation="charge.confirm")
    scene.run()
    assert scene.states() == ["processing", "scheduled"]
    assert len(scene.moved()) == 1

    scene.look_up()

    assert scene.states() == ["paid", "scheduled"]
    assert scene.moved() == scene.charged()


def test_a_company_that_is_silent_before_money_was_asked_for_is_asked_again(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.account.fault("lost_before", operation="charge.prepare")
    scene.run()
    assert scene.moved() == []
    assert scene.states()[0] == "due"
    assert [attempt.state for attempt in scene.attempts()] == ["abandoned"]

    scene.hurry()

    assert scene.states() == ["paid", "scheduled"]
    assert len(scene.moved()) == 1


def test_what_is_asked_for_early_and_declined_is_charged_on_its_day(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start(first_day=scene.today() + timedelta(days=3))
    declining = scene.save_card("insufficient_funds")

    attempt = scene.press(declining, payment=scene.payments()[0])

    assert attempt.state == Attempt.State.DECLINED
    assert scene.states() == ["scheduled"]
    assert scene.agreement().state == "active"
    scene.pass_days(4)
    assert scene.states() == ["paid", "scheduled"]


def test_what_is_paid_early_is_not_charged_again_on_its_day(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start(first_day=scene.today() + timedelta(days=3))

    scene.press(payment=scene.payments()[0])
    scene.pass_days(4)

    assert len(scene.moved()) == 1
    assert scene.states() == ["paid", "scheduled"]


def test_a_bank_that_wants_the_customer_declines_what_is_charged_without(simulator: Simulator) -> None:
    scene = collecting(simulator, card="secure_when_charged")
    scene.start()

    scene.run()

    [attempt] = scene.attempts()
    assert (attempt.state, attempt.decline_reason) == ("declined", "authentication_failed")
    assert scene.states() == ["failed", "scheduled"]


def test_a_refund_at_the_company_is_kept_with_the_payment(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.run()
    heard = len(scene.webhooks())
    [charge] = scene.moved()

    scene.account.api("/refunds", key="back", charge=charge, amount_minor=1000, tag="")
    scene.hear(after=heard)

    assert scene.payments()[0].refunded_minor == 1000
    assert Payment.objects.filter(merchant_id=scene.merchant.id).count() == 2


def test_a_charge_whose_row_was_lost_is_found_again_by_its_mark(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    payment = scene.payments()[0]
    scene.press(payment=payment)
    scene.forget_attempts(payment)
    assert scene.states()[0] == "scheduled"

    scene.take_over()

    assert scene.states()[0] == "paid"
    assert scene.charged() == scene.moved()
    assert scene.agreement().paid_minor == 3000


def test_what_is_owed_at_a_connection_that_was_closed_is_charged_when_it_is_opened_again(
    simulator: Simulator,
) -> None:
    scene = collecting(simulator)
    scene.start()
    Connection.objects.filter(id=scene.connection.id).update(removed_at=clock.wall_now())
    scene.run_once()
    assert scene.moved() == []

    Connection.objects.filter(id=scene.connection.id).update(removed_at=None)
    DueCharge.objects.filter(due_at__isnull=False, payment__position=1).update(due_at=clock.wall_now())
    scene.run()

    assert scene.states() == ["paid", "scheduled"]
