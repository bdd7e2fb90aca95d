"""Staff at the till: Ada has paid, and gets money back."""

from __future__ import annotations

from datetime import timedelta

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments.models import Payment, Refund
from paydesk.billing.payments.refunds.refund import refund_payment
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.billing.together.desk import Desk, desk
from tests.connected import work_off
from tests.simulator import Simulator


def paid(simulator: Simulator, *, card: str = "good") -> Desk:
    """Let Ada have paid EUR 30.00."""
    ada = desk(simulator, card=card)
    ada.start()
    ada.run()
    assert ada.payments()[0].state == Payment.State.PAID
    return ada


def give_back(ada: Desk, minor: int | None = None, *, payment: Payment | None = None) -> Refund:
    """Ask as staff for a refund of the first payment."""
    return refund_payment(
        merchant=merchant_by_id(ada.merchant.id),
        payment_public_id=(payment or ada.payments()[0]).public_id,
        amount_minor=minor,
        asked_by="grace",
        now=clock.wall_now(),
    )


def refunds(ada: Desk) -> list[Refund]:
    """List all rows, the oldest first."""
    return list(Refund.objects.filter(merchant_id=ada.merchant.id).order_by("id"))


def states(ada: Desk) -> list[tuple[str, int]]:
    """List state and amount of each."""
    return [(one.state, one.amount_minor) for one in refunds(ada)]


def back(ada: Desk) -> list[int]:
    """List what has gone back by the company's own journal."""
    return [-row["amount_minor"] for row in ada.account.journal() if row["kind"] == "refund"]


def booked(ada: Desk) -> list[str]:
    """List the kinds of our entries about refunds."""
    rows = LedgerEntry.objects.filter(merchant_id=ada.merchant.id, kind__startswith="refund")
    return list(rows.order_by("id").values_list("kind", flat=True))


def look_up(ada: Desk, *, age: timedelta = timedelta(0)) -> None:
    """Let refunds that are not settled be looked up, as if they had been asked for so long ago."""
    for one in Refund.objects.filter(
        merchant_id=ada.merchant.id, asked_at__isnull=False, due_at__isnull=False
    ):
        Refund.objects.filter(merchant_id=ada.merchant.id, id=one.id).update(
            due_at=clock.wall_now(), asked_at=clock.wall_now() - age, lease_until=None
        )
    work_off("refunds")
