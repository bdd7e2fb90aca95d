"""A comparison in hand: what it is about, how long this turn of it lasts, and the proof that it is still ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from paydesk.billing.holds.models import ChargeHold
from paydesk.database.transactions import in_turn
from paydesk.gateways.contract import Gateway
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.models import Comparison
from paydesk.work.claim import Claim

LEASE = timedelta(minutes=2)


class LostComparison(Exception):
    """Another worker has it: whatever this one would write, it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hand:
    """One claim of one comparison. At `until` (wall time) it is put back, so that a worker that is to stop can."""

    merchant: MerchantInSight
    connection: Connection
    hold: ChargeHold
    gateway: Gateway
    claim: Claim
    until: datetime

    def row(self) -> Comparison:
        """Read it as it was last committed."""
        return self._rows().select_related("hold").get()

    def is_over(self) -> bool:
        """Say whether this turn has lasted long enough."""
        return clock.wall_now() >= self.until

    def renew(self) -> None:
        """Keep the lease while a company is waited for; raises LostComparison."""
        self.keep()

    def keep(self, **facts: object) -> None:
        """Write how far it is, and keep the lease; raises LostComparison, with which its transaction ends.

        What has come on is no failure: its tries are counted from the start.
        """
        mine = self._rows().filter(fence=self.claim.fence)
        lease_until = clock.wall_now() + LEASE
        if in_turn(lambda: mine.update(lease_until=lease_until, tries_count=0, **facts)) != 1:
            raise LostComparison(f"comparison {self.claim.row_id}")

    def _rows(self) -> QuerySet[Comparison]:
        return Comparison.objects.filter(merchant_id=self.merchant.id, id=self.claim.row_id)
