"""A company that says yes while the next charge is prepared and not sent yet: that one is not sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.refused import RetryRefused
from paydesk.gateways.records import Outcome
from paydesk.kit import faults
from paydesk.kit.money import Money
from tests.billing.together.desk import Desk, desk
from tests.billing.together.late import LATE, pay_in_vain, press_in_vain, say
from tests.connected import grow_old
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def _late_before_it_is_sent(
    ada: Desk, late: Attempt, ask: Callable[[], object], *, outcome: Outcome = LATE
) -> None:
    """Let an earlier charge be said to be made when the next one is prepared, and not sent yet."""

    def speak() -> None:
        faults.disarm()
        say(ada, late, outcome)

    faults.arm("F06", speak)
    try:
        with pytest.raises(RetryRefused):
            ask()
    finally:
        faults.disarm()
    grow_old(ada, timedelta(minutes=5))
    ada.look_up()
    assert ada.moved() == []
    tried = Attempt.objects.filter(merchant_id=ada.merchant.id).order_by("id")
    assert [one.state for one in tried] == ["succeeded", "abandoned"]
    # What was prepared is known by its name, so that it can be called off.
    assert all(one.prepared_reference for one in tried)
    assert ada.broken() == []


def test_what_is_asked_for_once_more_is_not_sent_after_a_late_yes(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    first = ada.of(plan)[0]
    late = press_in_vain(ada, first)

    _late_before_it_is_sent(ada, late, lambda: ada.press(payment=first))

    assert ada.of(plan)[0].state == "paid"


def test_what_is_asked_for_once_more_is_not_sent_after_a_late_part(simulator: Simulator) -> None:
    ada = desk(simulator)
    first = ada.of(ada.plan())[0]
    late = press_in_vain(ada, first)
    part = replace(LATE, amount=Money(1000, "EUR"))

    _late_before_it_is_sent(ada, late, lambda: ada.press(payment=first), outcome=part)

    assert (ada.payments()[0].state, ada.payments()[0].owed_minor) == ("scheduled", 1600)


@pytest.mark.parametrize("taken", [2600, 1000], ids=["whole", "part"])
def test_what_is_paid_together_is_not_sent_after_a_late_yes_to_one_of_it(
    simulator: Simulator, taken: int
) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    late = press_in_vain(ada, ada.of(plan)[0])

    outcome = replace(LATE, amount=Money(taken, "EUR"))
    _late_before_it_is_sent(ada, late, lambda: ada.pay(ada.quote_off(plan)), outcome=outcome)

    first = "paid" if taken == 2600 else "scheduled"
    assert [one.state for one in ada.of(plan)] == [first, "scheduled", "scheduled", "scheduled"]
    assert [one.state for one in ada.covers()] == ["canceled"]


def test_what_is_paid_together_once_more_is_not_sent_after_a_late_yes(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    late = pay_in_vain(ada, ada.quote(*ada.of(plan)[:2]))

    _late_before_it_is_sent(ada, late, lambda: ada.pay(ada.quote_off(plan)))

    assert [one.state for one in ada.covers()] == ["paid", "canceled"]
    assert [one.state for one in ada.of(plan)] == ["covered"] * 2 + ["scheduled"] * 2
