"""When the backup is not tried: the customer says no, acts himself, or the method could not pay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.backups.choose import choose_none
from paydesk.billing.backups.models import BackupTry
from paydesk.billing.holds.hold import hold_charging
from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.holds.release import release_hold
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.billing.backups.scene import StandingBy, grow_old, standing_by
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> StandingBy:
    """Her card was declined; the worker has not come to the backup at the other company yet."""
    scene = standing_by(simulator)
    scene.start()
    scene.choose(scene.other_card())
    scene.decline()
    work_off("events")
    return scene


def assert_not_tried(ada: StandingBy, why: str) -> None:
    made = ada.try_backup()
    assert (made.state, made.why) == (BackupTry.State.NOT_MADE, why)
    assert (ada.covers(), ada.other.charges()) == ([], [])


def _change(ada: StandingBy, **facts: object) -> None:
    backup = PaymentMethod.objects.filter(merchant_id=ada.merchant.id, connection_id=ada.other_connection.id)
    assert backup.update(**facts) == 1


def test_who_takes_it_back_between_the_no_and_the_try(ada: StandingBy) -> None:
    assert ada.give_up()
    assert_not_tried(ada, "not_wanted")


def test_who_wants_none_for_this_subscription(ada: StandingBy) -> None:
    choose_none(
        merchant=ada.merchant,
        customer_id=ada.customer_id,
        subscription_public_id=ada.agreement().public_id,
        now=clock.wall_now(),
    )
    assert_not_tried(ada, "not_wanted")


def test_who_chooses_another_meanwhile_has_that_one_tried(ada: StandingBy) -> None:
    ada.choose(ada.card("good_mastercard"))

    assert ada.try_backup().state == BackupTry.State.CHARGED
    assert ada.other.charges() == []
    assert ada.attempts()[-1].method_brand == "mastercard"


def test_a_merchant_that_does_not_offer_it_any_more(ada: StandingBy) -> None:
    ada.allow(backup_method="no")
    assert_not_tried(ada, "not_wanted")


def test_a_method_that_was_taken_off(ada: StandingBy) -> None:
    _change(ada, removed_at=clock.wall_now())
    assert_not_tried(ada, "unfit")


def test_a_card_that_has_expired(ada: StandingBy) -> None:
    _change(ada, expires_year=2020, expires_month=1)
    assert_not_tried(ada, "unfit")


def test_who_has_paid_it_himself(ada: StandingBy) -> None:
    ada.press(ada.save_card("good"), payment=ada.first())
    assert_not_tried(ada, "overtaken")


def test_who_stands_in_front_of_the_page_and_is_declined_again(ada: StandingBy) -> None:
    ada.press(payment=ada.first())
    work_off("events")
    assert_not_tried(ada, "overtaken")


def test_an_agreement_that_ended_meanwhile(ada: StandingBy) -> None:
    Subscription.objects.filter(merchant_id=ada.merchant.id).update(
        state="canceled", ended_at=clock.wall_now()
    )
    assert_not_tried(ada, "overtaken")


def test_a_payment_of_which_the_company_says_two_things(ada: StandingBy) -> None:
    Payment.objects.filter(merchant_id=ada.merchant.id).update(contradicted_at=clock.wall_now())
    assert_not_tried(ada, "overtaken")


def test_after_a_day_of_waiting_it_is_too_late(ada: StandingBy) -> None:
    grow_old(ada.backup(), timedelta(hours=25))
    assert_not_tried(ada, "too_late")


@pytest.mark.parametrize("where", ["everywhere", "where it was declined", "where the backup is"])
def test_while_charging_is_held_it_waits(ada: StandingBy, where: str) -> None:
    at = {
        "everywhere": None,
        "where it was declined": ada.connection.id,
        "where the backup is": ada.other_connection.id,
    }[where]
    hold = hold_charging(
        merchant_id=ada.merchant.id,
        connection_id=at,
        kind=ChargeHold.Kind.STAFF,
        why="The bank is on strike",
        now=clock.wall_now(),
    )
    waits = ada.try_backup()
    assert (waits.state, waits.trouble, ada.covers()) == ("open", "The bank is on strike", [])

    release_hold(merchant_id=ada.merchant.id, hold_id=hold.id, released_by="Mara", now=clock.wall_now())
    assert ada.later().state == BackupTry.State.CHARGED


def test_nobody_who_did_not_ask_for_it(simulator: Simulator) -> None:
    scene = standing_by(simulator)
    scene.start()
    scene.other_card()
    scene.decline()
    work_off("events")
    assert not BackupTry.objects.filter(merchant_id=scene.merchant.id).exists()


@pytest.mark.parametrize("card", ["revoked", "good"])
def test_only_after_a_no_of_the_bank_s(simulator: Simulator, card: str) -> None:
    """Who told the bank to stop these payments is not charged in another way."""
    scene = standing_by(simulator, card=card)
    scene.start()
    scene.choose(scene.other_card())
    scene.decline()
    work_off("events")
    assert not BackupTry.objects.filter(merchant_id=scene.merchant.id).exists()


def test_one_that_was_called_off_or_is_in_doubt(simulator: Simulator) -> None:
    scene = standing_by(simulator, card="good")
    scene.start()
    scene.choose(scene.other_card())
    scene.account.fault("lost_before", operation="charge.confirm")
    scene.decline()
    work_off("events")
    assert scene.tries() == [("engine", "unknown")]
    assert not BackupTry.objects.filter(merchant_id=scene.merchant.id).exists()


def test_what_a_customer_asks_for_early_is_charged_on_its_day(simulator: Simulator) -> None:
    scene = standing_by(simulator)
    scene.start(first_day=scene.today() + timedelta(days=5))
    scene.choose(scene.other_card())
    scene.press(payment=scene.first())
    work_off("events")
    assert Attempt.objects.get(merchant_id=scene.merchant.id).state == "declined"
    assert not BackupTry.objects.filter(merchant_id=scene.merchant.id).exists()


def test_the_method_that_was_declined_is_no_backup_of_itself(simulator: Simulator) -> None:
    scene = standing_by(simulator)
    scene.start()
    own = PaymentMethod.objects.get(merchant_id=scene.merchant.id, is_default=True)
    scene.choose(own)
    scene.decline()
    made = scene.try_backup()
    assert (made.why, len(scene.attempts())) == ("unfit", 1)
    assert merchant_by_id(scene.merchant.id).policies.backup_method
