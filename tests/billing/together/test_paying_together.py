"""Several payments are made with one charge, or none of them is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.arrangements.quotes import QuoteRefused
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.payments.refused import RetryRefused
from tests.billing.together.desk import desk, expire
from tests.connected import grow_old
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_plan_is_paid_off_with_one_charge(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()

    attempt = ada.pay(ada.quote_off(plan))

    assert attempt.state == Attempt.State.SUCCEEDED
    assert (ada.moved_minor(), len(ada.moved())) == (10000, 1)
    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    assert all(one.paid_at and not one.owed_minor for one in ada.of(plan))
    ended = ada.stands(plan)
    assert (ended.state, ended.payments_made, ended.next_payment_at) == ("completed", 4, None)
    assert (ended.paid_minor, ended.waived_minor) == (10000, 400)
    ada.pass_days(200)
    assert len(ada.moved()) == 1


def test_a_quote_that_has_expired_charges_nothing(simulator: Simulator) -> None:
    ada = desk(simulator)
    quote = ada.quote_off(ada.plan())
    expire(quote)

    with pytest.raises(QuoteRefused, match="expired"):
        ada.pay(quote)

    assert ada.moved() == []


def test_a_quote_whose_payments_have_changed_charges_nothing(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    first, second, *_ = ada.of(plan)
    moved, paid = ada.quote(first, second), ada.quote(first, second)
    Payment.objects.filter(merchant_id=ada.merchant.id, id=second.id).update(due_date=ada.in_days(40))
    with pytest.raises(QuoteRefused, match="changed"):
        ada.pay(moved)

    Payment.objects.filter(merchant_id=ada.merchant.id, id=second.id).update(due_date=second.due_date)
    ada.press(payment=first)
    with pytest.raises(QuoteRefused, match="changed"):
        ada.pay(paid)

    assert len(ada.moved()) == 1


def test_pressing_again_gives_the_same_attempt(simulator: Simulator) -> None:
    ada = desk(simulator)
    quote = ada.quote_off(ada.plan())

    first = ada.pay(quote)
    expire(quote)
    again = ada.pay(quote)

    assert first.id == again.id
    assert len(ada.moved()) == len(ada.covers()) == 1


def test_a_declined_card_leaves_everything_as_it_was(simulator: Simulator) -> None:
    ada = desk(simulator, card="insufficient_funds")
    plan = ada.plan()
    quote = ada.quote_off(plan)

    attempt = ada.pay(quote)

    assert attempt.state == Attempt.State.DECLINED
    assert ada.pay(quote).id == attempt.id
    assert [one.state for one in ada.of(plan)] == ["scheduled"] * 4
    assert [one.state for one in ada.covers()] == ["canceled"]
    assert ada.stands(plan).next_payment_at == ada.of(plan)[0].due_at

    good = ada.save_card("good")
    assert ada.pay(ada.quote_off(plan), good).state == Attempt.State.SUCCEEDED
    assert ada.moved_minor() == ada.stands(plan).paid_minor == 10000


def test_an_answer_that_is_lost_holds_what_it_pays_until_it_is_looked_up(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.account.fault("lost_after", operation="charge.confirm")

    attempt = ada.pay(ada.quote_off(plan))

    assert attempt.state == Attempt.State.UNKNOWN
    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    assert not DueCharge.objects.filter(merchant_id=ada.merchant.id, due_at__isnull=False).exists()
    ada.pass_days(40)
    with pytest.raises(RetryRefused, match="together with others"):
        ada.press(payment=ada.of(plan)[0])
    assert len(ada.moved()) == 1

    ada.look_up()

    assert ada.stands(plan).state == "completed"
    assert ada.moved() == ada.charged()


def test_a_company_that_is_silent_before_it_was_asked_for_money_changes_nothing(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    quote = ada.quote_off(plan)
    ada.account.fault("lost_before", operation="charge.prepare")

    with pytest.raises(RetryRefused, match="does not answer"):
        ada.pay(quote)
    with pytest.raises(QuoteRefused, match="See again"):
        ada.pay(quote)

    assert [one.state for one in ada.of(plan)] == ["scheduled"] * 4
    assert ada.pay(ada.quote_off(plan)).state == Attempt.State.SUCCEEDED


def test_the_banks_step_is_resumed_and_confirmed(simulator: Simulator) -> None:
    ada = desk(simulator, card="secure_when_charged")
    plan = ada.plan()
    quote = ada.quote_off(plan)

    attempt = ada.pay(quote)
    assert attempt.state == Attempt.State.NEEDS_CUSTOMER
    again = ada.pay(quote)
    assert (again.id, again.action_url) == (attempt.id, attempt.action_url)

    ada.account.answer_bank(attempt.reference or attempt.prepared_reference)
    ada.look_up()

    assert ada.stands(plan).state == "completed"
    assert ada.moved_minor() == 10000


def test_another_card_ends_the_banks_step_and_the_quote(simulator: Simulator) -> None:
    ada = desk(simulator, card="secure_when_charged")
    plan = ada.plan()
    good = ada.save_card("good")
    quote = ada.quote_off(plan)
    waiting = ada.pay(quote)

    with pytest.raises(QuoteRefused, match="See again"):
        ada.pay(quote, good)

    assert Attempt.objects.get(merchant_id=ada.merchant.id, id=waiting.id).state == "abandoned"
    assert ada.pay(ada.quote_off(plan), good).state == Attempt.State.SUCCEEDED
    assert ada.moved_minor() == 10000


def test_a_banks_step_that_nobody_takes_is_given_up_and_the_run_goes_on(simulator: Simulator) -> None:
    ada = desk(simulator, card="secure_when_charged")
    plan = ada.plan()
    ada.pay(ada.quote_off(plan))
    grow_old(ada, timedelta(hours=2))

    ada.look_up()

    assert [one.state for one in ada.of(plan)] == ["scheduled"] * 4
    assert ada.moved() == []


def test_payments_of_two_agreements_are_one_order_with_a_line_each(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan, endless = ada.plan(fee=None), ada.start(name="Glaze club", first_day=ada.in_days(5))

    attempt = ada.pay(ada.quote(*ada.of(plan)[:2], *ada.next(endless, 2)))

    assert attempt.state == Attempt.State.SUCCEEDED
    [cover] = ada.covers()
    assert cover.subscription_id is None
    assert cover.title == "Kiln, Glaze club"
    lines = cover.order.orderline_set.filter(merchant_id=ada.merchant.id).order_by("position")
    assert [(line.title, line.amount_minor) for line in lines] == [("Kiln", 5000), ("Glaze club", 6000)]
    assert ada.stands(plan).paid_minor == 5000
    assert (ada.stands(endless).paid_minor, ada.stands(endless).payments_made) == (6000, 2)
    assert [one.state for one in ada.of(endless)] == ["covered", "covered", "scheduled"]


def test_overdue_payments_are_made_together_with_what_is_to_come(simulator: Simulator) -> None:
    ada = desk(simulator, card="insufficient_funds")
    plan = ada.plan()
    ada.pass_days(4)
    assert ada.stands(plan).state == "past_due"
    good = ada.save_card("good")

    ada.pay(ada.quote(*ada.of(plan)[:2]), good)

    stands = ada.stands(plan)
    assert (stands.state, stands.payments_made, stands.paid_minor) == ("active", 2, 5200)
    assert stands.next_payment_at == ada.of(plan)[2].due_at


def test_a_plan_that_pauses_is_complete_when_it_is_paid_off(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    type(plan).objects.filter(merchant_id=ada.merchant.id, id=plan.id).update(state="paused")

    ada.pay(ada.quote_off(plan))

    assert ada.stands(plan).state == "completed"


def test_what_is_asked_for_by_the_charge_run_meanwhile_is_not_paid_twice(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    quote = ada.quote_off(plan)
    ada.pass_days(4)

    with pytest.raises(QuoteRefused, match="changed"):
        ada.pay(quote)

    assert ada.moved_minor() == 2600
    assert ada.pay(ada.quote_off(plan)).state == Attempt.State.SUCCEEDED
    assert ada.moved_minor() == 2600 + 7500
