"""The outbox: one row for each thing that happened."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from paydesk.database.due_rows import DueRow, due_index


class Event(DueRow):
    """Something that happened to a merchant's business; `subject` holds identifiers and amounts, never a secret."""

    merchant_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    subject = models.JSONField(default=dict)
    happened_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            due_index("event_due"),
            models.Index(fields=["merchant_id", "name", "happened_at"]),
        ]

    def __str__(self) -> str:
        return self.name
