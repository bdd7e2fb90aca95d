"""Put a test-mode merchant's own clock forward, or say how far it is ahead."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.billing.payments.models import DueCharge
from paydesk.config.management.named import named_merchant
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.move_clock import ClockRefused, move_clock

#: Further than anybody tests; a slip of the pen cannot be taken back.
_DAYS_MAX = 3660


class Command(BaseCommand):
    help = (
        "Put a test-mode merchant's own clock forward by whole days: what falls due on the way is charged by the"
        " worker. It never goes back. The payment company has a clock of its own. Without --days: say where it stands."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--days", type=int, default=0, help="how many days forward")

    def handle(self, *, merchant: str, days: int, **_: object) -> None:
        found = named_merchant(merchant)
        if days > _DAYS_MAX:
            raise CommandError(f"{_DAYS_MAX} days at a time are enough.")
        if days:
            try:
                move_clock(merchant_id=found.id, by=timedelta(days=days), now=clock.wall_now())
            except ClockRefused as refused:
                raise CommandError(str(refused)) from refused
            self.stdout.write(f"The clock of {found.slug} was put forward by {_days(timedelta(days=days))}.")
        self._say(merchant_by_id(found.id))

    def _say(self, merchant: MerchantInSight) -> None:
        there = merchant.business_now()
        local = there.astimezone(ZoneInfo(merchant.time_zone))
        ahead = merchant.clock_offset
        stands = f"is {_days(ahead)} ahead" if ahead else "is the wall's"
        self.stdout.write(f"Its clock {stands}: {local:%Y-%m-%d %H:%M} in {merchant.time_zone}.")
        due_count = DueCharge.objects.filter(
            merchant_id=merchant.id, due_at__isnull=False, dead_at__isnull=True, payment__due_at__lte=there
        ).count()
        payments = "payment is" if due_count == 1 else "payments are"
        self.stdout.write(f"{due_count:,} {payments} due by it, and charged as soon as a worker runs.")


def _days(time: timedelta) -> str:
    return f"{time.days:,} day{'' if time.days == 1 else 's'}"
