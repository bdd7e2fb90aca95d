"""All tiers of the drill, by letter."""

from __future__ import annotations

from tests.drills.money.runs import Tier
from tests.drills.money.tiers.conditions import CONDITIONS
from tests.drills.money.tiers.crashes import CRASHING
from tests.drills.money.tiers.kills import KILLS
from tests.drills.money.tiers.network import NETWORK
from tests.drills.money.tiers.races import RACES

TIERS: list[Tier] = [KILLS, NETWORK, RACES, CRASHING, CONDITIONS]


def tier_of(letter: str) -> Tier:
    """Give a tier; raises KeyError."""
    return {tier.letter: tier for tier in TIERS}[letter]
