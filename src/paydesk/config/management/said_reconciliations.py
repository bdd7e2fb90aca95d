"""Say what a reconciliation found: in sentences for whoever typed the command, or whole for a machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from paydesk.kit.money import Money
from paydesk.merchants.models import Connection
from paydesk.sync.models import Reconciliation
from paydesk.sync.reconciliation.differences import WORDS, Kind

_SUMS = ("charged", "refunded", "disputed", "won back")


def sentences(
    connection: Connection, run: Reconciliation, *, is_dry_run: bool, lists_customers: bool
) -> Iterator[str]:
    """Give the lines about one connection that was compared to its end."""
    yield (
        f"{connection.name}: {run.customers_count:,} customers and {run.payments_count:,} payments were compared."
    )
    if not lists_customers:
        yield (
            "This company keeps no list of its customers: they come to Paydesk as methods are saved for them here, and"
            " it was asked for each by name. Of others there it tells nothing."
        )
    yield from _sums(run.sums)
    yield _mended(run.mended, is_dry_run=is_dry_run)
    if not run.found_counts:
        yield "Nothing is left for a person to look at."
    for kind, count in run.found_counts.items():
        words = WORDS[Kind(kind)]
        yield f"{words.means} ({count:,})"
        named = [one for one in run.found if one["kind"] == kind]
        yield from (f"    {one['said']}" for one in named)
        if count > len(named):
            yield f"    and {count - len(named):,} more"
        yield f"    What to do: {words.to_do}"


def in_json(
    connection: Connection, run: Reconciliation | None, trouble: str, *, is_dry_run: bool
) -> dict[str, object]:
    """Give all of it for a machine; `trouble`: why it was not compared to its end."""
    found = run or Reconciliation()
    return {
        "connection": connection.name,
        "is_dry_run": is_dry_run,
        "is_finished": run is not None,
        "trouble": trouble,
        "customers": found.customers_count,
        "payments": found.payments_count,
        "mended": found.mended,
        "to_look_at": found.found_counts,
        "differences": found.found,
        "sums": found.sums,
    }


def _sums(sums: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for currency, of_currency in sums.items():
        for name in _SUMS:
            there, here = (of_currency.get(f"{name} {side}", 0) for side in ("there", "here"))
            if there or here:
                yield (
                    f"    {name}: {_amount(there, currency)} at the company, {_amount(here, currency)} in the ledger"
                )


def _mended(counts: Mapping[str, int], *, is_dry_run: bool) -> str:
    """Name each table with how many of its rows were missing and how many stale."""
    if not counts:
        return "There was nothing to mend."
    would_be = "would be" if is_dry_run else "were"
    said = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return f"These {would_be} mended: {said}."


def _amount(minor: int, currency: str) -> str:
    return f"{currency} {Money(minor, currency).decimal():,f}"
