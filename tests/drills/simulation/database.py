"""The database between runs and after a disaster: emptied at a stroke, copied, and put back as it was."""

from __future__ import annotations

import sqlite3
from functools import cache

from django.apps import apps
from django.db import connection, transaction


@cache
def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if model.__module__.startswith("paydesk.")]


def quick() -> None:
    """Let SQLite not wait for the disk: what a run leaves behind is nothing that anybody keeps."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")


def empty() -> None:
    """Remove every row of ours."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  # our own tables


class Backup:
    """A copy of everything, on SQLite a copy of the file: sequences go back as well."""

    def __init__(self) -> None:
        self._copy = sqlite3.connect(":memory:")
        _file().backup(self._copy)

    def restore(self) -> None:
        """Be again what was copied. Whoever was at work is dead."""
        self._copy.backup(_file())


def can_be_restored() -> bool:
    """Say whether this database is one file."""
    return connection.vendor == "sqlite"


def _file() -> sqlite3.Connection:
    connection.ensure_connection()
    file = connection.connection
    if not isinstance(file, sqlite3.Connection):
        raise AssertionError("only SQLite is one file")
    return file
