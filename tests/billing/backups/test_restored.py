"""A restored database, of before or of the middle: what a backup paid is found by its mark, and is not paid again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from paydesk.billing.backups.models import BackupChoice, BackupTry
from paydesk.billing.concerns.models import Concern
from paydesk.billing.holds.held import holds_of
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import DueCharge, Payment
from paydesk.config.truths.check import check_truths
from paydesk.gateways.contract import Capability
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from paydesk.sync.compare.begin import begin_comparisons
from paydesk.sync.models import Comparison
from tests.billing.backups.scene import StandingBy, standing_by
from tests.connected import work_off
from tests.simulator import Simulator
from tests.sync.compare.studio import backup, put_back

pytestmark = pytest.mark.django_db(transaction=True)


def _before(ada: StandingBy) -> None:
    """Nothing was asked for yet."""


def _declined(ada: StandingBy) -> None:
    """The charge run has had its no, and the event about it waits."""
    ada.decline()


def _begun(ada: StandingBy) -> None:
    """The try is there, and nobody was asked."""
    ada.decline()
    work_off("events")


def _in_doubt(ada: StandingBy) -> None:
    """The first company has not answered: by this database the payment is on its way."""
    ada.account.fault("lost_after", operation="charge.confirm")
    ada.run_once()


WHEN = pytest.mark.parametrize("when", [_before, _declined, _begun, _in_doubt])
ORDER = pytest.mark.parametrize("first", ["Main", "Second"])
Moment = Callable[[StandingBy], None]


@pytest.fixture
def ada(simulator: Simulator) -> StandingBy:
    return standing_by(simulator)


def _go_on(ada: StandingBy) -> None:
    """Do what is left to do of a decline and its backup."""
    ada.look_up()
    work_off("charges")
    ada.try_backup()


def _compare(ada: StandingBy, *names: str) -> None:
    begin_comparisons(clock.wall_now())
    for name in names:
        rows = Comparison.objects.filter(merchant_id=ada.merchant.id, connection__name=name)
        rows.update(due_at=clock.wall_now())
        work_off("comparisons")


def _everything_goes_on(ada: StandingBy) -> None:
    DueCharge.objects.filter(merchant_id=ada.merchant.id, due_at__isnull=False).update(
        due_at=clock.wall_now()
    )
    BackupTry.objects.filter(merchant_id=ada.merchant.id, due_at__isnull=False).update(
        due_at=clock.wall_now()
    )
    work_off("charges")
    ada.go_on()


@WHEN
@ORDER
def test_what_a_backup_elsewhere_paid_is_found_and_not_paid_again(
    ada: StandingBy, tmp_path: Path, when: Moment, first: str
) -> None:
    ada.start()
    ada.choose(ada.other_card())
    when(ada)
    with backup(tmp_path) as kept:
        _go_on(ada)
        assert ada.backup().state == BackupTry.State.CHARGED
        [made] = ada.other.charges()
        with put_back(kept):
            _everything_goes_on(ada)
            _compare(ada, first)
            # One company is known, and the other may have had the money: nothing is asked for.
            _everything_goes_on(ada)
            assert len(ada.moved_everywhere()) == 1
            _compare(ada, "Second" if first == "Main" else "Main")
            assert holds_of(ada.merchant.id) == []
            _everything_goes_on(ada)
            ada.look_up()

            [cover] = ada.covers()
            paid = cover.attempt_set.filter(merchant_id=ada.merchant.id).get()
            assert (cover.state, paid.public_id, paid.state) == ("paid", made["tag"], "succeeded")
            assert ada.first().state == "covered"
            assert ada.charged() == ada.moved_everywhere()
            assert check_truths(merchant_by_id(ada.merchant.id), now=clock.wall_now()) == []
            doubts = Concern.objects.filter(merchant_id=ada.merchant.id, resolved_at__isnull=True)
            assert list(doubts) == []


def test_what_a_backup_paid_of_another_price_is_for_a_person(ada: StandingBy, tmp_path: Path) -> None:
    ada.start()
    ada.choose(ada.other_card())
    with backup(tmp_path) as kept:
        _go_on(ada)
        with put_back(kept):
            cheaper = ada.first().amount_minor - 100
            Payment.objects.filter(merchant_id=ada.merchant.id, id=ada.first().id).update(
                amount_minor=cheaper, owed_minor=cheaper
            )
            _compare(ada, "Main", "Second")

            [doubt] = Concern.objects.filter(merchant_id=ada.merchant.id, kind="unknown_charge")
            assert doubt.facts["charge"] == ada.other.charges()[0]["id"]
            assert (ada.first().state, ada.first().owed_minor) == ("failed", cheaper)
            assert len(holds_of(ada.merchant.id)) > 0


@WHEN
def test_what_a_backup_at_the_same_company_paid_is_found_as_well(
    ada: StandingBy, tmp_path: Path, when: Moment
) -> None:
    ada.start()
    ada.choose(ada.card())
    when(ada)
    with backup(tmp_path) as kept:
        _go_on(ada)
        assert ada.backup().state == BackupTry.State.CHARGED
        with put_back(kept):
            _compare(ada, "Main", "Second")
            _everything_goes_on(ada)

            assert ada.first().state == "paid"
            assert ada.charged() == ada.moved_everywhere()
            assert check_truths(merchant_by_id(ada.merchant.id), now=clock.wall_now()) == []


@WHEN
def test_a_backup_that_was_declined_is_not_asked_a_second_time(
    ada: StandingBy, tmp_path: Path, when: Moment
) -> None:
    ada.start()
    ada.choose(ada.other_card("insufficient_funds"))
    when(ada)
    with backup(tmp_path) as kept:
        _go_on(ada)
        assert ada.backup().state == BackupTry.State.DECLINED
        with put_back(kept):
            _compare(ada, "Main", "Second")
            _everything_goes_on(ada)

            assert ada.first().state == "failed"
            assert len(ada.other.charges()) == 1
            assert check_truths(merchant_by_id(ada.merchant.id), now=clock.wall_now()) == []


def test_a_choice_that_was_lost_as_well(ada: StandingBy, tmp_path: Path) -> None:
    """By the older database she has no backup; what it paid is found all the same."""
    ada.start()
    card = ada.other_card()
    with backup(tmp_path) as kept:
        ada.choose(card)
        ada.decline()
        ada.try_backup()
        with put_back(kept):
            assert not BackupChoice.objects.filter(merchant_id=ada.merchant.id).exists()
            _compare(ada, "Main", "Second")
            _everything_goes_on(ada)

            assert (ada.first().state, len(ada.moved_everywhere())) == ("covered", 1)


def test_a_method_that_was_gone_before_anybody_was_asked(ada: StandingBy, tmp_path: Path) -> None:
    """Of such a no its company knows nothing, so by the older database the payment is still to be charged."""
    ada.start()
    ada.choose(ada.other_card())
    with backup(tmp_path) as kept:
        first = PaymentMethod.objects.filter(merchant_id=ada.merchant.id, connection_id=ada.connection.id)
        first.update(removed_at=clock.wall_now(), is_default=False)
        ada.decline()
        ada.try_backup()
        assert Payment.objects.get(merchant_id=ada.merchant.id, position=1).state == "covered"
        with put_back(kept):
            _compare(ada, "Main")
            _everything_goes_on(ada)
            assert ada.account.charges() == []
            _compare(ada, "Second")
            _everything_goes_on(ada)

            assert (ada.first().state, ada.account.charges()) == ("covered", [])


def test_a_company_that_keeps_no_events_is_read_for_whoever_owes_elsewhere(
    ada: StandingBy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = VaultGateway.capabilities
    monkeypatch.setattr(
        VaultGateway, "capabilities", lambda self, of=None: offered(self, of) - {Capability.LIST_EVENTS}
    )
    ada.start()
    ada.choose(ada.other_card())
    with backup(tmp_path) as kept:
        ada.decline()
        ada.try_backup()
        with put_back(kept):
            _compare(ada, "Main", "Second")
            assert (ada.first().state, ada.charged()) == ("covered", ada.moved_everywhere())


def test_a_no_that_was_found_again_calls_for_no_backup(ada: StandingBy, tmp_path: Path) -> None:
    """Who had asked is lost: it may have been the customer, who stood in front of the page."""
    ada.start()
    ada.choose(ada.other_card())
    ada.account.fault("lost_before", operation="charge.prepare")
    assert ada.decline().state == "due"
    with backup(tmp_path) as kept:
        ada.press(payment=ada.first())
        with put_back(kept):
            _compare(ada, "Main", "Second")
            _everything_goes_on(ada)

            assert (ada.first().state, ada.moved_everywhere()) == ("failed", [])
            assert not BackupTry.objects.filter(merchant_id=ada.merchant.id).exists()
