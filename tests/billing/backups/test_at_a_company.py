"""What a company collects itself: when its own try failed, the backup there pays the bill once; another's cannot."""

from __future__ import annotations

import pytest

from paydesk.billing.backups.choose import BackupRefused
from paydesk.billing.backups.models import BackupTry
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.billing.backups.scene import StandingBy, standing_by
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> StandingBy:
    """Her studio is collected by the company, which has been paid once with the card that pays first."""
    scene = standing_by(simulator, card="good", kind="billing")
    scene.account.method(scene.customer, "pays_once", default=True)
    scene.account.subscription(scene.customer, name="Studio")
    scene.take_over()
    return scene


def studio(scene: StandingBy) -> Subscription:
    return Subscription.objects.get(merchant_id=scene.merchant.id, name="Studio")


def fail(scene: StandingBy) -> Payment:
    """Let a month pass: the company's own try is declined, and we hear of it."""
    scene.account.advance(days=32)
    scene.hear()
    return Payment.objects.filter(merchant_id=scene.merchant.id, subscription__name="Studio").latest("due_at")


def test_the_bill_is_paid_once_with_the_backup(ada: StandingBy) -> None:
    ada.choose(ada.card())
    bill = fail(ada)
    assert bill.state == "failed"
    made = ada.try_backup()
    ada.hear()
    ada.later()

    bill.refresh_from_db()
    assert (made.state, bill.state) == (BackupTry.State.CHARGED, "paid")
    assert made.attempt is not None
    assert (made.attempt.asked_by, made.attempt.payment_id) == ("dunning", bill.id)
    assert ada.charged() == ada.moved()
    assert check_truths(merchant_by_id(ada.merchant.id), now=clock.wall_now()) == []


def test_a_backup_that_is_declined_leaves_the_bill_to_the_company(ada: StandingBy) -> None:
    ada.choose(ada.card("lost_or_stolen"))
    bill = fail(ada)
    made = ada.try_backup()
    ada.hear()
    ada.later()

    bill.refresh_from_db()
    assert (made.state, bill.state) == (BackupTry.State.DECLINED, "failed")
    assert ada.tries()[-1] == ("dunning", "declined")


def test_another_company_s_method_is_not_offered_and_not_tried(ada: StandingBy) -> None:
    elsewhere = ada.other_card()
    with pytest.raises(BackupRefused, match="cannot be a backup here"):
        ada.choose(elsewhere, studio(ada))
    # Chosen for everything it stands by for what Paydesk collects alone.
    ada.choose(elsewhere)
    bill = fail(ada)
    made = ada.try_backup()

    bill.refresh_from_db()
    assert (made.why, bill.state, ada.other.charges()) == ("unfit", "failed", [])


def test_who_retries_at_the_page_is_not_charged_behind_their_back(ada: StandingBy) -> None:
    ada.choose(ada.card())
    bill = fail(ada)
    work_off("events")
    declining = PaymentMethod.objects.get(merchant_id=ada.merchant.id, is_default=True)
    ada.press(declining.public_id, payment=bill)
    made = ada.try_backup()

    assert (made.state, made.why) == ("not_made", "overtaken")


def test_an_import_of_old_failures_charges_nobody(ada: StandingBy) -> None:
    ada.choose(ada.card())
    ada.account.advance(days=32)
    ada.take_over()
    ada.go_on()
    assert not BackupTry.objects.filter(merchant_id=ada.merchant.id).exists()
