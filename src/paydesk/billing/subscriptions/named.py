"""Find the agreements that have a name already, at whichever connection, and say if one more may begin under it.

A company's own references are its own. A merchant's name for what Paydesk collects means one agreement of that
merchant, wherever it is charged: the same file may be brought to a second connection, or again after a move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.merchants.models import Connection


def agreements_named(
    *, connection: Connection, references: Collection[str]
) -> Mapping[str, Sequence[Subscription]]:
    """Give by name what of the merchant's has one of these, at every connection, with its order and connection."""
    mine = {"merchant_id": connection.merchant_id}
    # By connection, since that is how references are indexed.
    everywhere = Connection.objects.filter(**mine).values("id")
    found = Subscription.objects.filter(**mine, connection_id__in=everywhere, reference__in=references)
    named = defaultdict(list)
    for one in found.select_related("connection", "order").order_by("id"):
        named[one.reference].append(one)
    return named


def already_there(named: Sequence[Subscription], *, connection_id: int) -> Subscription | None:
    """Give the one of ours that is meant at a connection: it began there, or else it was moved there.

    Its order stays where it began, so that one that was moved away is known there still.
    """
    ours = [one for one in named if one.collected_by == Subscription.CollectedBy.PAYDESK]
    began = [one for one in ours if one.order.connection_id == connection_id]
    moved = [one for one in ours if one.connection_id == connection_id]
    return next(iter([*began, *moved]), None)


def refusal(named: Sequence[Subscription], *, connection_id: int) -> str | None:
    """Say in words for staff why none may begin at a connection under the name of these, or None.

    What has ended elsewhere refuses nothing: it collects nothing any more and never will, and its merchant may well
    begin the next one under the same name at another company.
    """
    for one in named:
        if one.collected_by == Subscription.CollectedBy.PAYDESK:
            if one.state not in ENDED:
                return (
                    f"{one.reference!r} is collected at the connection {one.connection.name!r} already,"
                    " and would be collected twice."
                )
        elif one.connection_id == connection_id:
            return at_company(one.reference)
    return None


def at_company(reference: str) -> str:
    """Say that a company has given the name itself."""
    return f"the company itself has something that is called {reference!r}."
