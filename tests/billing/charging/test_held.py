"""While charging is held nothing is asked of the company; when it is released, what waited is charged once."""

from __future__ import annotations

import pytest

from paydesk.billing.holds.held import holds_of
from paydesk.billing.holds.release import release_hold
from paydesk.billing.payments.models import Attempt, DueCharge
from paydesk.billing.payments.refused import RetryRefused
from paydesk.kit import clock
from paydesk.work.models import Heartbeat
from tests.billing.charging.scene import Collecting, collecting
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def _waits_because(scene: Collecting) -> str:
    return DueCharge.objects.get(merchant_id=scene.merchant.id, payment__state="scheduled").trouble


def test_the_run_waits_while_charging_is_held_and_goes_on_after_it(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    hold = scene.hold("The bank is on strike")
    scene.run()
    assert (scene.moved(), scene.attempts(), scene.states()) == ([], [], ["scheduled"])
    assert _waits_because(scene) == "The bank is on strike"

    release_hold(merchant_id=scene.merchant.id, hold_id=hold.id, released_by="Mara", now=clock.wall_now())
    DueCharge.objects.filter(merchant_id=scene.merchant.id).update(due_at=clock.wall_now())
    scene.run()
    assert (len(scene.moved()), scene.states()) == (1, ["paid", "scheduled"])


def test_a_customer_who_presses_meanwhile_is_told_and_nothing_is_charged(simulator: Simulator) -> None:
    scene = collecting(simulator, card="insufficient_funds")
    scene.start()
    scene.run()
    good = scene.save_card("good")
    scene.hold("The bank is on strike")
    with pytest.raises(RetryRefused, match="while we check our books"):
        scene.press(good, payment=scene.payments()[0])

    assert (scene.moved(), len(scene.attempts())) == ([], 1)


def test_a_restore_that_no_worker_has_noticed_yet_charges_nothing_either(simulator: Simulator) -> None:
    """The first charge beats, as no worker runs; the database that is put back does not know of that."""
    scene = collecting(simulator, card="insufficient_funds")
    scene.start()
    scene.run()
    assert [one.state for one in scene.attempts()] == [Attempt.State.DECLINED]
    good = scene.save_card("good")
    Heartbeat.objects.update(number=0)
    with pytest.raises(RetryRefused, match="while we check our books"):
        scene.press(good, payment=scene.payments()[0])

    assert (scene.moved(), holds_of(scene.merchant.id)) == ([], [])
