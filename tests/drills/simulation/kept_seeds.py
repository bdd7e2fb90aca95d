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
    "a refund was asked for again by a process that had slept until the company forgot its key": (
        7094,
        Wanted(),
    ),
    "the same, of a second payment": (9724, Wanted()),
    "a charge for payments together was declined and its rows were lost: nobody owes it by itself": (
        13998,
        Wanted(),
    ),
    "the same, while one of them was on its way": (15418, Wanted()),
    "the same, while it waited for its customer, and one of them was taken by itself all the same": (
        70804,
        Wanted(),
    ),
    "two charges were called off and taken all the same, before anything was heard of either": (
        7253,
        Wanted(),
    ),
    "a charge for payments together was taken all the same, while two of them were on their way by themselves": (
        95191,
        Wanted(),
    ),
    "one of them was taken all the same, when the charge for them together had been made": (89386, Wanted()),
    "a restore was noticed only when something was due, on the day's last minute": (7896, Wanted()),
    "the same, on a day of 23 hours": (9688, Wanted()),
    "the same, with a card that settles later": (17242, Wanted()),
    "a process was stopped while it read ahead, and its comparison was another's meanwhile": (9726, Wanted()),
    "a charge for payments together was lost with its rows, and its agreement cancelled before it was found": (
        204,
        Wanted(steps=LONG, card="good", more=("press",), fate="stop", faulty_share=0.0),
    ),
    "the same, and two between them had been on their way when they were paid": (
        121302,
        Wanted(
            steps=LONG, card="flaky", faulty_share=0.0, more=("refund", "restore", "back_up"), has_backup=True
        ),
    ),
}
