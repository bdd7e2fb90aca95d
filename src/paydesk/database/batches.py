"""Take many rows a few at a time: so many as one statement or one transaction takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Row = TypeVar("Row")


def batches(
    rows: Iterable[Row], *, most: int, weigh: Callable[[Row], int] | None = None, heaviest: int = 0
) -> Iterator[list[Row]]:
    """Give them in their order, at most so many together; where they are weighed, one that weighs so much is full."""
    found: list[Row] = []
    weight = 0
    for row in rows:
        found.append(row)
        weight += weigh(row) if weigh else 0
        if len(found) >= most or (weigh and weight >= heaviest):
            yield found
            found, weight = [], 0
    if found:
        yield found
