"""The timetable's rows, the lease of the single worker that SQLite takes, and the heartbeat of the database."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paydesk.database.due_rows import DueRow


class TimetableEntry(DueRow):
    """One job of `config/schedule.py`, as a row, so that N workers run it once."""

    name = models.CharField(max_length=80, unique=True)
    ran_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class WorkerLease(models.Model):
    """Who works on a database that takes one worker only."""

    name = models.CharField(max_length=40, unique=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class Heartbeat(models.Model):
    """One row whose number grows while a worker is at work; a file outside the database remembers it.

    `database_id`: PostgreSQL's system identifier, empty where our role may not ask; on SQLite a random one.
    """

    ONLY = 1

    number = models.BigIntegerField(default=0)
    database_id = models.CharField(max_length=40, default="", blank=True)
    timeline = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField()

    class Meta:
        # Two rows would be two numbers, and the higher one would hide the other.
        constraints: ClassVar = [models.CheckConstraint(name="heartbeat_only_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"beat {self.number}"
