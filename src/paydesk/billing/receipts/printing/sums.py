"""Say what lines, discounts, taxes and balance come to, step by step, as a reader adds it up."""

from __future__ import annotations

from typing import NamedTuple

from paydesk.billing.receipts.snapshot import Snapshot, sum_of


class Sum(NamedTuple):
    """One row. `word` names it in the layout's words; `title` is the bill's own name for it, where it has one."""

    word: str
    amount_minor: int
    title: str = ""
    percentage: str = ""
    is_strong: bool = False


def sums_of(said: Snapshot) -> list[Sum]:
    """List the rows under the lines: how they come to what was paid, and the taxes in it. A note has none."""
    if not said["lines"]:
        return []
    rows = _to_the_total(said)
    balance_minor = said["balance_minor"]
    if balance_minor:
        word = "balance" if balance_minor > 0 else "debt"
        rows = [*rows, Sum("total", sum_of(said)), Sum(word, -balance_minor)]
    included = [
        Sum("included", tax["amount_minor"], tax["title"], tax["percentage"])
        for tax in said["taxes"]
        if tax["is_included"]
    ]
    return [*rows, Sum("paid", said["amount_minor"], is_strong=True), *included]


def _to_the_total(said: Snapshot) -> list[Sum]:
    discounts = [Sum("discount", -one["amount_minor"], one["title"]) for one in said["discounts"]]
    taxes = [
        Sum("tax", tax["amount_minor"], tax["title"], tax["percentage"])
        for tax in said["taxes"]
        if not tax["is_included"]
    ]
    if not discounts and not taxes:
        return []
    subtotal = Sum("subtotal", sum(line["amount_minor"] for line in said["lines"]))
    return [subtotal, *discounts, *taxes]
