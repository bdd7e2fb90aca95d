"""Let charging go on at a merchant: one hold, or all that are open."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.billing.holds.release import ReleaseRefused, release_hold
from paydesk.config.management.named import named_merchant
from paydesk.config.management.said_holds import said_holds
from paydesk.database.transactions import in_transaction
from paydesk.kit import clock
from paydesk.sync.compare.closed import waiting_holds


class Command(BaseCommand):
    help = "Release a charge hold, or all of a merchant's. After a restore on SQLite nobody can."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--hold", type=int, help="the number of the hold; without it, all that are open")
        parser.add_argument("--by", default="staff", help="who says so; it is kept with the hold")
        parser.add_argument(
            "--compared-by-hand",
            action="store_true",
            help="after a restore: you have compared with the company what was charged since the backup",
        )

    def handle(
        self, *, merchant: str, hold: int | None, by: str, compared_by_hand: bool, **_: object
    ) -> None:
        found = named_merchant(merchant)
        chosen = [one.id for one in waiting_holds(found.id)] if hold is None else [hold]
        if not chosen:
            self.stdout.write(f"Nothing is held at {found.slug}.")
        try:
            in_transaction(lambda: _release(found.id, chosen, by, compared_by_hand))
        except ReleaseRefused as refused:
            stands = [
                said.comparison for said in said_holds(found) if said.hold in chosen and said.comparison
            ]
            raise CommandError("\n".join([str(refused), *stands])) from refused
        for one in chosen:
            self.stdout.write(f"Hold {one} at {found.slug} is released.")


def _release(merchant_id: int, hold_ids: list[int], by: str, compared_by_hand: bool) -> None:
    """All or none: a hold that may not be released leaves the others as they are, too."""
    for hold_id in hold_ids:
        release_hold(
            merchant_id=merchant_id,
            hold_id=hold_id,
            released_by=by[:80],
            now=clock.wall_now(),
            was_compared_by_hand=compared_by_hand,
        )
