"""Work off what is due as a worker does, one row after the other: a process that is killed there dies at one place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F

from paydesk.billing.payments.models import Attempt
from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.work.queues import Queue, claim_of, work_one
from tests.drills.money.drill_clock import DrillClock
from tests.simulator import SimulatedAccount

#: When a worker comes back after a kill: at once, when leases have ended, at each look of the resolver, on later days.
ROUNDS = [
    timedelta(0),
    *(timedelta(minutes=minutes) for minutes in (3, 8, 20, 90)),
    *(timedelta(hours=hours) for hours in (3, 26, 80, 128)),
]
_TIMETABLE = "timetable"
_AT_A_TIME = 8
#: The tables of all queues but the timetable: each row belongs to a merchant.
OF_MERCHANTS: list[Any] = [queue.rows for queue in QUEUES if queue.name != _TIMETABLE]


def work_until_idle() -> None:
    """Claim and work off until nothing is due in any queue, or all that is due is locked by somebody who sleeps."""
    while due := _due_queues():
        claimed_count = 0
        for queue in due:
            for taken in claim_of(queue, most=_AT_A_TIME, now=clock.wall_now()):
                claimed_count += 1
                work_one(queue, taken, clock=clock.wall_now)
        if not claimed_count:
            return


def _due_queues() -> list[Queue]:
    """Look at all queues in one statement: claims that find nothing would be most of what a run does."""
    queues = [queue for queue in QUEUES if queue.name != _TIMETABLE]
    now = connection.ops.adapt_datetimefield_value(clock.wall_now())
    statement = " UNION ALL ".join(
        f"SELECT '{queue.name}' WHERE EXISTS (SELECT 1 FROM {queue.rows._meta.db_table} WHERE due_at <= %s"  # noqa: S608
        " AND dead_at IS NULL AND (lease_until IS NULL OR lease_until < %s))"
        for queue in queues
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, now] * len(queues))
        names = {row[0] for row in cursor.fetchall()}
    return [queue for queue in queues if queue.name in names]


def work_for_days(
    drill_clock: DrillClock,
    account: SimulatedAccount,
    merchant_id: int,
    *,
    at_least: timedelta = timedelta(0),
) -> None:
    """Work on while time goes by, here and at the company, until nothing is under way any more: at most five days."""
    began = before = drill_clock.ahead()
    for ahead in (began + after for after in ROUNDS):
        if ahead > before:
            drill_clock.set_ahead(ahead)
            account.advance(seconds=(ahead - before).total_seconds())
            before = ahead
        work_until_idle()
        if ahead >= at_least and not _is_under_way(merchant_id):
            return


def _is_under_way(merchant_id: int) -> bool:
    """Say whether something waits that is not a payment of a later day."""
    if Attempt.objects.filter(merchant_id=merchant_id, state__in=Attempt.OPEN).exists():
        return True
    soon = clock.wall_now() + timedelta(days=1)
    return any(
        rows.objects.filter(merchant_id=merchant_id, due_at__lte=soon, dead_at__isnull=True).exists()
        for rows in OF_MERCHANTS
    )


def leave_alone(merchant_id: int) -> None:
    """Let nothing of a merchant be due any more: its run is over, and the next one must not meet it."""
    for rows in OF_MERCHANTS:
        rows.objects.filter(merchant_id=merchant_id, due_at__isnull=False).update(
            due_at=None, fence=F("fence") + 1
        )
