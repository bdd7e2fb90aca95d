"""People who do something while a charge is under way: whoever charges sleeps in the middle of it meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from paydesk.merchants.connect import seal
from paydesk.merchants.models import Connection
from tests.drills.money.conditions.condition import UNDER_WAY, Act, Made
from tests.drills.money.flows import desk
from tests.drills.money.flows.customers import press
from tests.drills.money.flows.flow import Flow, Stage
from tests.drills.money.flows.quick_scene import save_card
from tests.drills.money.flows.webhooks import hear
from tests.drills.money.lane import Arms, Lane
from tests.drills.money.runs import wrong_endings
from tests.drills.money.work import work_until_idle

_WRONG_KEY = {"api_key": "sim_sk_replaced"}
_PLACES = {"moved_to": 4, "paused_until": 3}


def _start_plan(stage: Stage) -> None:
    """Start a plan of which one payment is due, and save a second card."""
    stage.scene.start_plan(price=9000, count=4)
    _have_facts(stage)


def _start_subscription(stage: Stage) -> None:
    stage.scene.start()
    _have_facts(stage)


def _start_and_pay_one(stage: Stage) -> None:
    """Start a plan of which the first payment was made by hand, and the second is due."""
    stage.scene.start_plan(price=9000, count=4, first_day=stage.scene.today() - timedelta(days=31))
    press(stage)


def _have_facts(stage: Stage) -> None:
    today = stage.scene.today()
    stage.facts["card"] = save_card(stage.scene, "good")
    stage.facts.update((name, today + timedelta(days=days)) for name, days in _PLACES.items())


def _work(_: Stage) -> None:
    work_until_idle()


def _flow(name: str, prepare: Callable[[Stage], None]) -> Flow:
    return Flow(name=name, prepare=prepare, act=_work, come_back=hear, expect=desk.after_the_end)


DUE = [_flow("plan-due", _start_plan), _flow("subscription-due", _start_subscription)]
ONE_PAID = [_flow("one-paid", _start_and_pay_one)]


def while_charging(
    *others: Callable[[Stage], object],
    first: Callable[[Stage], None] = _work,
    points: tuple[str, ...] = UNDER_WAY,
) -> Act:
    """Let `first` sleep in the middle of its charge, let one of the others act, and let the first go on."""

    def act(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
        sleeper = lane.start(partial(first, stage), Arms(points=f"{chance.choice(points)}:stop:1"))
        ended = [lane.wait(sleeper)]
        if ended[0].how != "stopped":
            return Made(ended=ended, wrong=["nobody was charging"], is_so=False)
        ended += [lane.run(partial(chance.choice(others), stage)), lane.go_on(sleeper)]
        return Made(ended=ended, wrong=wrong_endings(ended))

    return act


def keys_replaced(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let the merchant replace its keys in the middle: for a while those that are here are not valid there."""
    scene = stage.scene
    mine = Connection.objects.filter(merchant_id=scene.merchant.id)
    good = bytes(mine.get().credentials)

    def replace_and_press(_: Stage) -> None:
        mine.update(credentials=seal(scene.merchant.uuid, scene.account.credentials | _WRONG_KEY))
        press(stage)

    try:
        made = while_charging(replace_and_press)(lane, flow, stage, chance)
        # Whoever looks now is told that the key is wrong: that says nothing of the charge.
        looked = lane.run(work_until_idle)
    finally:
        mine.update(credentials=good)
    return Made(ended=[*made.ended, looked], wrong=[*made.wrong, *wrong_endings([looked])], is_so=made.is_so)
