"""The timetable's rows, and the lease of the single worker that SQLite takes."""

from __future__ import annotations

from django.db import models

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
