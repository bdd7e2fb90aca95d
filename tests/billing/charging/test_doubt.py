"""Doubt: a company that is silent for long, what cannot be known, and what ends a doubt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.silent import try_silent_companies
from paydesk.billing.payments.uncertain import doubt_of
from paydesk.kit import clock
from tests.billing.charging.scene import Collecting, collecting
from tests.connected import grow_old, work_off
from tests.simulator import Simulator

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "age", "is_answered", "is_waiting", "said"),
    [
        ("unknown", HOUR, True, False, None),
        ("unknown", 20 * HOUR, True, False, "unknown_outcome"),
        ("unknown", 20 * HOUR, False, False, None),
        ("unknown", 25 * HOUR, False, False, "stuck"),
        ("pending", 25 * HOUR, True, True, None),
        ("needs_customer", 25 * HOUR, True, False, None),
    ],
)
def test_which_doubt_it_is(
    state: str, age: timedelta, is_answered: bool, is_waiting: bool, said: str | None
) -> None:
    found = doubt_of(state=state, age=age, memory=DAY, is_answered=is_answered, is_waiting=is_waiting)
    assert found == said


@pytest.mark.django_db(transaction=True)
def test_when_a_silent_company_answers_again_all_that_waits_is_settled_at_once(simulator: Simulator) -> None:
    scene = _with_three_lost_answers(simulator)
    scene.account.fault("lost_before", operation="*", times=3)
    grow_old(scene, 5 * HOUR)
    scene.look_up()
    assert {attempt.trouble for attempt in scene.attempts()} == {"the company does not answer"}
    assert all((attempt.due_at or clock.wall_now()) > clock.wall_now() for attempt in scene.attempts())

    try_silent_companies(clock.wall_now())
    work_off("attempts")
    work_off("attempts")

    assert [attempt.state for attempt in scene.attempts()] == ["succeeded"] * 3
    assert scene.moved() == scene.charged()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hears", [Collecting.look_up, Collecting.take_over], ids=["a look-up", "a reading"])
def test_after_a_day_without_an_answer_a_person_is_asked_and_whoever_brings_it_ends_the_doubt(
    simulator: Simulator, hears: Callable[[Collecting], None]
) -> None:
    scene = _with_three_lost_answers(simulator)
    grow_old(scene, 25 * HOUR)
    scene.account.fault("lost_before", operation="*", times=3)
    scene.look_up()
    assert sorted(Concern.objects.values_list("kind", flat=True)) == ["stuck"] * 3

    hears(scene)

    assert not Concern.objects.filter(resolved_at__isnull=True).exists()
    assert {attempt.state for attempt in scene.attempts()} == {"succeeded"}


@pytest.mark.django_db(transaction=True)
def test_an_ask_that_may_still_be_on_its_way_is_looked_up_again_and_no_row_is_read_without_its_merchant(
    simulator: Simulator,
) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.account.fault("lost_before", operation="charge.confirm")
    scene.run()

    scene.look_up()

    [attempt] = scene.attempts()
    assert (attempt.state, attempt.trouble) == ("unknown", "no clear answer yet")


def _with_three_lost_answers(simulator: Simulator) -> Collecting:
    scene = collecting(simulator)
    for number in range(3):
        scene.start(name=f"Shelf {number}")
    scene.account.fault("lost_after", operation="charge.confirm", times=3)
    scene.run()
    assert [attempt.state for attempt in scene.attempts()] == [Attempt.State.UNKNOWN] * 3
    return scene
