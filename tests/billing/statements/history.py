"""Years of payments that dice have made up, taken over through the door that companies' answers come in by."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from paydesk.billing.customers.models import Customer
from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.models import Payment
from paydesk.gateways.records import (
    AttemptRecord,
    CollectibleRecord,
    CollectibleState,
    DisputeRecord,
    Outcome,
    RefundRecord,
    SettledBy,
    Verdict,
)
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Merchant
from tests.billing.scene import NOW, Scene, a_collectible, a_scene

CURRENCIES = ("EUR", "EUR", "JPY", "KWD")
SILENT = ("pending", "failed")


def a_shop_in(zone: str, slug: str = "shop") -> Scene:
    """Make a merchant whose days are those of a zone."""
    scene = a_scene(slug)
    Merchant.objects.filter(id=scene.merchant.id).update(time_zone=zone)
    return replace(scene, merchant=merchant_by_id(scene.merchant.id))


def years_of_payments(scene: Scene, *, seed: int, count: int = 60) -> None:
    """Take over many bills: paid whole, in parts, from the balance, outside or not at all; some of it went back."""
    dice = Random(seed)  # noqa: S311 - the same history each time
    for number in range(count):
        bill = _bill(dice, f"{scene.merchant.slug}_{number}", ZoneInfo(scene.merchant.time_zone))
        scene.mirror(bill)
        if dice.random() < 0.3:
            scene.mirror(_later(dice, bill), observed_at=NOW + timedelta(seconds=1))


def the_books_say(who: Customer) -> dict[str, int]:
    """Add up what the customer has paid by the double entries alone: what their account and the banks' still hold."""
    paid = Payment.objects.filter(merchant_id=who.merchant_id, customer_id=who.id).values("id")
    entries = LedgerEntry.objects.filter(merchant_id=who.merchant_id, payment_id__in=paid).values("id")
    totals = Counter[str]()
    for line in LedgerLine.objects.filter(
        merchant_id=who.merchant_id, entry_id__in=entries, account__in=["customer", "disputed"]
    ):
        totals[line.currency] -= line.amount_minor
    return dict(totals)


def moment(dice: Random, zone: ZoneInfo) -> datetime:
    """Give a moment of three years; one in four is half past eleven in the evening of 31 December, or soon after."""
    year = dice.randrange(2023, 2026)
    if dice.random() < 0.25:
        eve = datetime(year, 12, 31, 23, 30, tzinfo=zone)
        return eve.astimezone(UTC) + timedelta(minutes=dice.choice([0, 0, 29, 31]))
    return datetime(year, dice.randrange(1, 13), dice.randrange(1, 29), dice.randrange(24), tzinfo=UTC)


def _bill(dice: Random, name: str, zone: ZoneInfo) -> CollectibleRecord:
    amount = Money(dice.randrange(100, 90_000), dice.choice(CURRENCIES))
    at = moment(dice, zone)
    settled_by = dice.choice([SettledBy.ATTEMPT] * 4 + [SettledBy.BALANCE, SettledBy.EXTERNAL])
    is_paid = dice.random() < 0.85
    whole = settled_by is SettledBy.ATTEMPT and is_paid
    attempts = _attempts(dice, name, amount, at, whole=whole)
    return a_collectible(
        reference=f"bill_{name}",
        state=CollectibleState.PAID
        if is_paid
        else dice.choice([CollectibleState.DUE, CollectibleState.FAILED]),
        amount=amount,
        title=f"Bill {name}",
        number=f"B-{name}",
        created_at=at,
        due_at=at,
        paid_at=at if is_paid else None,
        settled_by=settled_by if is_paid else None,
        attempts=attempts,
        refunds=_refunds(dice, name, amount, at),
        disputes=_disputes(dice, name, amount, at),
    )


def _attempts(dice: Random, name: str, amount: Money, at: datetime, *, whole: bool) -> list[AttemptRecord]:
    """Pay by one charge or several on different days; beside a balance, or while the bill is owed, a part."""
    parts = amount.split(dice.choice([1, 1, 1, 2, 3]))
    kept = parts if whole else parts[: dice.randrange(len(parts))]
    return [
        AttemptRecord(
            reference=f"ch_{name}_{turn}",
            outcome=Outcome(
                verdict=Verdict.SUCCEEDED,
                reference=f"ch_{name}_{turn}",
                amount=part,
                occurred_at=at + timedelta(days=5 * turn),
            ),
            created_at=at,
        )
        for turn, part in enumerate(kept)
    ]


def _refunds(dice: Random, name: str, amount: Money, at: datetime) -> list[RefundRecord]:
    return [
        RefundRecord(
            reference=f"re_{name}_{turn}",
            amount=Money(dice.randrange(1, amount.minor // 3), amount.currency),
            state=dice.choice(["succeeded", "succeeded", *SILENT]),
            created_at=at + timedelta(days=dice.randrange(400)),
        )
        for turn in range(dice.choice([0, 0, 1, 2]))
    ]


def _disputes(dice: Random, name: str, amount: Money, at: datetime) -> list[DisputeRecord]:
    states = ["inquiry", "closed", "open", "won", "lost"]
    return [
        DisputeRecord(
            reference=f"dp_{name}",
            amount=amount,
            state=dice.choice(states),
            created_at=at + timedelta(days=40),
        )
        for _ in range(dice.choice([0, 0, 0, 1]))
    ]


def _later(dice: Random, bill: CollectibleRecord) -> CollectibleRecord:
    """Hear of it again: refunds that arrived have failed after all, disputes are decided."""
    return replace(
        bill,
        refunds=[replace(one, state="failed") for one in bill.refunds],
        disputes=[
            replace(one, state=dice.choice(["won", "lost"])) if one.state == "open" else one
            for one in bill.disputes
        ],
    )
