"""Change what a merchant is: its name, its colour, how it is reached; what is not given stays.

What is due on a day is due there: what follows from another time zone is the reaction to `zone.changed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

from paydesk.database.transactions import in_transaction, locked
from paydesk.events.record import record_event
from paydesk.kit import clock
from paydesk.merchants.add import MerchantRefused, MerchantWanted, columns_of, refusal, taken
from paydesk.merchants.models import Merchant


class Change(NamedTuple):
    """What was changed, by the name of its column, from what, to what."""

    name: str
    before: Any
    after: Any


def change_merchant(*, merchant_id: int, given: Mapping[str, Any]) -> list[Change]:
    """Write what is given and differs, and say what that was; raises MerchantRefused and then changes nothing."""
    return in_transaction(lambda: _change(merchant_id, given))


def refusal_of_change(row: Merchant, after: MerchantWanted) -> str | None:
    """Say why a merchant cannot become that, or None."""
    if after.mode != row.mode:
        return f"{row.slug} is a {row.mode} merchant and stays one. Add another for {after.mode}."
    return refusal(after) or taken(after, merchant_id=row.id)


def _change(merchant_id: int, given: Mapping[str, Any]) -> list[Change]:
    row = locked(Merchant.objects.filter(id=merchant_id)).get()
    before = MerchantWanted(**{one.name: getattr(row, one.name) for one in fields(MerchantWanted)})
    after = replace(before, **given)
    said = refusal_of_change(row, after)
    if said is not None:
        raise MerchantRefused(said)
    columns = columns_of(after)
    changes = [Change(name, getattr(row, name), columns[name]) for name in given]
    changes = [change for change in changes if change.before != change.after]
    if changes:
        Merchant.objects.filter(id=merchant_id).update(**{change.name: change.after for change in changes})
    for change in changes:
        if change.name == "time_zone":
            zones = {"from": change.before, "to": change.after}
            # The time after the wait for the lock: whoever reacts waits until nobody knows the old zone any more.
            record_event(merchant_id=merchant_id, name="zone.changed", subject=zones, now=clock.wall_now())
    return changes
