"""Look at what goes on with a connection: import, reconciliation, its list of events, and what those were about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count

from paydesk.merchants.models import Connection
from paydesk.sync.models import EventPoll, ImportRun, InboxEvent, Reconciliation
from paydesk.sync.run_lease import is_running

#: Events are asked for every few minutes; without an answer for this long, staff should know.
_BEHIND_AFTER = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Going:
    """What is going on. `unnamed` counts events, by kind, that name nothing that we show: kept, and not acted upon."""

    importing: str = ""
    reconciling: str = ""
    events_behind: str = ""
    unnamed: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Say it in sentences, for staff; nothing when all is as it should be."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.unnamed.items())
        unnamed = f"Events about nothing that is shown here: {kinds}." if kinds else ""
        return [line for line in (self.importing, self.reconciling, self.events_behind, unnamed) if line]


def look_at_connection(connection: Connection, *, now: datetime) -> Going:
    """Read it from the rows; asks no company. `now` is wall time."""
    mine = {"merchant_id": connection.merchant_id, "connection_id": connection.id}
    run = ImportRun.objects.filter(**mine, finished_at__isnull=True).first()
    last = Reconciliation.objects.filter(**mine).order_by("-id").first()
    poll = EventPoll.objects.filter(**mine).first()
    unnamed = InboxEvent.objects.filter(**mine, names_nothing=True).values_list("kind")
    counted = unnamed.annotate(count=Count("id")).order_by("kind")
    return Going(
        importing=_importing(run, now) if run else "",
        reconciling=_reconciling(last, now) if last else "",
        events_behind=_behind(poll, connection, now) if poll else "",
        unnamed=dict(counted.values_list("kind", "count")),
    )


def _importing(run: ImportRun, now: datetime) -> str:
    so_far = f"{run.customers_count:,} customers and {run.payments_count:,} payments so far"
    if not is_running(run, now=now):
        return f"An import stopped: {so_far}. `paydesk import` goes on where it was."
    since = f" since {run.held_since:%Y-%m-%d %H:%M:%S} UTC" if run.held_since else ""
    return f"An import is running{since} ({run.holder.rpartition(':')[0]}): {so_far}."


def _reconciling(run: Reconciliation, now: datetime) -> str:
    """The last one is told of, finished or not."""
    count = sum(run.found_counts.values())
    found = f"{sum(run.mended.values()):,} rows mended, {count:,} differences for a person to look at"
    if run.finished_at is not None:
        return f"Compared with the company on {run.finished_at:%Y-%m-%d %H:%M} UTC: {found}."
    so_far = f"{run.customers_count:,} customers so far, {found}"
    if not is_running(run, now=now):
        return f"A reconciliation stopped: {so_far}. `paydesk reconcile` goes on where it was."
    return f"A reconciliation is running ({run.holder.rpartition(':')[0]}): {so_far}."


def _behind(poll: EventPoll, connection: Connection, now: datetime) -> str:
    """A company that lists no events has nothing to be behind with: then there is no trouble either.

    Of a closed connection nothing is asked any more.
    """
    asked_at = poll.walked_at or connection.created_at
    if not poll.trouble or connection.removed_at or now - asked_at < _BEHIND_AFTER:
        return ""
    return (
        f"Events whose webhooks were lost could not be asked for since {asked_at:%Y-%m-%d %H:%M} UTC:"
        f" {poll.trouble}"
    )
