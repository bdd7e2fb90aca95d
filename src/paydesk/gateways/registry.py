"""Find an installed gateway by its name. The only loader: nobody imports a vendor.

A gateway is an entry point in the group `paydesk.gateways`, ours and other people's alike.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from paydesk.gateways.contract import Gateway

GROUP = "paydesk.gateways"


class GatewayMissing(Exception):
    """The gateway of a connection is not installed (any more). Its history stays readable."""


@cache
def find_gateway(name: str) -> type[Gateway]:
    """Give the class of an installed gateway, or raise GatewayMissing."""
    for point in entry_points(group=GROUP, name=name):
        found: type[Gateway] = point.load()
        return found
    raise GatewayMissing(f"No gateway called {name!r} is installed.")


def installed_gateways() -> list[str]:
    """Name every installed gateway, in order."""
    return sorted({point.name for point in entry_points(group=GROUP)})
