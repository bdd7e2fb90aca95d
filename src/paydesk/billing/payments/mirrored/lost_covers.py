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
#: So many stretches of an agreement are looked at, each time that so many of it are left out.
_STRETCHES_MAX = 5_000
#: Charges for payments of several agreements are looked for among so many at most, made of so many of each.
_MIXED_MAX, _CHOICES_MAX = 20_000, 2_000
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
    """Give the sets that one charge of that amount may have paid: first what follows on one another and is open still.

    A customer chooses what follows on one another (`arrangements/quotes.py`), but for what was on its way then, or
    skipped. Only a plan that is paid off is charged less than is owed, by fees that are let off.
    """
    open_ones = _by_agreement([part for part in parts if part.is_open])
    either = _by_agreement([part for part in parts if part.is_open or part.is_given_up])
    kinds = [open_ones, either] if any(part.is_given_up for part in parts) else [open_ones]
    for gaps in range(_GAPS_MOST + 1):
        for of_one in (each for agreements in kinds for each in agreements):
            of_amount = _stretches_of(of_one, least_minor=amount_minor, most_minor=amount_minor, gaps=gaps)
            yield from (one for one in islice(of_amount, _STRETCHES_MAX) if _may_come_to(one, amount_minor))
    for gaps in (0, _GAPS_MOST):
        for agreements in kinds:
            yield from _mixed(agreements, amount_minor=amount_minor, gaps=gaps)


def _by_agreement(parts: Sequence[Part]) -> list[list[Part]]:
    in_order = sorted(parts, key=lambda part: (part.subscription_id, part.position))
    return [list(group) for _, group in groupby(in_order, key=lambda part: part.subscription_id)]


def _may_come_to(stretch: Sequence[Part], amount_minor: int) -> bool:
    owed_minor = sum(part.owed_minor for part in stretch)
    return owed_minor - sum(part.fee_minor for part in stretch) <= amount_minor <= owed_minor


def _stretches_of(
    parts: Sequence[Part], *, least_minor: int, most_minor: int, gaps: int
) -> Iterator[Sequence[Part]]:
    """Give stretches of an agreement with `gaps` left out between, the earliest first.

    None comes to less than the least, and none that comes to no more than the most, were its fees let off, is missing.
    """
    gaps_minor = gaps * max(part.owed_minor for part in parts)
    for begin in range(len(parts)):
        owed_minor = fees_minor = 0
        for end in range(begin, len(parts)):
            owed_minor += parts[end].owed_minor
            fees_minor += parts[end].fee_minor
            if owed_minor - fees_minor - gaps_minor > most_minor:
                break
            if owed_minor >= least_minor:
                for left_out in combinations(range(begin + 1, end), gaps):
                    yield [parts[at] for at in range(begin, end + 1) if at not in left_out]


def _mixed(agreements: Sequence[Sequence[Part]], *, amount_minor: int, gaps: int) -> Iterator[Sequence[Part]]:
    if len(agreements) < 2:
        return
    choices = [
        list(islice(_none_or_some(of_one, amount_minor=amount_minor, gaps=gaps), _CHOICES_MAX))
        for of_one in agreements
    ]
    for chosen in islice(product(*choices), _MIXED_MAX):
        if sum(map(bool, chosen)) > 1:
            together = [part for stretch in chosen for part in stretch]
            if sum(part.owed_minor for part in together) == amount_minor:
                yield together


def _none_or_some(parts: Sequence[Part], *, amount_minor: int, gaps: int) -> Iterator[Sequence[Part]]:
    """Give nothing of an agreement, then what follows on one another, then what has gaps."""
    yield ()
    for some in range(gaps + 1):
        yield from _stretches_of(parts, least_minor=0, most_minor=amount_minor, gaps=some)


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
        owed_minor=subscription.amount_minor - subscription.discount.off(subscription.amount_minor, position),
        fee_minor=0,
        is_open=True,
    )
