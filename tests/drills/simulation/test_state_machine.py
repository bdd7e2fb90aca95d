"""Rules that Hypothesis plays in any order, and then as few as it can: what people, workers and banks may do next.

Nobody is killed here; a failure comes as the shortest play that was found, which seeds do not give.
"""

from __future__ import annotations

from contextlib import ExitStack
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.drills.simulation import workers
from tests.drills.simulation.acts import changes, desk, people
from tests.drills.simulation.company.network import FAULTS
from tests.drills.simulation.judging.judge import judge, judge_now
from tests.drills.simulation.run import fresh_world, installed, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

PLAYS, MOVES_EACH = 20, 12
CHANCE = st.randoms(use_true_random=False)


class Money(RuleBasedStateMachine):
    """One merchant, one customer, one company."""

    def __init__(self) -> None:
        super().__init__()
        self._undo = ExitStack()

    @initialize(seed=st.integers(0, 500), chance=CHANCE)
    def begin(self, seed: int, chance: Random) -> None:
        self.world = self._undo.enter_context(fresh_world(seed))
        self.world.acts_meet_their_fate = False
        self._play(people.agree, chance)

    @rule(chance=CHANCE)
    def a_shop_sells(self, chance: Random) -> None:
        self._play(people.agree, chance)

    @rule(chance=CHANCE)
    def a_customer_presses(self, chance: Random) -> None:
        self._play(people.press, chance)

    @rule(chance=CHANCE)
    def a_customer_pays_several_at_once(self, chance: Random) -> None:
        self._play(desk.quote, chance)

    @rule(chance=CHANCE)
    def a_customer_presses_an_old_offer(self, chance: Random) -> None:
        self._play(desk.pay, chance)

    @rule(chance=CHANCE)
    def a_customer_goes_to_the_bank(self, chance: Random) -> None:
        self._play(people.verify, chance)

    @rule(chance=CHANCE)
    def a_customer_changes_cards(self, chance: Random) -> None:
        self._play(chance.choice((people.add_card, people.drop_card)), chance)

    @rule(chance=CHANCE)
    def a_customer_changes_what_is_to_come(self, chance: Random) -> None:
        self._play(changes.change, chance)

    @rule(chance=CHANCE)
    def a_customer_stays_for_less(self, chance: Random) -> None:
        self._play(changes.discount, chance)

    @rule(chance=CHANCE)
    def staff_refund(self, chance: Random) -> None:
        self._play(changes.refund, chance)

    @rule(chance=CHANCE)
    def money_goes_back(self, chance: Random) -> None:
        self._play(people.give_back, chance)

    @rule(chance=CHANCE, rows=st.integers(1, 6))
    def a_worker_works(self, chance: Random, rows: int) -> None:
        for _ in range(rows):
            self._play(workers.work_one_row, chance)

    @rule(chance=CHANCE, webhooks=st.integers(1, 4))
    def webhooks_come_in_any_order(self, chance: Random, webhooks: int) -> None:
        for _ in range(webhooks):
            self._play(workers.deliver, chance)

    @rule(chance=CHANCE)
    def time_passes(self, chance: Random) -> None:
        self._play(people.pass_time, chance)

    @rule(faults=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3))
    def the_next_calls_go_wrong(self, faults: list[str]) -> None:
        self.world.network.next_faults.extend(faults)

    @invariant()
    def what_always_holds_holds(self) -> None:
        if hasattr(self, "world"):
            judge_now(self.world)
            self._require_nothing_wrong()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.world.network.next_faults.clear()
                settle(self.world)
                judge(self.world)
                self._require_nothing_wrong()
        finally:
            self._undo.close()

    def _play(self, move: Any, chance: Random) -> None:
        self.world.chance = chance
        move(self.world)

    def _require_nothing_wrong(self) -> None:
        assert not self.world.violations, "\n".join([*self.world.history, *self.world.violations])


def test_whatever_is_played_no_promise_is_broken() -> None:
    with installed():
        run_state_machine_as_test(
            Money,
            settings=settings(
                max_examples=PLAYS,
                stateful_step_count=MOVES_EACH,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
