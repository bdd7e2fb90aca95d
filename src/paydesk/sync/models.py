"""What payment companies told us, how far we asked them for it, and how far what is long about a connection is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.billing.holds.models import ChargeHold
from paydesk.database.due_rows import DueRow, due_index
from paydesk.merchants.models import Connection, Merchant


class InboxEvent(DueRow):
    """A webhook whose signature was good, stored once; worked off by reading its objects again."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)
    body = models.BinaryField()
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    # Of a kind that we do not know, or about what we do not show: kept, and counted by `paydesk status`.
    names_nothing = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection", "event_id"], name="inbox_event_once"),
        ]
        indexes: ClassVar = [
            due_index("inbox_due"),
            models.Index(
                fields=["merchant", "connection", "kind"],
                name="inbox_names_nothing",
                condition=Q(names_nothing=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class EventPoll(models.Model):
    """How far a connection's events were asked for: whatever happened before `complete_until` is in the inbox.

    A walk goes back from the newest event. One that was cut short goes on at its cursor, and makes everything complete
    until `walk_until`, the newest event when it began. Both are the company's time. `polled_at` and `walked_at`, when a
    walk last came to its end, are by our clock, for staff.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    # Empty until the company has told us of anything.
    complete_until = models.DateTimeField(null=True)
    walk_until = models.DateTimeField(null=True)
    cursor = models.CharField(max_length=500, default="", blank=True)
    polled_at = models.DateTimeField(null=True)
    walked_at = models.DateTimeField(null=True)
    # Why the last asking brought nothing; staff read it.
    trouble = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection"], name="event_poll_once"),
        ]

    def __str__(self) -> str:
        return f"events until {self.complete_until}"


class LeasedRun(models.Model):
    """Something long about one connection. How far it is is committed with what it wrote, so it goes on after a kill.

    `cursor` names the page at hand, `done` the customers of that page that are dealt with. Whoever runs it holds a
    lease; each commit proves that it still does.
    """

    #: What a process does with the connection, for another that would do it too.
    DOING: ClassVar[str]

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    cursor = models.CharField(max_length=500, default="", blank=True)
    done = models.JSONField(default=list)
    customers_count = models.PositiveIntegerField(default=0)
    payments_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    holder = models.CharField(max_length=120, default="", blank=True)
    held_since = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.DOING} {self.connection_id}"


class ImportRun(LeasedRun):
    """One import of a connection."""

    DOING = "importing"

    subscriptions_count = models.PositiveIntegerField(default=0)
    unlinked_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            # Two that begin at the same moment go on with one run, and the lease says whose it is.
            models.UniqueConstraint(
                fields=["merchant", "connection"],
                name="import_one_at_a_time",
                condition=Q(finished_at__isnull=True),
            ),
        ]


class Reconciliation(LeasedRun):
    """One comparison of a whole connection with the books, and what it has found so far.

    Customers come first, as the company lists them, or those known here where it keeps no list; then those known here
    whom it did not list; last what belongs to none of them.
    """

    DOING = "reconciling"

    class Part(models.TextChoices):
        LISTED = "listed"
        KNOWN = "known"
        REST = "rest"

    part = models.CharField(max_length=8, choices=Part, default=Part.LISTED)
    # How many rows of each table were missing or stale, and were mended.
    mended = models.JSONField(default=dict)
    # What a person has to look at: how many of each kind, and the first of them whole.
    found_counts = models.JSONField(default=dict)
    found = models.JSONField(default=list)
    # By currency: what was charged, refunded and disputed at the company, and what the ledger has of it.
    sums = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "connection"],
                name="reconciliation_one_at_a_time",
                condition=Q(finished_at__isnull=True),
            ),
        ]


class Comparison(DueRow):
    """After a restore: how far the books were compared with one company. It goes on there after a kill.

    `cursor` is the place in the part at hand: the last customer or attempt (ids), or the company's own page of events.
    """

    class State(models.TextChoices):
        CUSTOMERS = "customers"  # reading what the company has of everybody of whom something can be charged
        EVENTS = "events"  # looking for charges of customers who are not known here
        ATTEMPTS = "attempts"  # looking up whatever is still open
        DOUBT = "doubt"  # all is compared, and a person has to look first
        RELEASED = "released"
        DROPPED = "dropped"  # nothing waits for it any more

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    # One hold is compared once, whoever finds it first.
    hold = models.OneToOneField(ChargeHold, on_delete=models.CASCADE)
    state = models.CharField(max_length=10, choices=State, default=State.CUSTOMERS)
    cursor = models.CharField(max_length=500, default="", blank=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    customers_total = models.PositiveIntegerField(default=0)
    customers_count = models.PositiveIntegerField(default=0)
    charges_count = models.PositiveIntegerField(default=0)
    events_count = models.PositiveIntegerField(default=0)
    attempts_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [due_index("comparison_due")]

    def __str__(self) -> str:
        return f"comparison {self.pk}: {self.state}"
