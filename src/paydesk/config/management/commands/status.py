"""Show who is here and what waits: merchants, connections, due and dead rows, and when a worker last showed itself."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.work.look import Waiting, look_at_queues, worker_seen_at

#: The shortest job of the timetable runs more often than this.
_SILENT_AFTER = timedelta(minutes=15)


class Command(BaseCommand):
    help = "Show merchants, connections and what waits. Exits with 1 when a row is dead or no worker was seen lately."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="one JSON object, for a monitor"
        )

    def handle(self, *, as_json: bool, **_: object) -> None:
        now = clock.wall_now()
        merchants = [merchant_by_id(merchant_id) for merchant_id in all_merchant_ids()]
        waiting = look_at_queues(QUEUES, merchant_ids=[merchant.id for merchant in merchants], now=now)
        seen_at = worker_seen_at()
        trouble = _trouble(waiting, seen_at, now)
        if as_json:
            self.stdout.write(_in_json(waiting, seen_at, trouble))
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
        self.stdout.write("queue          due   later    dead  oldest")
        for queue in waiting:
            oldest = f"{queue.oldest_seconds} s" if queue.due_count else ""
            self.stdout.write(
                f"{queue.name:12} {queue.due_count:5} {queue.later_count:7} {queue.dead_count:7}  {oldest}"
            )
        self.stdout.write(
            f"A worker was last seen at {seen_at:%Y-%m-%d %H:%M:%S} UTC." if seen_at else "No worker yet."
        )


def _trouble(waiting: list[Waiting], seen_at: datetime | None, now: datetime) -> str:
    dead = [f"{queue.dead_count} in {queue.name}" for queue in waiting if queue.dead_count]
    if dead:
        return f"Given up on, until a person looks: {', '.join(dead)}."
    if seen_at is None or now - seen_at > _SILENT_AFTER:
        return "No worker was seen lately. Start one with: paydesk worker"
    return ""


def _in_json(waiting: list[Waiting], seen_at: datetime | None, trouble: str) -> str:
    return json.dumps(
        {
            "queues": {queue.name: asdict(queue) for queue in waiting},
            "worker_seen_at": seen_at.isoformat() if seen_at else None,
            "trouble": trouble,
        }
    )
