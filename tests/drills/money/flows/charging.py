"""The charge run as flows: one payment, two that are due, and cards that decline, ask for the customer, or wait."""

from __future__ import annotations

from datetime import timedelta

from tests.drills.money.flows.flow import Flow, Stage, ends
from tests.drills.money.work import work_until_idle


def _start(stage: Stage) -> None:
    stage.scene.start()


def _start_plan_with_two_due(stage: Stage) -> None:
    stage.scene.start_plan(price=9001, count=3, first_day=stage.scene.today() - timedelta(days=31))


def _work(_: Stage) -> None:
    work_until_idle()


CHARGING = [
    Flow(
        name="charge",
        prepare=_start,
        act=_work,
        expect=ends("paid", "scheduled", minor=(3000,)),
    ),
    Flow(
        name="two-due",
        prepare=_start_plan_with_two_due,
        act=_work,
        expect=ends("paid", "paid", "scheduled", minor=(3001, 3000)),
    ),
    Flow(
        name="declined",
        card="insufficient_funds",
        prepare=_start,
        act=_work,
        expect=ends("failed", "scheduled", minor=()),
    ),
    Flow(
        name="secure",
        card="secure_when_charged",
        prepare=_start,
        act=_work,
        expect=ends("failed", "scheduled", minor=()),
    ),
    Flow(
        name="pending",
        card="pending_then_pays",
        prepare=_start,
        act=_work,
        expect=ends("paid", "scheduled", minor=(3000,)),
    ),
]
