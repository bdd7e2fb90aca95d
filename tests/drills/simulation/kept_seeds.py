"""Runs that once found something, by what was wrong when they did. They are run first, for ever."""

from __future__ import annotations

from tests.drills.simulation.focus import LONG, Wanted

KEPT: dict[str, tuple[int, Wanted]] = {
    "a charge came in late while others held its payment, and nobody was told that it was made": (
        949,
        Wanted(),
    ),
    "an agreement ended on a day before it was cancelled, and what was charged in between was after its end": (
        689,
        Wanted(steps=LONG),
    ),
    "the same, with a card that asks for the customer": (769, Wanted(steps=LONG)),
    "a charge was read that was only prepared, and given up while the ask to confirm it was on its way": (
        18,
        Wanted(steps=LONG, faults=("late",), faulty_share=0.6, card="good"),
    ),
}
