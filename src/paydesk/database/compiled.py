"""Run a queryset that was compiled once with new parameters: what a hot page costs is its rows, not the ORM.

Write an ordinary `.values_list()` queryset with `slot(...)` values where a parameter goes. The first run keeps its SQL,
the places of the slots and the field converters, for each kind of database; later runs only fill in the parameters.
Leans on compiler internals of Django 5.2 (pinned), so it lives in this one tested file.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

Value = int | str | bytes | datetime | UUID
#: A NamedTuple: made from the selected columns, in order.
Row = TypeVar("Row", bound=tuple[Any, ...])

_MARKERS: dict[type, Callable[[], Value]] = {
    int: lambda: secrets.randbits(62),
    str: lambda: secrets.token_hex(16),
    bytes: lambda: secrets.token_bytes(16),
    datetime: lambda: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(microseconds=secrets.randbits(50)),
    UUID: uuid4,
}


class _Plan(NamedTuple):
    """What the first run keeps."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, str], ...]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]


@dataclass
class CompiledQuery(Generic[Row]):
    """`build` gets one marker for each name in `slots` and returns a queryset

    by `.values_list()`, in the order of `into`.
    """

    build: Callable[..., QuerySet[Any, Any]]
    into: type[Row]
    slots: dict[str, type]
    _plans: dict[str, _Plan] = field(default_factory=dict, init=False)

    def rows(self, **values: Value) -> list[Row]:
        """Run with these values for the slots and give the rows."""
        sql, params = self.statement(**values)
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(sql, params)
            return self.read(cursor.fetchall())

    def statement(self, **values: Value) -> tuple[str, list[Any]]:
        """Give the SQL and its parameters for these values."""
        connection = connections[DEFAULT_DB_ALIAS]
        plan = self._plans.get(connection.vendor) or self._compile(connection)
        params = list(plan.params)
        for place, name in plan.places:
            params[place] = _adapt(values[name], connection)
        return plan.sql, params

    def read(self, found: Iterable[tuple[Any, ...]]) -> list[Row]:
        """Turn what the database gave for the statement into rows."""
        connection = connections[DEFAULT_DB_ALIAS]
        converters = self._plans[connection.vendor].converters
        if converters:
            return [self.into(*_convert(row, converters, connection)) for row in found]
        return [self.into(*row) for row in found]

    def first(self, **values: Value) -> Row | None:
        """Give the first row, or None."""
        found = self.rows(**values)
        return found[0] if found else None

    def _compile(self, connection: BaseDatabaseWrapper) -> _Plan:
        markers = {name: _MARKERS[kind]() for name, kind in self.slots.items()}
        queryset = self.build(**markers)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        by_marker = {_key(_adapt(marker, connection)): name for name, marker in markers.items()}
        places = tuple(
            (place, by_marker[_key(param)]) for place, param in enumerate(params) if _key(param) in by_marker
        )
        missing = set(self.slots) - {name for _, name in places}
        if missing:
            raise AssertionError(f"slots without a place in the query: {sorted(missing)}")
        converters = [
            (column, kept, expression)
            for column, (kept, expression) in compiler.get_converters(
                [entry[0] for entry in compiler.select]
            ).items()
        ]
        plan = _Plan(sql=sql, params=tuple(params), places=places, converters=converters)
        self._plans[connection.vendor] = plan
        return plan


def _convert(
    row: tuple[Any, ...],
    converters: list[tuple[int, list[Callable[..., Any]], Any]],
    connection: BaseDatabaseWrapper,
) -> list[Any]:
    columns = list(row)
    for column, kept, expression in converters:
        for convert in kept:
            columns[column] = convert(columns[column], expression, connection)
    return columns


def _adapt(value: Value, connection: BaseDatabaseWrapper) -> Any:
    """Give a parameter the form that the field's own preparation would give it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, bytes):
        database: Any = connection
        return database.Database.Binary(value)
    return value


def _key(param: Any) -> Any:
    """Make a parameter comparable: drivers wrap bytes in objects that are not."""
    if isinstance(param, memoryview):
        return bytes(param)
    inner = getattr(param, "obj", param)
    return inner if isinstance(inner, int | str | bytes | datetime | UUID) else id(param)
