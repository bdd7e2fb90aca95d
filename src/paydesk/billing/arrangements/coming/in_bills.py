"""Count the payments that are in open bills: a company may ask for several in one."""

from __future__ import annotations

from collections.abc import Sequence


def payments_in(bills_minor: Sequence[int], *, amount_minor: int) -> int:
    """Give how many payments of `amount_minor` the bills are for: one each at least."""
    return max(len(bills_minor), sum(bills_minor) // amount_minor if amount_minor else 0)
