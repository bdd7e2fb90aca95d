"""A charge that was called off was declined by nobody: what was due is charged all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.billing.charging.scene import collecting
from tests.connected import grow_old
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_off_whose_answer_is_lost_is_no_decline_and_the_payment_is_charged(
    simulator: Simulator,
) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.account.fault("lost_before", operation="charge.confirm")
    scene.run()
    scene.account.fault("lost_after", operation="charge.cancel")
    grow_old(scene, timedelta(minutes=5))
    scene.look_up()
    assert scene.states()[0] == "processing"

    scene.look_up()
    scene.hurry()

    assert scene.states() == ["paid", "scheduled"]
    assert [attempt.state for attempt in scene.attempts()] == ["abandoned", "succeeded"]
    assert len(scene.moved()) == 1
