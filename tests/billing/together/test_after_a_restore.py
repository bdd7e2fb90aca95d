"""A restored database has lost the rows of a charge for several payments: its mark tells which they were."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.changes.skip_payment import skip_payment
from paydesk.billing.arrangements.models import Quote
from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.mirrored.lost_covers import Part, stretches
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.billing.together.desk import Desk, desk
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def forget(ada: Desk, *, but: int = 0) -> None:
    """Be as a database from before the charge; of each agreement its first `but` payments are there (0: all)."""
    mine = {"merchant_id": ada.merchant.id}
    for rows in (LedgerLine, LedgerEntry, Attempt, Quote):
        rows.objects.filter(**mine).delete()
    Payment.objects.filter(**mine).update(covered_by=None, state="scheduled", state_before_cover="")
    Payment.objects.filter(**mine, position__isnull=True).delete()
    if but:
        Payment.objects.filter(**mine, position__gt=but).delete()
    for one in Payment.objects.filter(**mine):
        Payment.objects.filter(**mine, id=one.id).update(
            owed_minor=one.amount_minor, paid_minor=0, paid_at=None
        )
    Subscription.objects.filter(**mine).update(
        state="active", payments_made=0, paid_minor=0, waived_minor=0, ended_at=None
    )


def test_a_plan_that_was_paid_off(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.pay(ada.quote_off(plan))
    forget(ada)
    assert [one.state for one in ada.of(plan)] == ["scheduled"] * 4

    ada.take_over()
    ada.take_over()

    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    stands = ada.stands(plan)
    assert (stands.state, stands.paid_minor, stands.waived_minor) == ("completed", 10000, 400)
    assert ada.moved() == ada.charged()
    ada.pass_days(200)
    assert len(ada.moved()) == 1


def test_some_of_a_plan(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.press(payment=ada.of(plan)[0])
    ada.pay(ada.quote(*ada.of(plan)[1:3]))
    forget(ada)

    ada.take_over()

    assert [one.state for one in ada.of(plan)] == ["paid", "covered", "covered", "scheduled"]
    assert ada.stands(plan).paid_minor == 7800


def test_some_of_a_plan_while_others_between_were_on_their_way(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan, club = ada.plan(6, fee=None), ada.start(name="Glaze club", first_day=ada.in_days(5))
    for on_its_way in (ada.of(plan)[1], ada.of(plan)[3]):
        ada.account.fault("lost_before", operation="charge.confirm")
        ada.press(payment=on_its_way)
    ada.pay(ada.quote(*ada.of(plan)[:5:2], *ada.of(club)))
    forget(ada, but=6)

    ada.take_over()

    states = [one.state for one in ada.of(plan)]
    assert states == ["covered", "scheduled", "covered", "scheduled", "covered", "scheduled"]
    assert ada.of(club)[0].state == "covered"
    assert ada.moved() == ada.charged()


def test_the_third_cover_of_the_same_payments(simulator: Simulator) -> None:
    ada = desk(simulator, card="insufficient_funds")
    plan = ada.plan()
    for _ in range(2):
        ada.pay(ada.quote_off(plan))
    ada.pay(ada.quote_off(plan), ada.save_card("good"))
    forget(ada)

    ada.take_over()

    assert ada.stands(plan).state == "completed"
    assert ada.moved() == ada.charged()
    # Its mark is the company's: of an earlier one of the same payments it would be another charge's.
    [made] = [one for one in ada.account.charges() if one["status"] == "succeeded"]
    ours = Attempt.objects.get(merchant_id=ada.merchant.id, state="succeeded")
    assert ours.public_id == made["tag"]


def test_payments_that_the_older_database_did_not_have_yet(simulator: Simulator) -> None:
    ada = desk(simulator)
    club = ada.start(first_day=ada.in_days(3))
    ada.pay(ada.quote(*ada.next(club, 5)))
    forget(ada, but=1)

    ada.take_over()

    assert [one.state for one in ada.of(club)] == ["covered"] * 5 + ["scheduled"]
    assert (ada.stands(club).payments_made, ada.stands(club).paid_minor) == (5, 15000)
    ada.pass_days(100)
    assert len(ada.moved()) == 1


def test_payments_at_a_discount_that_the_older_database_did_not_have_yet(simulator: Simulator) -> None:
    ada = desk(simulator)
    club = ada.start(first_day=ada.in_days(3))
    Subscription.objects.filter(merchant_id=ada.merchant.id, id=club.id).update(
        discount_percent=10, discount_from=2, discount_count=2
    )
    ada.pay(ada.quote(*ada.next(club, 4)))
    forget(ada, but=1)

    ada.take_over()

    assert [one.amount_minor for one in ada.of(club)] == [3000, 2700, 2700, 3000, 3000]
    assert [one.state for one in ada.of(club)] == ["covered"] * 4 + ["scheduled"]
    assert ada.broken() == []


@pytest.mark.parametrize(("count", "paid"), [(600, 300), (600, 599), (60, 57)])
def test_a_long_plan_is_not_looked_through_without_end(count: int, paid: int) -> None:
    parts = [
        Part(
            reference=f"plan:{at}",
            subscription_id=agreement,
            position=at,
            owed_minor=1000,
            fee_minor=0,
            is_open=True,
        )
        for agreement in (1, 2)
        for at in range(1, count + 1)
    ]

    found = sum(1 for _ in stretches(parts, amount_minor=paid * 1000))

    assert found < 40_000


def test_a_single_one_that_the_older_database_did_not_have_yet(simulator: Simulator) -> None:
    ada = desk(simulator)
    club = ada.start(first_day=ada.in_days(3))
    for _ in range(3):
        ada.press(payment=ada.of(club)[-1])
    forget(ada, but=1)

    ada.take_over()

    assert [one.state for one in ada.of(club)] == ["paid"] * 3 + ["scheduled"]
    assert ada.moved() == ada.charged()


def test_payments_of_several_agreements(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan, club = ada.plan(fee=None), ada.start(name="Glaze club", first_day=ada.in_days(5))
    ada.pay(ada.quote(*ada.of(plan)[:2], *ada.next(club, 3)))
    forget(ada, but=4)

    ada.take_over()

    assert [one.state for one in ada.of(plan)] == ["covered", "covered", "scheduled", "scheduled"]
    assert [one.state for one in ada.of(club)][:3] == ["covered"] * 3
    assert (ada.stands(plan).paid_minor, ada.stands(club).paid_minor) == (5000, 9000)
    assert ada.moved() == ada.charged()


def test_a_plan_that_was_cancelled_since(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.pay(ada.quote(*ada.of(plan)[:3]))
    forget(ada)
    ada.cancel(plan)

    ada.take_over()
    ada.take_over()

    assert [one.state for one in ada.of(plan)] == ["covered"] * 3 + ["canceled"]
    stands = ada.stands(plan)
    assert (stands.state, stands.paid_minor, stands.payments_made) == ("canceled", 7800, 3)
    # A person looks whether it shall go back.
    assert [one.contradicted_at is not None for one in ada.covers()] == [True]
    assert ada.broken() == []
    assert ada.moved() == ada.charged()
    ada.pass_days(200)
    assert len(ada.moved()) == 1


def test_a_plan_that_was_paid_off_and_cancelled_since(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.pay(ada.quote_off(plan))
    forget(ada)
    ada.cancel(plan)

    ada.take_over()

    assert [one.state for one in ada.of(plan)] == ["covered"] * 4
    stands = ada.stands(plan)
    assert (stands.state, stands.paid_minor, stands.waived_minor) == ("canceled", 10000, 400)


def test_what_was_declined_and_cancelled_since_stays_cancelled(simulator: Simulator) -> None:
    ada = desk(simulator, card="insufficient_funds")
    plan = ada.plan()
    ada.pay(ada.quote_off(plan))
    forget(ada)
    ada.cancel(plan)

    ada.take_over()

    assert [(one.state, one.owed_minor) for one in ada.of(plan)] == [("canceled", 0)] * 4
    assert ada.stands(plan).state == "canceled"
    ada.pass_days(200)
    assert len(ada.account.charges()) == 1


def test_one_that_was_skipped_since(simulator: Simulator) -> None:
    ada = desk(simulator)
    club = ada.start(first_day=ada.in_days(3))
    ada.pay(ada.quote(*ada.next(club, 2)))
    forget(ada)
    skip_payment(
        merchant=merchant_by_id(ada.merchant.id),
        customer_id=club.customer_id or 0,
        payment_public_id=ada.of(club)[0].public_id,
        now=clock.wall_now(),
    )

    ada.take_over()

    assert [one.state for one in ada.of(club)][:2] == ["covered"] * 2
    assert ada.stands(club).paid_minor == 6000
    assert ada.moved() == ada.charged()
