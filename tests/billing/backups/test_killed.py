"""Killed at each point of the try, raced by two workers, or stopped beyond a lease: it is charged once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.backups.carry_out import work_backup
from paydesk.billing.backups.models import BackupTry
from paydesk.billing.payments.charging.charge import LostClaim
from paydesk.billing.payments.models import Attempt
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock, faults
from paydesk.merchants.find import merchant_by_id
from paydesk.work.claim import claim
from tests.billing.backups.scene import StandingBy, standing_by
from tests.connected import grow_old, work_off
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

#: Those that a try comes to, in their order.
POINTS = ("F03", "F04", "F05", "F06", "F07", "F13", "F14", "F15", "F16", "F17")


class Killed(BaseException):
    """No code of ours catches it, as none outlives SIGKILL."""


@pytest.fixture
def ada(simulator: Simulator) -> StandingBy:
    scene = standing_by(simulator)
    scene.start()
    return scene


def _kill() -> None:
    faults.disarm()
    raise Killed


@pytest.mark.parametrize("card", ["good", "insufficient_funds"])
@pytest.mark.parametrize("is_elsewhere", [True, False])
@pytest.mark.parametrize("point", POINTS)
def test_a_try_that_is_killed_is_made_once(
    ada: StandingBy, point: str, is_elsewhere: bool, card: str
) -> None:
    ada.choose(ada.other_card(card) if is_elsewhere else ada.card(card))
    ada.decline()
    work_off("events")
    was_killed = False
    faults.arm(point, _kill)
    try:
        work_off("backups")
    except Killed:
        was_killed = True
    finally:
        faults.disarm()
    # A declined charge has no entry in the ledger.
    assert was_killed or (point, card) == ("F15", "insufficient_funds")
    for _ in range(3):
        grow_old(ada, timedelta(minutes=61))
        ada.later()

    made = ada.backup()
    assert made.state == (BackupTry.State.CHARGED if card == "good" else BackupTry.State.DECLINED)
    asked = Attempt.objects.filter(merchant_id=ada.merchant.id, asked_by="dunning")
    assert asked.exclude(state="abandoned").count() == 1
    assert ada.charged() == ada.moved_everywhere()
    assert len(ada.moved_everywhere()) == (1 if card == "good" else 0)
    assert check_truths(merchant_by_id(ada.merchant.id), now=clock.wall_now()) == []


@pytest.mark.parametrize("is_elsewhere", [True, False])
def test_two_workers_want_the_same_try(ada: StandingBy, is_elsewhere: bool) -> None:
    ada.choose(ada.other_card() if is_elsewhere else ada.card())
    ada.decline()
    work_off("events")
    [taken] = claim(BackupTry, most=5, lease=timedelta(minutes=2), now=clock.wall_now())

    troubles = side_by_side(*[lambda: work_backup(taken, clock.wall_now())] * 2)

    assert len(troubles) <= 1
    assert len(ada.moved_everywhere()) == 1
    assert ada.charged() == ada.moved_everywhere()


def test_a_worker_that_was_stopped_beyond_its_lease_asks_for_nothing(ada: StandingBy) -> None:
    ada.choose(ada.other_card())
    ada.decline()
    work_off("events")
    [stopped] = claim(BackupTry, most=5, lease=timedelta(minutes=2), now=clock.wall_now())
    BackupTry.objects.filter(merchant_id=ada.merchant.id).update(lease_until=None, fence=stopped.fence + 1)

    with pytest.raises(LostClaim):
        work_backup(stopped, clock.wall_now())

    assert (ada.covers(), ada.moved_everywhere()) == ([], [])


def test_the_customer_and_the_worker_meet(ada: StandingBy) -> None:
    ada.choose(ada.other_card())
    good = ada.save_card("good")
    payment = ada.decline()
    work_off("events")

    side_by_side(lambda: work_off("backups"), lambda: ada.press(good, payment=payment))

    ada.later()
    assert len(ada.moved_everywhere()) == 1
    assert ada.charged() == ada.moved_everywhere()
    assert check_truths(merchant_by_id(ada.merchant.id), now=clock.wall_now()) == []
