"""All flows of the drill, by name."""

from __future__ import annotations

from tests.drills.money.flows.charging import CHARGING
from tests.drills.money.flows.customers import CUSTOMERS
from tests.drills.money.flows.desk import DESK
from tests.drills.money.flows.flow import Flow
from tests.drills.money.flows.letters import LETTERS
from tests.drills.money.flows.webhooks import WEBHOOKS
from tests.drills.money.lane import Lane

FLOWS: list[Flow] = [*CHARGING, *CUSTOMERS, *WEBHOOKS, *DESK, *LETTERS]


def flows_of(lane: Lane) -> list[Flow]:
    """Give those that the lane is asked for: all, unless some were named."""
    return [flow for flow in FLOWS if not lane.flows or flow.name in lane.flows]


def flow_named(name: str) -> Flow:
    """Give a flow; raises KeyError."""
    return {flow.name: flow for flow in FLOWS}[name]
