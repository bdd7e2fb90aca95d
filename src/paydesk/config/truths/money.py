"""Truths about money: charges, the ledger, refunds and plans agree with each other to the minor unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.find import MerchantInSight

_OURS = Subscription.CollectedBy.PAYDESK
_TAKEN = ["open", "won", "lost"]


def charged_once(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I01: of what we collect, each payment was captured once at most, or in parts; what went back is not held."""
    by_payment = _captured(merchant).filter(payment__collected_by=_OURS).values("payment_id")
    asked = by_payment.annotate(
        public_id=Max("payment__public_id"),
        count=Count("id"),
        minor=Sum("amount_minor"),
        asked_minor=Max("payment__amount_minor"),
    )
    for row in asked.filter(count__gt=1, minor__gt=F("asked_minor")):
        mine = {"merchant_id": merchant.id, "payment_id": row["payment_id"]}
        back = [
            *Refund.objects.filter(**mine, state="succeeded").values_list("amount_minor", flat=True),
            *Dispute.objects.filter(**mine, state__in=["open", "lost"]).values_list(
                "amount_minor", flat=True
            ),
        ]
        if row["minor"] - sum(back) > row["asked_minor"]:
            yield f"payment {row['public_id']} was charged {row['count']} times"


def in_the_ledger(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I02: each capture has its entry, and each entry its capture; what a person was told of is left out."""
    entries = LedgerEntry.objects.filter(merchant_id=merchant.id, kind=LedgerEntry.Kind.CHARGE)
    of_attempt = entries.filter(connection_id=OuterRef("connection_id"), reference=OuterRef("reference"))
    for reference in _captured(merchant).filter(~Exists(of_attempt)).values_list("reference", flat=True):
        yield f"charge {reference} is not in the ledger"
    of_entry = _captured(merchant).filter(
        connection_id=OuterRef("connection_id"), reference=OuterRef("reference")
    )
    doubted = Payment.objects.filter(
        merchant_id=merchant.id, id=OuterRef("payment_id"), contradicted_at__isnull=False
    )
    alone = entries.filter(~Exists(of_entry), ~Exists(doubted))
    for reference in alone.values_list("reference", flat=True):
        yield f"the ledger has a charge {reference} that nobody made"


def adds_up(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I03: what companies hold by the ledger is charges less refunds and disputes, in each currency."""
    lines = LedgerLine.objects.filter(merchant_id=merchant.id, account="gateway").values("currency")
    ledger = {row["currency"]: row["minor"] for row in lines.annotate(minor=Sum("amount_minor"))}
    reckoned = _reckoned(merchant)
    for currency in sorted(ledger.keys() | reckoned.keys()):
        by_ledger, by_rows = ledger.get(currency, 0), reckoned.get(currency, 0)
        if by_ledger != by_rows:
            yield f"{currency}: the ledger says {by_ledger}, charges and what went back say {by_rows}"


def balanced(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I04: the lines of each entry add up to nothing in each currency."""
    lines = LedgerLine.objects.filter(merchant_id=merchant.id).values("entry_id", "currency")
    for row in lines.annotate(minor=Sum("amount_minor")).exclude(minor=0):
        yield f"entry {row['entry_id']} is out by {row['currency']} {row['minor']}"


def charged_what_was_asked(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I05: of what we collect, a charge is of the payment's amount and currency."""
    differs = ~Q(amount_minor=F("payment__amount_minor")) | ~Q(currency=F("payment__currency"))
    charged = _captured(merchant).filter(
        differs, payment__collected_by=_OURS, payment__contradicted_at__isnull=True
    )
    for reference in charged.values_list("reference", flat=True):
        yield f"charge {reference} is not what its payment asks for"


def plan_adds_up(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I16: a plan's payments come to its total, and what is kept as paid of an agreement is what was paid."""
    of_plan = Q(payment__position__isnull=False) & ~Q(payment__state=Payment.State.CANCELED)
    plans = _agreements(merchant).filter(total_minor__isnull=False).exclude(state="canceled")
    sums = plans.annotate(sum=Coalesce(Sum("payment__amount_minor", filter=of_plan), 0))
    for public_id in sums.exclude(sum=F("total_minor")).values_list("public_id", flat=True):
        yield f"the payments of plan {public_id} do not come to its total"
    is_paid = Q(payment__position__isnull=False) & (
        Q(payment__state=Payment.State.PAID)
        | Q(payment__state=Payment.State.COVERED, payment__covered_by__state=Payment.State.PAID)
    )
    paid = _agreements(merchant).annotate(
        count=Count("payment", filter=is_paid),
        minor=Coalesce(Sum("payment__amount_minor", filter=is_paid), 0),
    )
    differs = ~Q(payments_made=F("count")) | ~Q(minor=F("paid_minor") + F("waived_minor"))
    for public_id in paid.filter(differs).values_list("public_id", flat=True):
        yield f"agreement {public_id} keeps another sum than was paid"


def covered_adds_up(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """R1b: what was paid together comes to what each of it asked for, less what was let off.

    Where a company's answers did not agree, of the cover or of what it covers, a person was told.
    """
    doubted = Payment.objects.filter(
        merchant_id=merchant.id, covered_by_id=OuterRef("id"), contradicted_at__isnull=False
    )
    covering = Payment.objects.filter(
        ~Exists(doubted),
        merchant_id=merchant.id,
        collected_by=_OURS,
        position__isnull=True,
        state=Payment.State.PAID,
        contradicted_at__isnull=True,
    )
    sums = covering.annotate(sum=Coalesce(Sum("covers__amount_minor"), 0))
    for public_id in sums.exclude(sum=F("amount_minor") + F("waived_minor")).values_list(
        "public_id", flat=True
    ):
        yield f"payment {public_id} is not the sum of what it covers"


def refunds_are_covered(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I17: no more went back than was paid."""
    refunds = Refund.objects.filter(merchant_id=merchant.id, state="succeeded")
    by_payment = refunds.values("payment_id").annotate(minor=Sum("amount_minor"))
    paid = _captured(merchant).values("payment_id").annotate(minor=Sum("amount_minor"))
    taken = dict(paid.filter(payment_id__in=refunds.values("payment_id")).values_list("payment_id", "minor"))
    for row in by_payment:
        if row["minor"] > taken.get(row["payment_id"], 0):
            yield f"of payment {row['payment_id']} more went back than was paid"


def totals_are_right(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I20: what a payment keeps as paid and refunded is what its rows say, in whatever order they came."""
    mine = Payment.objects.filter(merchant_id=merchant.id)
    paid = dict(
        _captured(merchant)
        .values("payment_id")
        .annotate(minor=Sum("amount_minor"))
        .values_list("payment_id", "minor")
    )
    kept = dict(mine.exclude(paid_minor=0).values_list("id", "paid_minor"))
    yield from _differences(kept, paid, "paid")
    refunds = Refund.objects.filter(merchant_id=merchant.id, state="succeeded").values("payment_id")
    back = dict(refunds.annotate(minor=Sum("amount_minor")).values_list("payment_id", "minor"))
    yield from _differences(
        dict(mine.exclude(refunded_minor=0).values_list("id", "refunded_minor")), back, "refunded"
    )


def _differences(kept: dict[int, int], rows: dict[int, int], word: str) -> Iterator[str]:
    for payment_id in kept.keys() | rows.keys():
        if kept.get(payment_id, 0) != rows.get(payment_id, 0):
            yield f"payment {payment_id} keeps another sum as {word} than its rows have"


def _reckoned(merchant: MerchantInSight) -> dict[str, int]:
    """Give, by currency, what charges brought less what went back; what a ledger has of one that failed later too."""
    sums: dict[str, int] = {}
    disputes = Dispute.objects.filter(merchant_id=merchant.id)
    extra = LedgerLine.objects.filter(
        merchant_id=merchant.id, account="gateway", entry__kind=LedgerEntry.Kind.CHARGE
    ).exclude(entry__reference__in=_captured(merchant).values("reference"))
    parts: list[
        tuple[QuerySet[Attempt] | QuerySet[Refund] | QuerySet[Dispute] | QuerySet[LedgerLine], int]
    ] = [
        (_captured(merchant), 1),
        (extra, 1),
        (Refund.objects.filter(merchant_id=merchant.id, state="succeeded"), -1),
        (disputes.filter(state__in=_TAKEN), -1),
        (disputes.filter(state="won"), 1),
    ]
    for rows, sign in parts:
        for row in rows.values("currency").annotate(minor=Sum("amount_minor")):
            sums[row["currency"]] = sums.get(row["currency"], 0) + sign * row["minor"]
    return sums


def _captured(merchant: MerchantInSight) -> QuerySet[Attempt]:
    return Attempt.objects.filter(merchant_id=merchant.id, state=Attempt.State.SUCCEEDED)


def _agreements(merchant: MerchantInSight) -> QuerySet[Subscription]:
    return Subscription.objects.filter(merchant_id=merchant.id, collected_by=_OURS)
