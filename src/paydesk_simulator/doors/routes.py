"""Finding what a request asks for: tables of method, address and the function that answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

Act = TypeVar("Act", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Route(Generic[Act]):
    """One line of a table. `operation` is the name by which faults are ordered; `{name}` in an address is an id."""

    method: str
    address: str
    operation: str
    act: Act

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """Give the ids in the address, or None when this is another route."""
        if method != self.method:
            return None
        found = _pattern(self.address).fullmatch(path)
        return found.groupdict() if found else None


@cache
def _pattern(address: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[\\w-]+)", address))


def find_route(
    routes: Sequence[Route[Act]], method: str, path: str
) -> tuple[Route[Act], dict[str, str]] | None:
    """Give the route of a request, and the ids in its address."""
    for route in routes:
        ids = route.match(method, path)
        if ids is not None:
            return route, ids
    return None
