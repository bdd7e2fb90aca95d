"""A company that says yes after it was believed to have said no: nothing is charged a second time by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from paydesk.billing.arrangements.models import Quote
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.billing.payments.refused import RetryRefused
from paydesk.events.models import Event
from paydesk.gateways.records import Advice, Decline, DeclineReason, Outcome, Verdict
from paydesk.kit import clock, faults
from paydesk.kit.money import Money
from tests.billing.together.desk import Desk, desk
from tests.connected import grow_old
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

NEVER = Outcome(verdict=Verdict.NEVER_SEEN)
NO = Outcome(verdict=Verdict.DECLINED, decline=Decline(reason=DeclineReason.OTHER, advice=Advice.RETRY))
LATE = Outcome(verdict=Verdict.SUCCEEDED, reference="ch_late")
SECOND = Outcome(verdict=Verdict.SUCCEEDED, reference="ch_second")


def say(ada: Desk, attempt: Attempt, outcome: Outcome) -> None:
    """Let the company say something of an attempt."""
    record_outcome(merchant_id=ada.merchant.id, attempt_id=attempt.id, outcome=outcome, now=clock.wall_now())


def no_word(ada: Desk) -> None:
    """Let the company be asked, and nothing be heard of it."""
    ada.account.fault("lost_before", operation="charge.confirm")


def pay_in_vain(ada: Desk, quote: Quote) -> Attempt:
    """Pay, and let it be believed that nothing was charged."""
    no_word(ada)
    attempt = ada.pay(quote)
    say(ada, attempt, NEVER)
    return attempt


def contradicted(ada: Desk) -> list[str]:
    """Name the payments that a person has to look at, in the order in which they were made."""
    rows = Payment.objects.filter(merchant_id=ada.merchant.id, contradicted_at__isnull=False)
    return list(rows.order_by("id").values_list("public_id", flat=True))


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
    no_word(ada)
    first = ada.of(plan)[0]
    alone = ada.press(payment=first)
    say(ada, alone, NEVER)
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
    no_word(ada)
    alone = ada.press(payment=ada.of(plan)[0])
    say(ada, alone, NEVER)
    no_word(ada)
    together = ada.pay(ada.quote_off(plan))
    say(ada, alone, LATE)

    say(ada, together, replace(LATE, reference="ch_together"))

    assert ada.charged() == ["ch_late", "ch_together"]
    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    assert (ada.stands(plan).payments_made, ada.stands(plan).paid_minor) == (4, 10000)


PART = replace(LATE, reference="ch_part", amount=Money(4000, "EUR"))


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
    say(ada, second, NO)

    [cover] = ada.covers()
    # Three of EUR 26.00, less their share of the fee.
    assert (cover.state, cover.owed_minor, cover.waived_minor) == ("due", 3500, 300)
    assert [one.state for one in ada.of(plan)] == ["paid", "covered", "covered", "covered"]
    ada.pass_days(200)
    assert ada.moved_minor() == 2600
    ada.press(payment=cover)
    assert ada.moved_minor() == 2600 + 3500
    assert [one.state for one in ada.covers()] == ["paid"]
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
    no_word(ada)
    alone = ada.press(payment=ada.of(plan)[0])
    say(ada, alone, NEVER)
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
    no_word(ada)
    alone = ada.press(payment=ada.of(plan)[0])
    say(ada, alone, NEVER)
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
    no_word(ada)
    alone = ada.press(payment=ada.of(plan)[0])
    say(ada, alone, NEVER)
    no_word(ada)
    together = ada.pay(ada.quote_off(plan))
    say(ada, alone, replace(LATE, amount=Money(1000, "EUR")))

    say(ada, together, NO)

    first = ada.of(plan)[0]
    assert (first.state, first.owed_minor) == ("scheduled", 1600)
    ada.pass_days(4)
    assert ada.moved() == []


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
    no_word(ada)
    late = ada.press(payment=first)
    say(ada, late, NEVER)

    _late_before_it_is_sent(ada, late, lambda: ada.press(payment=first))

    assert ada.of(plan)[0].state == "paid"


def test_what_is_asked_for_once_more_is_not_sent_after_a_late_part(simulator: Simulator) -> None:
    ada = desk(simulator)
    first = ada.of(ada.plan())[0]
    no_word(ada)
    late = ada.press(payment=first)
    say(ada, late, NEVER)
    part = replace(LATE, amount=Money(1000, "EUR"))

    _late_before_it_is_sent(ada, late, lambda: ada.press(payment=first), outcome=part)

    assert (ada.payments()[0].state, ada.payments()[0].owed_minor) == ("scheduled", 1600)


@pytest.mark.parametrize("taken", [2600, 1000], ids=["whole", "part"])
def test_what_is_paid_together_is_not_sent_after_a_late_yes_to_one_of_it(
    simulator: Simulator, taken: int
) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    no_word(ada)
    late = ada.press(payment=ada.of(plan)[0])
    say(ada, late, NEVER)

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
