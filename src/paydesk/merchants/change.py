"""Change what a merchant is: its name, its colour, how it is reached; what is not given stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

from paydesk.merchants.add import MerchantRefused, MerchantWanted, refusal
from paydesk.merchants.models import Merchant


class Change(NamedTuple):
    """What was changed, by the name of its column, from what, to what."""

    name: str
    before: str | None
    after: str | None


def change_merchant(*, merchant_id: int, given: Mapping[str, Any]) -> list[Change]:
    """Write what is given and differs, and say what that was; raises MerchantRefused and then changes nothing."""
    row = Merchant.objects.get(id=merchant_id)
    before = MerchantWanted(**{one.name: getattr(row, one.name) for one in fields(MerchantWanted)})
    after = replace(before, **given)
    said = refusal(after) or _refusal(merchant_id, before, after)
    if said is not None:
        raise MerchantRefused(said)
    changes = [Change(name, getattr(before, name), getattr(after, name)) for name in given]
    changes = [change for change in changes if change.before != change.after]
    if changes:
        Merchant.objects.filter(id=merchant_id).update(**{change.name: change.after for change in changes})
    return changes


def _refusal(merchant_id: int, before: MerchantWanted, after: MerchantWanted) -> str | None:
    if after.mode != before.mode:
        return f"{before.slug} is a {before.mode} merchant and stays one. Add another for {after.mode}."
    if (
        after.host_name
        and Merchant.objects.filter(host_name=after.host_name).exclude(id=merchant_id).exists()
    ):
        return "Another merchant has that host name."
    return None
