"""What people and the worker do with money, each as a flow that can be killed anywhere and is then finished."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from paydesk.config.truths.table import TRUTHS
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.billing.charging.scene import Collecting, collecting
from tests.drills.money import books
from tests.drills.money.flows.quick_scene import quick_scene
from tests.drills.money.lane import Lane
from tests.drills.money.work import leave_alone, work_for_days

#: These truths read every table, and no kill breaks them: they are asked after some of the runs.
_OF_ALL_ROWS = {"I12", "I14"}
_THOROUGH_EVERY = 25


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One merchant with its account, in the drill's lane."""

    lane: Lane
    scene: Collecting
    facts: dict[str, Any] = field(default_factory=dict)

    def captured(self) -> list[int]:
        """Give what the company captured, in minor units."""
        return [one["amount_minor"] for one in self.scene.account.charges() if one["status"] == "succeeded"]

    def agrees(self) -> list[str]:
        """Say what does not agree between the books, and which truths of our own do not hold."""
        merchant = merchant_by_id(self.scene.merchant.id)
        found = books.broken(merchant_id=merchant.id, account=self.scene.account)
        is_thorough = self.lane.scenes % _THOROUGH_EVERY == 0
        for truth in TRUTHS:
            if is_thorough or truth.name not in _OF_ALL_ROWS:
                examples = truth.broken_by(merchant, clock.wall_now())
                found += [f"{truth.name} {truth.says} {example}" for example in examples]
        return found

    def note(self, name: str, value: object) -> None:
        """Note something that a process of this run saw, for the end of the run."""
        self._notes(name).write_text(json.dumps(value))

    def noted(self, name: str) -> Any:
        """Give what was noted; None when no process came to it."""
        return json.loads(self._notes(name).read_text()) if self._notes(name).exists() else None

    def _notes(self, name: str) -> Path:
        return self.lane.folder / f"{self.scene.merchant.slug}.{name}.json"

    def end(self) -> None:
        """Let nothing of it come in the way of the next run."""
        leave_alone(self.scene.merchant.id)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """`act` is what is killed. `come_back`: what happens when all is started again, beside the worker's work.

    `expect` says what a customer or merchant would miss at the end, beside the books.
    """

    name: str
    card: str = "good"
    prepare: Callable[[Stage], None]
    act: Callable[[Stage], None]
    come_back: Callable[[Stage], None] = lambda _: None
    kind: str = "vault"
    #: Whoever comes back is there again when what was under way has ended.
    comes_back_twice: bool = False
    #: So many days go by at least, since something is due on a later day.
    days: int = 0
    expect: Callable[[Stage], list[str]]

    def stage(self, lane: Lane, *, is_prepared: bool = True) -> Stage:
        """Set the scene: a merchant and an account of its own."""
        lane.clock.set_ahead(timedelta(0))
        lane.scenes += 1
        slug = f"{self.name}-{lane.name}-{lane.scenes}"
        if self.kind == "vault":
            scene = quick_scene(lane.simulator, card=self.card, slug=slug)
        else:
            scene = collecting(lane.simulator, card=self.card, kind=self.kind, slug=slug)
        stage = Stage(lane=lane, scene=scene)
        if is_prepared:
            self.prepare(stage)
        return stage

    def finish(self, stage: Stage) -> None:
        """Start all again and work until nothing is under way any more."""
        scene, drill_clock = stage.scene, stage.lane.clock
        self.come_back(stage)
        work_for_days(drill_clock, scene.account, scene.merchant.id, at_least=timedelta(days=self.days))
        if self.comes_back_twice:
            self.come_back(stage)
            work_for_days(drill_clock, scene.account, scene.merchant.id)

    def found(self, stage: Stage) -> list[str]:
        """Say all that is wrong at the end."""
        return [*stage.agrees(), *self.expect(stage)]


def captured(*amounts: int) -> Callable[[Stage], list[str]]:
    """Expect the company to have captured just this, in minor units."""

    def expect(stage: Stage) -> list[str]:
        found = sorted(stage.captured())
        return [] if found == sorted(amounts) else [f"captured {found}, and not {sorted(amounts)}"]

    return expect


def ends(*states: str, minor: tuple[int, ...]) -> Callable[[Stage], list[str]]:
    """Expect the payments to end in these states, and just this to have been captured."""
    money = captured(*minor)

    def expect(stage: Stage) -> list[str]:
        found = books.states(stage.scene.payments())
        wrong = [] if found == list(states) else [f"the payments are {found}, and not {list(states)}"]
        return [*money(stage), *wrong]

    return expect
