"""What several payments, or all that remains, come to: exactly, and for a quarter of an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.quotes import QuoteRefused
from paydesk.billing.payments.models import Payment
from tests.billing.together.desk import desk
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_rest_of_a_plan_is_quoted_without_the_fee_of_what_is_still_to_come(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()

    quote = ada.quote_off(plan)

    assert (quote.owed_minor, quote.waived_minor, quote.amount_minor) == (10400, 400, 10000)
    assert (quote.expires_at - quote.created_at).total_seconds() == 15 * 60
    assert quote.payment_ids == [one.public_id for one in ada.of(plan)]


def test_what_is_overdue_keeps_its_fee(simulator: Simulator) -> None:
    ada = desk(simulator, card="insufficient_funds")
    plan = ada.plan()
    ada.pass_days(4)
    assert ada.states() == ["failed", "scheduled", "scheduled", "scheduled"]

    quote = ada.quote_off(plan)

    assert (quote.owed_minor, quote.waived_minor) == (10400, 300)


def test_a_merchant_that_lets_no_fee_off_is_paid_all_of_it(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.allow(pay_off_waives_fee="no")

    assert ada.quote_off(plan).amount_minor == 10400


def test_a_merchant_may_not_offer_it_at_all(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.allow(pay_off="no", pay_several="no")

    for ask in (
        lambda: ada.quote_off(plan),
        lambda: ada.quote(*ada.of(plan)[:2]),
        lambda: ada.next(plan, 2),
    ):
        with pytest.raises(QuoteRefused, match="not offered"):
            ask()


def test_what_has_no_end_cannot_be_paid_off(simulator: Simulator) -> None:
    ada = desk(simulator)
    endless = ada.start()

    with pytest.raises(QuoteRefused, match="no end"):
        ada.quote_off(endless)


def test_a_payment_that_is_on_its_way_is_waited_for(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.account.fault("lost_after", operation="charge.confirm")
    ada.press(payment=ada.of(plan)[0])

    with pytest.raises(QuoteRefused, match="on its way"):
        ada.quote_off(plan)


def test_payments_are_chosen_in_their_order(simulator: Simulator) -> None:
    ada = desk(simulator)
    first, _second, third, _fourth = ada.of(ada.plan())

    with pytest.raises(QuoteRefused, match="earlier"):
        ada.quote(first, third)
    with pytest.raises(QuoteRefused, match="two"):
        ada.quote(first)


def test_what_was_made_is_not_quoted_again(simulator: Simulator) -> None:
    ada = desk(simulator)
    first, second, *_ = ada.of(ada.plan())
    ada.press(payment=first)

    with pytest.raises(QuoteRefused, match="not open"):
        ada.quote(first, second)


def test_another_customers_payment_is_not_there(simulator: Simulator) -> None:
    ada = desk(simulator)
    first, second, *_ = ada.of(ada.plan())
    Payment.objects.filter(merchant_id=ada.merchant.id, id=second.id).update(customer_id=None)

    with pytest.raises(Payment.DoesNotExist):
        ada.quote(first, second)


def test_the_next_of_what_has_no_end_are_made_when_they_are_asked_for(simulator: Simulator) -> None:
    ada = desk(simulator)
    endless = ada.start(first_day=ada.in_days(3))

    found = ada.next(endless, 3)

    assert [one.position for one in found] == [1, 2, 3]
    assert [one.public_id for one in ada.next(endless, 3)] == [one.public_id for one in found]
    assert ada.quote(*found).amount_minor == 9000
    with pytest.raises(QuoteRefused, match="12"):
        ada.next(endless, 13)


def test_a_quote_that_nobody_pressed_goes_a_day_later_with_the_next_one(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    old, recent = ada.quote_off(plan), ada.quote_off(plan)
    mine = Quote.objects.filter(merchant_id=ada.merchant.id)
    mine.filter(id=old.id).update(expires_at=old.created_at - timedelta(days=2))
    mine.filter(id=recent.id).update(expires_at=recent.created_at)

    new = ada.quote_off(plan)

    assert set(mine) == {recent, new}
