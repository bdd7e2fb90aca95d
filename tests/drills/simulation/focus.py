"""What a run is mostly about. Each seed exaggerates something else; whoever looks for one bug says what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.drills.simulation.company.network import FAULTS

#: How much more or less of each thing a run may have.
_MORE_OR_LESS = (0.3, 1, 1, 3)
_CARDS = ("good", "good", "flaky", "slow", "asks", "no_money", "stubborn")


@dataclass(frozen=True, kw_only=True)
class Focus:
    """`steps`: how often each happens, by the name of its function. `fates`: of kill, stop and fail."""

    card: str
    faults: Mapping[str, float]
    faulty_share: float
    steps: Mapping[str, float] = field(default_factory=dict)
    fates: Sequence[float] = (5, 3, 2)
    fate_share: float = 0.3


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a focus must have; what is not said is left to chance."""

    card: str = ""
    faults: Sequence[str] = ()
    faulty_share: float | None = None
    more: Sequence[str] = ()
    fate: str = ""


#: Nothing is said.
CHANCE_DECIDES = Wanted()


def focus_of(chance: Random, steps: Mapping[str, float], wanted: Wanted) -> Focus:
    """Draw a focus; `steps` are what happens, with the usual frequencies."""
    faults = {name: weight * chance.choice((0, 1, 1, 3)) for name, weight in FAULTS.items()}
    if wanted.faults or not any(faults.values()):
        faults = {name: float(name in (wanted.faults or FAULTS)) for name in FAULTS}
    often = {name: weight * chance.choice(_MORE_OR_LESS) for name, weight in steps.items()}
    often |= {name: steps[name] * 5 for name in wanted.more}
    card, share = chance.choice(_CARDS), chance.choice((0.0, 0.0, 0.1, 0.3, 0.6))
    fates = {"": (5, 3, 2), "kill": (9, 0, 1), "stop": (1, 9, 0), "fail": (1, 0, 9)}[wanted.fate]
    return Focus(
        card=wanted.card or card,
        faults=faults,
        faulty_share=share if wanted.faulty_share is None else wanted.faulty_share,
        steps=often,
        fates=fates,
        fate_share=0.6 if wanted.fate else chance.choice((0.1, 0.3, 0.5)),
    )
