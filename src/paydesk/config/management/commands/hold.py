"""Let charging wait: at one merchant, at one of its connections, or at all merchants, until it is released."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.billing.holds.hold import hold_charging
from paydesk.billing.holds.models import ChargeHold
from paydesk.config.management.named import named_connection, named_merchant
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id


class Command(BaseCommand):
    help = "Let charging wait until `paydesk release`. What was asked for already is still looked up and settled."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--merchant", default="", help="the merchant's short name; without it, all merchants"
        )
        parser.add_argument("--connection", default="", help="the connection's name; without it, all of its")
        parser.add_argument("--why", required=True, help="what `paydesk status` says about it")

    def handle(self, *, merchant: str, connection: str, why: str, **_: object) -> None:
        if connection and not merchant:
            raise CommandError("A connection belongs to a merchant: give --merchant as well.")
        if not why.strip():
            raise CommandError("Say why: whoever finds charging held has to know.")
        held = (
            [named_merchant(merchant)]
            if merchant
            else [merchant_by_id(merchant_id) for merchant_id in all_merchant_ids()]
        )
        for one in held:
            self._hold(one, named_connection(one, connection).id if connection else None, why)

    def _hold(self, merchant: MerchantInSight, connection_id: int | None, why: str) -> None:
        hold = hold_charging(
            merchant_id=merchant.id,
            connection_id=connection_id,
            kind=ChargeHold.Kind.STAFF,
            why=why,
            now=clock.wall_now(),
        )
        self.stdout.write(f"Charging waits at {merchant.slug}: hold {hold.id}, {hold.why}")
