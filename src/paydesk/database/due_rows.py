"""The columns of a row that somebody works off once its time has come; every queue's table takes them."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q


class DueRow(models.Model):
    """`due_at` empty: nothing more to do. `fence` grows with every claim; only its holder may settle the row (R8).

    `tries_count`: how often it was claimed, and so how long the pauses are; of `failures_count` it dies.
    """

    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    tries_count = models.IntegerField(default=0)
    failures_count = models.IntegerField(default=0)
    dead_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        abstract = True


def due_index(name: str) -> Index:
    """Index only the rows that still wait: a scan for what is due does not grow with what is done."""
    return Index(fields=["due_at"], name=name, condition=Q(due_at__isnull=False, dead_at__isnull=True))
