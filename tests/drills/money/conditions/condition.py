"""What a condition is: something that is made so while a flow runs, and what was seen of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.drills.money.flows.flow import Flow, Stage
from tests.drills.money.lane import Ended, Lane

#: In the middle of a charge, and in no transaction: whoever sleeps there holds nobody up.
UNDER_WAY = ("F04", "F05", "F06", "F07", "F13")


@dataclass(frozen=True, kw_only=True)
class Made:
    """How each process ended, and what is wrong already. `is_so`: by chance a condition may not have come about."""

    ended: Sequence[Ended]
    wrong: Sequence[str] = ()
    is_so: bool = True


#: What is done in the place of the flow's own act.
Act = Callable[[Lane, Flow, Stage, random.Random], Made]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """The flows that it meets, one after the other, and how it is made so. `is_prepared`: before it is."""

    flows: Sequence[Flow]
    act: Act
    is_prepared: bool = True
