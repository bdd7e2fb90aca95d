"""Two tabs, two people and the charge run at the same moment: the money moves once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.arrangements.quotes import QuoteRefused
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.kit import clock
from paydesk.merchants.move_clock import move_clock
from tests.billing.together.desk import desk
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_tabs_press_one_quote_at_once(simulator: Simulator) -> None:
    ada = desk(simulator)
    quote = ada.quote_off(ada.plan())
    attempts: list[Attempt] = []

    troubles = side_by_side(*[lambda: attempts.append(ada.pay(quote))] * 4)

    assert troubles == []
    assert len({attempt.id for attempt in attempts}) == 1
    assert len(ada.moved()) == len(ada.covers()) == 1
    assert ada.moved_minor() == 10000


def test_two_tabs_press_two_quotes_of_the_same_payments(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    off, two = ada.quote_off(plan), ada.quote(*ada.of(plan)[1:3], ada.of(plan)[0])

    troubles = side_by_side(lambda: ada.pay(off), lambda: ada.pay(two))

    assert [type(trouble) for trouble in troubles] == [QuoteRefused]
    assert len(ada.moved()) == 1


def test_the_charge_run_and_a_customer_who_pays_off_meet(simulator: Simulator) -> None:
    """U03: whoever is first charges; the other finds that there is nothing to do."""
    ada = desk(simulator)
    plan = ada.plan()
    move_clock(merchant_id=ada.merchant.id, by=timedelta(days=4), now=clock.wall_now())
    ada.account.advance(days=4)
    quote = ada.quote_off(plan)
    assert quote.waived_minor == 300

    troubles = side_by_side(ada.run, lambda: ada.pay(quote))

    assert all(isinstance(trouble, QuoteRefused) for trouble in troubles)
    expected = (
        (["paid", "scheduled", "scheduled", "scheduled"], 2600) if troubles else (["covered"] * 4, 10100)
    )
    assert ([one.state for one in ada.of(plan)], ada.moved_minor()) == expected
    assert ada.moved() == ada.charged()
    assert len(ada.moved()) == 1


def test_several_pays_and_the_run_meet_over_many_agreements(simulator: Simulator) -> None:
    """Locks are taken in one order, so that nobody waits for ever; every payment is paid once."""
    ada = desk(simulator)
    plans = [ada.plan(fee=None, name=f"Kiln {number}", first_day=ada.today()) for number in range(3)]
    firsts = [ada.of(plan)[0] for plan in plans]
    one, other = ada.quote(*firsts), ada.quote(*reversed(firsts[1:]))

    troubles = side_by_side(ada.run, lambda: ada.pay(one), lambda: ada.pay(other), ada.run)

    assert all(isinstance(trouble, QuoteRefused) for trouble in troubles)
    rows = Payment.objects.filter(merchant_id=ada.merchant.id, id__in=[row.id for row in firsts])
    assert {row.state for row in rows} <= {"paid", "covered"}
    assert ada.moved_minor() == sum(row.amount_minor for row in firsts)
    assert ada.moved() == ada.charged()
