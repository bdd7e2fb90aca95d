"""Say of a merchant's charge holds what whoever runs the installation has to know."""

from __future__ import annotations

from dataclasses import dataclass

from paydesk.billing.holds.models import ChargeHold
from paydesk.merchants.find import MerchantInSight
from paydesk.sync.compare.closed import waiting_holds
from paydesk.sync.compare.look import look_at_comparison


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidHold:
    """An open hold. `connection` is empty when charging waits at all of the merchant's connections.

    `comparison` says how far the comparison with the company is; only a hold after a restore has one.
    """

    hold: int
    merchant: str
    connection: str
    kind: str
    why: str
    started_at: str
    comparison: str

    def sentence(self) -> str:
        """Say it in one line."""
        where = self.connection or "all connections"
        waits = (
            f"Charging waits at {where} since {self.started_at} ({self.kind}, hold {self.hold}): {self.why}"
        )
        return f"{waits}. {self.comparison}" if self.comparison else waits


def said_holds(merchant: MerchantInSight) -> list[SaidHold]:
    """List a merchant's open holds by which anything waits, the oldest first."""
    return [_said(merchant, hold) for hold in waiting_holds(merchant.id)]


def _said(merchant: MerchantInSight, hold: ChargeHold) -> SaidHold:
    return SaidHold(
        hold=hold.id,
        merchant=merchant.slug,
        connection=hold.connection.name if hold.connection else "",
        kind=hold.kind,
        why=hold.why,
        started_at=f"{hold.started_at:%Y-%m-%d %H:%M:%S} UTC",
        comparison=look_at_comparison(hold),
    )
