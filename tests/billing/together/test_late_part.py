"""A company that took a part, and says so late: the rest is owed once, whoever else pays some of it meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.gateways.records import Outcome
from paydesk.kit import clock
from paydesk.kit.money import Money
from tests.billing.together.desk import Desk, desk
from tests.billing.together.late import (
    LATE,
    NEVER,
    NO,
    PART,
    SECOND,
    contradicted,
    no_word,
    pay_in_vain,
    press_in_vain,
    say,
)
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def receipt_of(ada: Desk, payment: Payment) -> dict[str, Any]:
    """Ask for its receipt."""
    issued = issue_receipt(merchant=ada.merchant, payment_id=payment.id, now=clock.wall_now())
    return dict(issued.receipt.snapshot)


def test_a_late_part_leaves_the_rest_to_be_paid_together(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    attempt = pay_in_vain(ada, ada.quote_off(plan))

    say(ada, attempt, PART)

    [cover] = ada.covers()
    assert (cover.state, cover.paid_minor, cover.owed_minor, cover.waived_minor) == ("due", 4000, 6000, 400)
    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    assert contradicted(ada) == [cover.public_id]
    assert ada.broken() == []
    ada.pass_days(200)
    assert ada.moved() == []
    ada.press(payment=cover)
    assert ada.moved_minor() == 6000
    assert (ada.stands(plan).state, ada.stands(plan).paid_minor) == ("completed", 10000)
    assert ada.broken() == []


def test_a_late_part_holds_what_is_on_its_way_by_itself_too(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    attempt = pay_in_vain(ada, ada.quote_off(plan))
    ada.press(payment=ada.of(plan)[0])
    no_word(ada)
    second = ada.press(payment=ada.of(plan)[1])

    say(ada, attempt, PART)
    with pytest.raises(RetryRefused, match="already on its way"):
        ada.press(payment=ada.covers()[0])
    say(ada, second, NO)

    [cover] = ada.covers()
    # Three of EUR 26.00, less their share of the fee.
    assert (cover.state, cover.owed_minor, cover.waived_minor) == ("due", 3500, 300)
    assert [one.state for one in ada.of(plan)] == ["paid", "covered", "covered", "covered"]
    ada.pass_days(200)
    assert ada.moved_minor() == 2600
    ada.press(payment=cover)
    assert ada.moved_minor() == 2600 + 3500
    [cover] = ada.covers()
    assert (cover.state, cover.amount_minor, cover.paid_minor) == ("paid", 7500, 7500)
    assert receipt_of(ada, cover)["amount_minor"] == 7500
    assert [one["amount_minor"] for one in receipt_of(ada, cover)["paid_with"]] == [4000, 3500]
    assert ada.stands(plan).paid_minor == 2600 + 7500
    assert ada.broken() == []


@pytest.mark.parametrize("then", [NO, NEVER, SECOND], ids=["declined", "never seen", "made"])
def test_a_late_part_takes_over_until_the_other_is_made(simulator: Simulator, then: Outcome) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    first = pay_in_vain(ada, ada.quote_off(plan))
    no_word(ada)
    second = ada.pay(ada.quote(*ada.of(plan)))

    say(ada, first, PART)
    with pytest.raises(RetryRefused, match="already on its way"):
        ada.press(payment=ada.covers()[0])
    say(ada, second, then)

    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    is_made = then is SECOND
    assert [one.state for one in ada.covers()] == (["canceled", "paid"] if is_made else ["due", "canceled"])
    assert ada.covers()[0].owed_minor == (0 if is_made else 6000)
    assert ada.broken() == []
    ada.pass_days(200)
    assert ada.moved() == []


def test_the_rest_is_less_when_one_of_it_was_made_by_itself(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    alone = press_in_vain(ada, ada.of(plan)[0])
    together = pay_in_vain(ada, ada.quote_off(plan))
    say(ada, together, PART)
    say(ada, alone, LATE)

    ada.press(payment=ada.covers()[0])

    assert ada.moved_minor() == 3500
    assert [one.state for one in ada.of(plan)] == ["paid", "covered", "covered", "covered"]
    assert [one.state for one in ada.covers()] == ["paid"]
    assert (ada.stands(plan).payments_made, ada.stands(plan).state) == (4, "completed")
    assert ada.broken() == []


def test_when_all_of_it_was_made_by_itself_no_rest_is_asked_for(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan(count=2)
    alone = press_in_vain(ada, ada.of(plan)[0])
    together = pay_in_vain(ada, ada.quote_off(plan))
    say(ada, together, replace(PART, amount=Money(6000, "EUR")))
    say(ada, alone, LATE)

    with pytest.raises(RetryRefused):
        ada.press(payment=ada.covers()[0])

    assert ada.moved() == []
    assert [one.state for one in ada.covers()] == ["paid"]
    assert [one.state for one in ada.of(plan)] == ["paid", "covered"]
    assert ada.stands(plan).state == "completed"
    assert ada.broken() == []


def test_a_late_part_that_is_all_that_is_left_pays_it(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    attempt = pay_in_vain(ada, ada.quote_off(plan))
    for one in ada.of(plan)[:3]:
        ada.press(payment=one)

    say(ada, attempt, PART)

    assert [one.state for one in ada.covers()] == ["paid"]
    assert [one.state for one in ada.of(plan)] == ["paid"] * 3 + ["covered"]
    assert ada.stands(plan).state == "completed"
    assert contradicted(ada) == [ada.covers()[0].public_id]


def test_a_late_part_of_what_is_paid_otherwise_is_for_a_person(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    attempt = pay_in_vain(ada, ada.quote(*ada.of(plan)[:2]))
    ada.pay(ada.quote_off(plan))

    say(ada, attempt, PART)

    assert [one.state for one in ada.covers()] == ["canceled", "paid"]
    assert [one.paid_minor for one in ada.covers()] == [4000, 10000]
    assert contradicted(ada) == [ada.covers()[0].public_id]
    assert ada.stands(plan).paid_minor == 10000


def test_what_was_taken_in_part_does_not_come_back_into_the_run(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    alone = press_in_vain(ada, ada.of(plan)[0])
    no_word(ada)
    together = ada.pay(ada.quote_off(plan))
    say(ada, alone, replace(LATE, amount=Money(1000, "EUR")))

    say(ada, together, NO)

    first = ada.of(plan)[0]
    assert (first.state, first.owed_minor) == ("scheduled", 1600)
    ada.pass_days(4)
    assert ada.moved() == []


def test_what_was_taken_in_part_stays_held_when_the_rest_is_declined(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    no_word(ada)
    attempt = ada.pay(ada.quote_off(plan))
    say(ada, attempt, PART)
    [cover] = ada.covers()
    assert (cover.state, cover.owed_minor, cover.paid_minor) == ("due", 6000, 4000)

    rest = ada.press(ada.save_card("insufficient_funds"), payment=cover)

    assert rest.state == Attempt.State.DECLINED
    assert [one.state for one in ada.covers()] == ["failed"]
    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    ada.pass_days(200)
    assert ada.moved() == []
    ada.press(ada.save_card("good"), payment=cover)
    assert ada.moved_minor() == 6000
    assert ada.stands(plan).paid_minor == 10000
