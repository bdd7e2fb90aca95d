"""Change what a merchant is: its name, its colour, how it is reached; what is not given stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

from paydesk.merchants.add import MerchantRefused, MerchantWanted, columns_of, refusal, taken
from paydesk.merchants.models import Merchant


class Change(NamedTuple):
    """What was changed, by the name of its column, from what, to what."""

    name: str
    before: Any
    after: Any


def change_merchant(*, merchant_id: int, given: Mapping[str, Any]) -> list[Change]:
    """Write what is given and differs, and say what that was; raises MerchantRefused and then changes nothing."""
    row = Merchant.objects.get(id=merchant_id)
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
    return changes


def refusal_of_change(row: Merchant, after: MerchantWanted) -> str | None:
    """Say why a merchant cannot become that, or None."""
    if after.mode != row.mode:
        return f"{row.slug} is a {row.mode} merchant and stays one. Add another for {after.mode}."
    return refusal(after) or taken(after, merchant_id=row.id)
