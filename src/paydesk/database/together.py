"""Ask several compiled queries in one trip: a page waits for PostgreSQL once, not once a query.

psycopg sends them as a pipeline, which saves most of what a query costs on our side: two system calls and a wait. On
SQLite there is no trip, so they are asked one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from paydesk.database.compiled import CompiledQuery, Value


class Ask(NamedTuple):
    """One query and the values for its slots."""

    query: CompiledQuery[Any]
    values: dict[str, Value]


def rows_together(asks: Sequence[Ask]) -> list[list[Any]]:
    """Give the rows of each query, in the order in which they were asked. None of them may need another's answer."""
    connection = connections[DEFAULT_DB_ALIAS]
    statements = [ask.query.statement(**ask.values) for ask in asks]
    with ExitStack() as opened:
        cursors = [opened.enter_context(connection.cursor()) for _ in asks]
        with connection.wrap_database_errors, _one_trip(connection):
            for cursor, (sql, params) in zip(cursors, statements, strict=True):
                cursor.execute(sql, params)
        return [ask.query.read(cursor.fetchall()) for ask, cursor in zip(asks, cursors, strict=True)]


def _one_trip(connection: BaseDatabaseWrapper) -> Any:
    """What is executed inside is sent at once; leaving it waits for all answers."""
    return connection.connection.pipeline() if connection.vendor == "postgresql" else nullcontext()
