"""When what pays first is declined, the backup is tried once: at the same company or at another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paydesk.billing.backups.models import BackupTry
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.config.truths.check import check_truths
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.billing.backups.scene import StandingBy, standing_by
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

Save = Callable[[StandingBy, str], PaymentMethod]
WHERE = pytest.mark.parametrize(
    "save", [StandingBy.card, StandingBy.other_card], ids=["at the same company", "at another company"]
)


@pytest.fixture
def ada(simulator: Simulator) -> StandingBy:
    return standing_by(simulator)


def assert_in_order(scene: StandingBy) -> None:
    """The truths hold, and the books have what the companies' journals have."""
    assert check_truths(merchant_by_id(scene.merchant.id), now=clock.wall_now()) == []
    assert scene.charged() == scene.moved_everywhere()


@WHERE
def test_a_backup_that_pays(ada: StandingBy, save: Save) -> None:
    agreement = ada.start()
    ada.choose(save(ada, "good"))
    ada.decline()
    made = ada.try_backup()

    assert made.state == BackupTry.State.CHARGED
    assert ada.tries() == [("engine", "declined"), ("dunning", "succeeded")]
    agreement = ada.agreement()
    assert (agreement.state, agreement.payments_made, agreement.paid_minor) == ("active", 1, 3000)
    assert len(ada.moved_everywhere()) == 1
    assert_in_order(ada)


@WHERE
def test_a_backup_that_is_declined_leaves_the_payment_as_it_was(ada: StandingBy, save: Save) -> None:
    ada.start()
    ada.choose(save(ada, "lost_or_stolen"))
    ada.decline()
    made = ada.try_backup()
    ada.say_again()
    ada.later()

    assert made.state == BackupTry.State.DECLINED
    assert ada.tries() == [("engine", "declined"), ("dunning", "declined")]
    assert (ada.first().state, ada.first().covered_by, ada.first().owed_minor) == ("failed", None, 3000)
    assert ada.agreement().state == "past_due"
    assert_in_order(ada)
    paid = ada.press(ada.save_card("good"), payment=ada.first())
    assert (paid.state, ada.first().state) == ("succeeded", "paid")


@WHERE
def test_while_it_is_in_doubt_nothing_else_is_charged(ada: StandingBy, save: Save) -> None:
    ada.start()
    backup = save(ada, "good")
    account = ada.account if backup.connection_id == ada.connection.id else ada.other
    ada.choose(backup)
    ada.decline()
    account.fault("lost_after", operation="charge.confirm")
    doubt = ada.try_backup()
    assert doubt.state == BackupTry.State.OPEN
    assert ada.tries()[1:] == [("dunning", "unknown")]
    assert ada.first().state in ("processing", "covered")

    settled = ada.later()
    assert settled.state == BackupTry.State.CHARGED
    assert len(ada.moved_everywhere()) == 1
    assert_in_order(ada)


@WHERE
def test_a_company_that_is_silent_before_it_was_asked_is_asked_again(ada: StandingBy, save: Save) -> None:
    ada.start()
    backup = save(ada, "good")
    account = ada.account if backup.connection_id == ada.connection.id else ada.other
    ada.choose(backup)
    ada.decline()
    account.fault("lost_before", operation="charge.prepare")
    assert ada.try_backup().state == BackupTry.State.OPEN
    assert ada.first().state == "failed"
    from paydesk.billing.payments.charging.silence import SILENCE

    SILENCE.broken(backup.connection_id)
    assert ada.later().state == BackupTry.State.CHARGED
    assert ada.tries() == [("engine", "declined"), ("dunning", "abandoned"), ("dunning", "succeeded")]
    assert_in_order(ada)


def test_a_bank_that_wants_the_customer_has_declined(ada: StandingBy) -> None:
    ada.start()
    ada.choose(ada.other_card("secure_when_charged"))
    ada.decline()
    made = ada.try_backup()

    assert made.attempt is not None
    assert (made.state, made.attempt.decline_reason) == ("declined", "authentication_failed")
    assert (ada.first().state, ada.moved_everywhere()) == ("failed", [])
    assert_in_order(ada)


def test_it_is_told_of_once(ada: StandingBy) -> None:
    ada.start()
    ada.choose(ada.other_card())
    ada.decline()
    ada.try_backup()
    ada.say_again()
    ada.later()

    told = Event.objects.filter(merchant_id=ada.merchant.id, name="backup.tried")
    assert [one.subject for one in told] == [{"try": ada.backup().public_id}]


def test_the_receipt_names_what_was_charged_and_what_for(ada: StandingBy) -> None:
    ada.start()
    backup = ada.other_card()
    ada.choose(backup)
    ada.decline()
    ada.try_backup()

    [cover] = ada.covers()
    merchant = merchant_by_id(ada.merchant.id)
    said = issue_receipt(merchant=merchant, payment_id=cover.id, now=clock.wall_now()).receipt.snapshot
    assert (said["amount_minor"], said["title"]) == (3000, "Kiln sharing")
    assert [part["last_four"] for part in said["paid_with"]] == [backup.last_four]
    assert (ada.first().state, ada.first().covered_by_id) == ("covered", cover.id)
    assert cover.connection_id == ada.other_connection.id


def test_what_it_paid_is_refunded_where_it_was_charged(ada: StandingBy) -> None:
    from paydesk.billing.payments.refunds.refund import refund_payment

    ada.start()
    ada.choose(ada.other_card())
    ada.decline()
    ada.try_backup()
    [cover] = ada.covers()
    refund_payment(
        merchant=merchant_by_id(ada.merchant.id),
        payment_public_id=cover.public_id,
        amount_minor=None,
        asked_by="Mara",
        now=clock.wall_now(),
    )

    assert [row["kind"] for row in ada.other.journal()] == ["charge", "refund"]
    assert ada.account.journal() == []
    assert check_truths(merchant_by_id(ada.merchant.id), now=clock.wall_now()) == []


def test_the_next_payment_is_asked_of_what_pays_first_again(ada: StandingBy) -> None:
    ada.start()
    ada.choose(ada.other_card())
    ada.decline()
    ada.try_backup()
    ada.pass_days(32)

    engine = Attempt.objects.filter(merchant_id=ada.merchant.id, asked_by="engine")
    assert list(engine.values_list("connection_id", flat=True)) == [ada.connection.id] * 2
    assert BackupTry.objects.filter(merchant_id=ada.merchant.id).count() == 2


def test_a_payment_without_any_method_on_file_is_paid_by_the_backup(ada: StandingBy) -> None:
    ada.start()
    ada.choose(ada.other_card())
    PaymentMethod.objects.filter(merchant_id=ada.merchant.id, connection_id=ada.connection.id).update(
        removed_at=clock.wall_now(), is_default=False
    )
    ada.decline()

    assert ada.try_backup().state == BackupTry.State.CHARGED
    assert_in_order(ada)
