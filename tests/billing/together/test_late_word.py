"""A company that says yes after it was believed to have said no: nothing is charged a second time by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paydesk.billing.payments.models import Payment
from paydesk.events.models import Event
from paydesk.gateways.records import Outcome
from tests.billing.together.desk import desk
from tests.billing.together.late import (
    LATE,
    NEVER,
    NO,
    SECOND,
    contradicted,
    no_word,
    pay_in_vain,
    press_in_vain,
    say,
)
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def told_of(payment: Payment) -> int:
    """Count how often it was told that a payment was made."""
    said = Event.objects.filter(merchant_id=payment.merchant_id, name="payment.succeeded")
    return said.filter(subject__payment=payment.public_id).count()


@pytest.mark.parametrize("no", [NEVER, NO], ids=["never seen", "declined"])
def test_what_was_given_up_and_paid_after_all_is_not_charged_again(simulator: Simulator, no: Outcome) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    no_word(ada)
    attempt = ada.pay(ada.quote_off(plan))
    say(ada, attempt, no)
    assert [one.state for one in ada.of(plan)] == ["scheduled"] * 4

    say(ada, attempt, LATE)
    say(ada, attempt, LATE)

    [cover] = ada.covers()
    assert cover.state == "paid"
    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    stands = ada.stands(plan)
    assert (stands.state, stands.paid_minor, stands.waived_minor) == ("completed", 10000, 400)
    assert contradicted(ada) == [cover.public_id]
    ada.pass_days(200)
    assert ada.moved() == []


def test_of_what_was_paid_by_itself_meanwhile_only_the_rest_is_taken_back(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    attempt = pay_in_vain(ada, ada.quote_off(plan))
    ada.press(payment=ada.of(plan)[0])

    say(ada, attempt, LATE)

    assert [one.state for one in ada.of(plan)] == ["paid", "covered", "covered", "covered"]
    stands = ada.stands(plan)
    assert (stands.payments_made, stands.state) == (4, "completed")
    assert (stands.paid_minor, stands.waived_minor) == (10100, 300)
    assert ada.covers()[0].waived_minor == 300


def test_what_was_cancelled_meanwhile_is_taken_back_too(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    attempt = pay_in_vain(ada, ada.quote(*ada.of(plan)[:2]))
    ada.cancel(plan)

    say(ada, attempt, LATE)

    assert [one.state for one in ada.of(plan)] == ["covered"] * 2 + ["canceled"] * 2
    assert (ada.stands(plan).state, ada.stands(plan).paid_minor) == ("canceled", 5200)
    assert contradicted(ada) == [ada.covers()[0].public_id]


@pytest.mark.parametrize("then", [NO, NEVER, SECOND], ids=["declined", "never seen", "made"])
def test_what_is_to_be_paid_together_once_more_meanwhile_is_taken_over(
    simulator: Simulator, then: Outcome
) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    first = pay_in_vain(ada, ada.quote(*ada.of(plan)[:2]))
    no_word(ada)
    second = ada.pay(ada.quote_off(plan))

    say(ada, first, LATE)
    assert ada.stands(plan).paid_minor == 5200
    say(ada, second, then)

    is_made = then is SECOND
    states = [one.state for one in ada.of(plan)]
    assert states == ["covered"] * 2 + (["covered"] if is_made else ["scheduled"]) * 2
    assert [one.state for one in ada.covers()] == ["paid", "paid" if is_made else "canceled"]
    stands = ada.stands(plan)
    # Of the fee no more is let off than the share of those that it pays.
    assert (stands.paid_minor, stands.waived_minor) == ((10200, 200) if is_made else (5200, 0))
    # Of the second a person is told when it was made as well, and not before.
    assert contradicted(ada) == [one.public_id for one in ada.covers()[: 2 if is_made else 1]]
    assert ada.broken() == []
    ada.pass_days(200)
    # What was paid is not charged by itself; of what remains each is, once.
    assert len(ada.moved()) == (0 if is_made else 2)


@pytest.mark.parametrize("then", [NO, NEVER, SECOND], ids=["declined", "never seen", "made"])
def test_what_is_on_its_way_by_itself_meanwhile_is_taken_over(simulator: Simulator, then: Outcome) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    together = pay_in_vain(ada, ada.quote(*ada.of(plan)[:2]))
    no_word(ada)
    by_itself = ada.press(payment=ada.of(plan)[0])

    say(ada, together, LATE)
    say(ada, by_itself, then)

    assert [one.state for one in ada.of(plan)] == ["covered"] * 2 + ["scheduled"] * 2
    assert ada.stands(plan).paid_minor == 5200
    is_made = then is SECOND
    twice = [ada.of(plan)[0].public_id] if is_made else []
    assert contradicted(ada) == [*twice, ada.covers()[0].public_id]
    assert ada.broken() == []
    ada.pass_days(200)
    assert len(ada.moved()) == 2


def test_two_agreements_take_theirs_back(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan, endless = ada.plan(fee=None), ada.start(first_day=ada.in_days(5))
    attempt = pay_in_vain(ada, ada.quote(*ada.of(plan)[:2], *ada.of(endless)))

    say(ada, attempt, LATE)

    assert (ada.stands(plan).paid_minor, ada.stands(endless).paid_minor) == (5000, 3000)
    assert [one.state for one in ada.of(endless)] == ["covered", "scheduled"]


def test_a_charge_of_its_own_comes_in_late_while_another_covers_it(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    first = ada.of(plan)[0]
    alone = press_in_vain(ada, first)
    no_word(ada)
    together = ada.pay(ada.quote_off(plan))

    say(ada, alone, LATE)

    assert ada.of(plan)[0].state == "covered"
    assert contradicted(ada) == [first.public_id]
    assert ada.charged() == ["ch_late"]
    assert told_of(first) == 0
    say(ada, together, NO)
    assert [one.state for one in ada.of(plan)] == ["paid", "scheduled", "scheduled", "scheduled"]
    assert told_of(first) == 1
    assert (ada.stands(plan).payments_made, ada.stands(plan).paid_minor) == (1, 2600)
    ada.pass_days(4)
    assert ada.moved() == []


def test_both_are_in_the_books_when_the_other_is_made_as_well(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    alone = press_in_vain(ada, ada.of(plan)[0])
    no_word(ada)
    together = ada.pay(ada.quote_off(plan))
    say(ada, alone, LATE)

    say(ada, together, replace(LATE, reference="ch_together"))

    assert ada.charged() == ["ch_late", "ch_together"]
    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    assert (ada.stands(plan).payments_made, ada.stands(plan).paid_minor) == (4, 10000)
