"""What payment companies told us, and how far an import is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

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

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "connection", "event_id"], name="inbox_event_once"),
        ]
        indexes: ClassVar = [due_index("inbox_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class ImportRun(models.Model):
    """One import of a connection. Its cursor is committed with what it wrote, so it goes on after a kill."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    cursor = models.CharField(max_length=500, default="", blank=True)
    customers_count = models.PositiveIntegerField(default=0)
    subscriptions_count = models.PositiveIntegerField(default=0)
    payments_count = models.PositiveIntegerField(default=0)
    unlinked_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"import {self.pk}"
