"""Put many rows into a table at once, past the ORM: COPY on PostgreSQL, one prepared INSERT on SQLite."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction


def put_rows(table: type[models.Model], rows: Iterable[Sequence[Any]]) -> None:
    """A row holds one value for each of the table's columns, in the order of the model's concrete fields."""
    names = [field.column for field in table._meta.concrete_fields]
    listed = ", ".join(f'"{name}"' for name in names)
    target = f'"{table._meta.db_table}" ({listed})'
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        slots = ", ".join("?" * len(names))
        with transaction.atomic(), connection.cursor() as cursor:
            # Django's own cursor would rewrite each statement; the driver's takes all rows in one call.
            cursor.cursor.executemany(f"INSERT INTO {target} VALUES ({slots})", rows)  # noqa: S608  our own names


def settle_down(*tables: type[models.Model]) -> None:
    """Set the sequences behind the given ids, and let the database look at what it holds."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in tables:
                name = table._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"  # noqa: S608
                )
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
