"""The charge run as flows: a payment, two that are due, cards that decline, ask for the customer or wait, a backup."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from paydesk.billing.backups.choose import choose_backup
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.drills.money.flows.flow import Flow, Stage, ends
from tests.drills.money.flows.quick_scene import save_card
from tests.drills.money.work import work_until_idle


def _start(stage: Stage) -> None:
    stage.scene.start()


def _start_plan_with_two_due(stage: Stage) -> None:
    stage.scene.start_plan(price=9001, count=3, first_day=stage.scene.today() - timedelta(days=31))


def _start_with_backup(card: str) -> Callable[[Stage], None]:
    def prepare(stage: Stage) -> None:
        scene = stage.scene
        scene.start()
        choose_backup(
            merchant=merchant_by_id(scene.merchant.id),
            customer_id=scene.owner().customer_id or 0,
            method_public_id=save_card(scene, card),
            now=clock.wall_now(),
        )

    return prepare


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
        name="backup",
        card="insufficient_funds",
        prepare=_start_with_backup("good"),
        act=_work,
        expect=ends("paid", "scheduled", minor=(3000,)),
    ),
    Flow(
        name="backup-declined",
        card="insufficient_funds",
        prepare=_start_with_backup("lost_or_stolen"),
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
