"""Say which payments one charge may have paid together: the search for a charge whose rows a restored database lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, islice, product

from django.db.models import Max

from paydesk.billing.payments.charging.cover import COVERABLE, GIVEN_UP
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription

#: An agreement without an end may have had so many payments more than the older database knows.
_AHEAD = 12
#: Charges for payments of several agreements are looked for among so many at most.
_MIXED_MAX = 20_000
#: So many payments of an agreement may have been on their way when others of it were paid together.
_GAPS_MOST = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A payment of ours that is there, or that an agreement without an end would have next. Amounts are minor units.

    `is_given_up`: skipped or cancelled, maybe since it was paid. `tried`: the number of its last attempt that is known.
    """

    reference: str
    subscription_id: int
    position: int
    owed_minor: int
    fee_minor: int
    is_open: bool
    is_given_up: bool = False
    tried: int = 0


def parts_of(*, merchant_id: int, accounts: Collection[int]) -> list[Part]:
    """List all payments of a customer's accounts (ids) that Paydesk collects, and those that may have been lost."""
    mine = {"merchant_id": merchant_id, "gateway_customer_id__in": accounts}
    rows = Payment.objects.filter(
        **mine, collected_by=Subscription.CollectedBy.PAYDESK, position__isnull=False
    ).order_by("subscription_id", "position")
    parts = [_part(row, row.tried or 0) for row in rows.annotate(tried=Max("attempt__number"))]
    endless = Subscription.objects.filter(
        **mine, collected_by=Subscription.CollectedBy.PAYDESK, payments_total__isnull=True
    )
    for subscription in endless.annotate(last=Max("payment__position")).order_by("id"):
        begin = (subscription.last or 0) + 1
        parts += [_lost(subscription, position) for position in range(begin, begin + _AHEAD)]
    return parts


def stretches(parts: Sequence[Part], *, amount_minor: int) -> Iterator[Sequence[Part]]:
    """Give every set that one charge of that amount may have paid: first what follows on one another and is open still.

    A customer chooses what follows on one another (`arrangements/quotes.py`), but for what was on its way then, or
    skipped. Only a plan that is paid off is charged less than is owed, by fees that are let off.
    """
    open_ones = [part for part in parts if part.is_open]
    either = [part for part in parts if part.is_open or part.is_given_up]
    for gaps in range(_GAPS_MOST + 1):
        yield from _sets_of(open_ones, amount_minor=amount_minor, gaps=gaps)
        if len(either) > len(open_ones):
            yield from _sets_of(either, amount_minor=amount_minor, gaps=gaps)


def _sets_of(parts: Sequence[Part], *, amount_minor: int, gaps: int) -> Iterator[Sequence[Part]]:
    """Give the sets of these, first those of one agreement. `gaps`: so many of an agreement are left out between."""
    in_order = sorted(parts, key=lambda part: (part.subscription_id, part.position))
    by_agreement = [list(group) for _, group in groupby(in_order, key=lambda part: part.subscription_id)]
    for of_one in by_agreement:
        for stretch in _stretches_of(of_one, amount_minor=amount_minor, gaps=gaps):
            owed_minor = sum(part.owed_minor for part in stretch)
            if owed_minor - sum(part.fee_minor for part in stretch) <= amount_minor <= owed_minor:
                yield stretch
    yield from _mixed(by_agreement, amount_minor=amount_minor, gaps=gaps)


def _stretches_of(parts: Sequence[Part], *, amount_minor: int, gaps: int) -> Iterator[Sequence[Part]]:
    """Give the stretches that do not come to more than the amount, were all their fees let off."""
    spare_minor = gaps * max(part.owed_minor for part in parts)
    for begin in range(len(parts)):
        least_minor = 0
        for end in range(begin, len(parts)):
            least_minor += parts[end].owed_minor - parts[end].fee_minor
            if least_minor > amount_minor + spare_minor:
                break
            for left_out in combinations(range(begin + 1, end), gaps):
                yield [parts[at] for at in range(begin, end + 1) if at not in left_out]


def _mixed(
    by_agreement: Sequence[Sequence[Part]], *, amount_minor: int, gaps: int
) -> Iterator[Sequence[Part]]:
    choices = [
        [
            (),
            *(
                each
                for some in range(gaps + 1)
                for each in _stretches_of(of_one, amount_minor=amount_minor, gaps=some)
            ),
        ]
        for of_one in by_agreement
    ]
    for chosen in islice(product(*choices), _MIXED_MAX):
        if sum(map(bool, chosen)) > 1:
            together = [part for stretch in chosen for part in stretch]
            if sum(part.owed_minor for part in together) == amount_minor:
                yield together


def owed_then(row: Payment) -> int:
    """Say what was owed of a payment before it was given up, if it was; in minor units."""
    return row.amount_minor - row.paid_minor if row.state in GIVEN_UP else row.owed_minor


def _part(row: Payment, tried: int) -> Part:
    return Part(
        reference=row.reference,
        subscription_id=row.subscription_id or 0,
        position=row.position or 0,
        owed_minor=owed_then(row),
        fee_minor=row.fee_minor,
        is_open=row.state in COVERABLE,
        is_given_up=row.state in GIVEN_UP,
        tried=tried,
    )


def _lost(subscription: Subscription, position: int) -> Part:
    return Part(
        reference=f"{subscription.uuid}:{position}",
        subscription_id=subscription.id,
        position=position,
        owed_minor=subscription.amount_minor,
        fee_minor=0,
        is_open=True,
    )
