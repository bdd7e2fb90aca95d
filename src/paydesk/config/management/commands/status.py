"""Show who is here and what waits: merchants, connections, imports, charging, dead rows, money in doubt, the worker."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from paydesk.billing.concerns.look import open_concern_count
from paydesk.billing.payments.models import Attempt
from paydesk.billing.receipts.printing.scripts import unprintable_scripts
from paydesk.config.management.said_holds import SaidHold, said_holds
from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.sync.look import look_at_connection
from paydesk.work.look import Waiting, look_at_queues, worker_seen_at

#: The shortest job of the timetable runs more often than this.
_SILENT_AFTER = timedelta(minutes=15)
#: By then an attempt was looked up every hour, and a customer who was to confirm was called off long ago.
_IN_DOUBT_AFTER = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Show merchants, connections and what waits. Exits with 1 when a row is dead, a payment has been in doubt for"
        " a day, a concern waits for a person, charging waits, or no worker was seen lately."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="one JSON object, for a monitor"
        )

    def handle(self, *, as_json: bool, **_: object) -> None:
        now = clock.wall_now()
        merchants = [merchant_by_id(merchant_id) for merchant_id in all_merchant_ids()]
        waiting = look_at_queues(QUEUES, merchant_ids=[merchant.id for merchant in merchants], now=now)
        seen_at = worker_seen_at()
        in_doubt_count = sum(_in_doubt_count(merchant.id, now) for merchant in merchants)
        concerns = {merchant.slug: open_concern_count(merchant.id) for merchant in merchants}
        holds = [hold for merchant in merchants for hold in said_holds(merchant)]
        trouble = _trouble(waiting, in_doubt_count, concerns, holds, seen_at, now)
        if as_json:
            self.stdout.write(_in_json(merchants, waiting, in_doubt_count, concerns, holds, seen_at, trouble))
        else:
            self._show(merchants, waiting, seen_at)
        if trouble:
            raise CommandError(trouble)

    def _show(
        self, merchants: list[MerchantInSight], waiting: list[Waiting], seen_at: datetime | None
    ) -> None:
        for merchant in merchants:
            self.stdout.write(f"{merchant.slug} ({merchant.mode}): {merchant.name}, {merchant.portal_url}/")
            for connection in Connection.objects.filter(merchant_id=merchant.id).order_by("id"):
                state = "closed" if connection.removed_at else "open"
                self.stdout.write(f"    {connection.name} ({connection.gateway}, {state})")
                for line in look_at_connection(connection, now=clock.wall_now()).lines():
                    self.stdout.write(f"        {line}")
            for hold in said_holds(merchant):
                self.stdout.write(f"    {hold.sentence()}")
        lacking = unprintable_scripts()
        if lacking:
            self.stdout.write(
                f"Receipts cannot be printed as PDF where they hold letters of: {', '.join(lacking)}."
                " See docs/receipts.md for fonts."
            )
        self.stdout.write("queue          due   later    dead  oldest")
        for queue in waiting:
            oldest = f"{queue.oldest_seconds} s" if queue.due_count else ""
            self.stdout.write(
                f"{queue.name:12} {queue.due_count:5} {queue.later_count:7} {queue.dead_count:7}  {oldest}"
            )
        self.stdout.write(
            f"A worker was last seen at {seen_at:%Y-%m-%d %H:%M:%S} UTC." if seen_at else "No worker yet."
        )


def _in_doubt_count(merchant_id: int, now: datetime) -> int:
    """Count attempts of ours without a clear answer for a day; a company that said until when it takes is in none."""
    return Attempt.objects.filter(
        ~Q(wait_until__gt=now),
        merchant_id=merchant_id,
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
        created_at__lt=now - _IN_DOUBT_AFTER,
    ).count()


def _trouble(
    waiting: list[Waiting],
    in_doubt_count: int,
    concerns: dict[str, int],
    holds: list[SaidHold],
    seen_at: datetime | None,
    now: datetime,
) -> str:
    """Say all that is wrong at once: one trouble must not hide another."""
    troubles = []
    dead = [f"{queue.dead_count} in {queue.name}" for queue in waiting if queue.dead_count]
    if dead:
        troubles.append(
            f"Given up on, until a person looks: {', '.join(dead)}. To try again: paydesk revive QUEUE"
        )
    if in_doubt_count:
        troubles.append(
            f"Asked for money more than a day ago and not answered clearly yet: {in_doubt_count}."
        )
    doubts = [f"{count} at {slug}" for slug, count in concerns.items() if count]
    if doubts:
        troubles.append(
            f"Concerns that wait for a person: {', '.join(doubts)}. To see them: paydesk concerns"
        )
    if holds:
        waits_at = ", ".join(dict.fromkeys(hold.merchant for hold in holds))
        troubles.append(f"Charging waits at {waits_at}. To let it go on: paydesk release")
    if seen_at is None or now - seen_at > _SILENT_AFTER:
        troubles.append("No worker was seen lately. Start one with: paydesk worker")
    return "\n".join(troubles)


def _in_json(
    merchants: list[MerchantInSight],
    waiting: list[Waiting],
    in_doubt_count: int,
    concerns: dict[str, int],
    holds: list[SaidHold],
    seen_at: datetime | None,
    trouble: str,
) -> str:
    return json.dumps(
        {
            "connections": [one for merchant in merchants for one in _connections(merchant)],
            "queues": {queue.name: asdict(queue) for queue in waiting},
            "attempts_in_doubt": in_doubt_count,
            "concerns": {slug: count for slug, count in concerns.items() if count},
            "holds": [asdict(hold) for hold in holds],
            "worker_seen_at": seen_at.isoformat() if seen_at else None,
            "trouble": trouble,
        }
    )


def _connections(merchant: MerchantInSight) -> list[dict[str, object]]:
    """Say of each what goes on with it; a sentence is empty when there is nothing to say."""
    return [
        {
            "merchant": merchant.slug,
            "name": connection.name,
            "gateway": connection.gateway,
            "is_open": connection.removed_at is None,
            **asdict(look_at_connection(connection, now=clock.wall_now())),
        }
        for connection in Connection.objects.filter(merchant_id=merchant.id).order_by("id")
    ]
