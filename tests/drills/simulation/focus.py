"""What a run is mostly about. Each seed exaggerates something else; whoever looks for one bug says what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.drills.simulation.company.network import FAULTS

#: How much more or less of each thing a run may have.
_MORE_OR_LESS = (0.3, 1, 1, 3)
#: So many runs are mostly of backups.
_RESTORED_OFTEN = 0.15
_CARDS = ("good", "good", "flaky", "slow", "asks", "no_money", "stubborn")


@dataclass(frozen=True, kw_only=True)
class Focus:
    """`steps`: how often each happens, by the name of its function. `fates`: of kill, stop and fail.

    `days_share`: how often days pass, where else hours or seconds do. `plans_share`: the rest are subscriptions.
    """

    card: str
    faults: Mapping[str, float]
    faulty_share: float
    steps: Mapping[str, float] = field(default_factory=dict)
    fates: Sequence[float] = (5, 3, 2)
    fate_share: float = 0.3
    days_share: float = 0.1
    plans_share: float = 0.6
    has_backup: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a focus must have; what is not said is left to chance. `steps`: how many at least and at most.

    `has_backup`: Ada has a second card, which she has chosen to be tried when the first is declined.
    """

    steps: tuple[int, int] = (6, 20)
    card: str = ""
    faults: Sequence[str] = ()
    faulty_share: float | None = None
    more: Sequence[str] = ()
    only: Sequence[str] = ()
    fate: str = ""
    days_share: float | None = None
    plans_share: float | None = None
    has_backup: bool = False


#: Whoever looks for something in a run gives it time to happen.
LONG = (12, 36)
#: Nothing is said.
CHANCE_DECIDES = Wanted()


def focus_of(chance: Random, steps: Mapping[str, float], wanted: Wanted) -> Focus:
    """Draw a focus; `steps` are what happens, with the usual frequencies."""
    faults = {name: weight * chance.choice((0, 1, 1, 3)) for name, weight in FAULTS.items()}
    if wanted.faults or not any(faults.values()):
        faults = {name: float(name in (wanted.faults or FAULTS)) for name in FAULTS}
    often = {name: weight * chance.choice(_MORE_OR_LESS) for name, weight in steps.items()}
    if chance.random() < _RESTORED_OFTEN:
        often |= {"back_up": 15.0, "restore": 15.0}
    often |= {name: max(steps[name] * 5, 20) for name in wanted.more}
    if wanted.only:
        often = {
            name: weight if name in (*wanted.only, *wanted.more) else 0 for name, weight in often.items()
        }
    card, share = chance.choice(_CARDS), chance.choice((0.0, 0.0, 0.1, 0.3, 0.6))
    days_share = chance.choice((0.1, 0.1, 0.1, 0.4))
    plans_share = chance.choice((0.2, 0.6, 0.6, 0.9))
    fates = {"": (5, 3, 2), "kill": (9, 0, 1), "stop": (1, 9, 0), "fail": (1, 0, 9)}[wanted.fate]
    return Focus(
        card=wanted.card or card,
        faults=faults,
        faulty_share=share if wanted.faulty_share is None else wanted.faulty_share,
        steps=often,
        fates=fates,
        days_share=days_share if wanted.days_share is None else wanted.days_share,
        plans_share=plans_share if wanted.plans_share is None else wanted.plans_share,
        has_backup=wanted.has_backup,
        fate_share=0.6 if wanted.fate else chance.choice((0.1, 0.3, 0.5)),
    )
