"""Make the dead rows of a queue due again; without a queue, say how many each has."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.merchants.find import all_merchant_ids
from paydesk.work.look import look_at_queues
from paydesk.work.queues import Queue
from paydesk.work.revive import revive


class Command(BaseCommand):
    help = (
        "Try again what was given up in a queue, once its cause is mended. Without a queue: how much that is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("queue", nargs="?", default="", help="; ".join(queue.name for queue in QUEUES))

    def handle(self, *, queue: str, **_: object) -> None:
        if not queue:
            self._list()
            return
        revived_count = revive(_named(queue), merchant_ids=all_merchant_ids(), now=clock.wall_now())
        self.stdout.write(f"{revived_count} rows of {queue} are due again.")

    def _list(self) -> None:
        for waiting in look_at_queues(QUEUES, merchant_ids=all_merchant_ids(), now=clock.wall_now()):
            self.stdout.write(f"{waiting.name:12} {waiting.dead_count:5} dead")


def _named(name: str) -> Queue:
    for queue in QUEUES:
        if queue.name == name:
            return queue
    raise CommandError(f"There is no queue {name!r}. There are: {', '.join(queue.name for queue in QUEUES)}.")
