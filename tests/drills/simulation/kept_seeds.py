"""Seeds that once found something, with what it was. They are run first, for ever."""

from __future__ import annotations

from tests.drills.simulation.focus import Wanted

#: By seed: what was wrong when it failed.
KEPT_SEEDS: dict[int, str] = {
    689: "an agreement ended on a day before it was cancelled, and what was charged in between was after its end",
    769: "the same, with a card that asks for the customer",
}
#: The same of runs that were about something, by what was wrong.
KEPT_FOCUSED: dict[str, tuple[int, Wanted]] = {
    "a charge was read that was only prepared, and given up while the ask to confirm it was on its way": (
        18,
        Wanted(faults=("late",), faulty_share=0.6, card="good"),
    ),
}
