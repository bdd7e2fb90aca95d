"""Pay a bill, ask for its receipt, and look at the numbers: what tests of receipts and their notes begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.issue import Issued, issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.gateways.records import AttemptRecord, CollectibleRecord, CollectibleState, RefundRecord
from paydesk.kit.money import Money
from tests.billing.scene import NOW, Scene, a_collectible, a_paid_collectible, succeeded

SECOND = timedelta(seconds=1)


def ask(scene: Scene, payment: Payment | None = None) -> Issued:
    """Ask for the receipt of a payment, or of the scene's one."""
    payment_id = (payment or scene.payment()).id
    return issue_receipt(merchant=scene.merchant, payment_id=payment_id, now=NOW)


def numbers() -> list[int]:
    """List every number that was given."""
    return sorted(Receipt.objects.values_list("number", flat=True))


def a_refund(reference: str = "re_1", minor: int = 1000, state: str = "succeeded") -> RefundRecord:
    """Give a refund of two days later."""
    amount = Money(minor, "EUR")
    return RefundRecord(reference=reference, amount=amount, state=state, created_at=NOW + timedelta(days=2))


def pay(scene: Scene, **changes: Any) -> Payment:
    """Let the company say that the bill is paid; each time it is asked a second later."""
    seen = Payment.objects.filter(merchant_id=scene.merchant.id).order_by("-observed_at").first()
    observed_at = seen.observed_at + SECOND if seen else NOW
    return scene.mirror(replace(a_paid_collectible(succeeded("ch_2")), **changes), observed_at=observed_at)


def a_part(reference: str, minor: int) -> AttemptRecord:
    """Give a try that moved some of the money."""
    whole = succeeded(reference)
    return replace(whole, outcome=replace(whole.outcome, amount=Money(minor, "EUR")))


def a_lone_charge(reference: str, minor: int = 4900) -> CollectibleRecord:
    """Give a charge that no bill is known to have."""
    return a_collectible(
        reference=reference,
        state=CollectibleState.PAID,
        amount=Money(minor, "EUR"),
        paid_at=NOW,
        attempts=[a_part(reference, minor)],
    )
