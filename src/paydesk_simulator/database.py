"""The company's books: one SQLite file behind one lock, so whoever has them open is alone with them.

A kind of row is a frozen dataclass whose fields are the columns of its `TABLE`; nothing is fetched behind one's back.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

#: Crockford's base 32 in lower case.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SCHEMA = Path(__file__).with_name("schema.sql")

sqlite3.register_converter("moment", lambda raw: datetime.fromisoformat(raw.decode()))
sqlite3.register_converter("flag", lambda raw: raw == b"1")
sqlite3.register_converter("json", json.loads)


class Row(Protocol):
    """What every kind of row has."""

    TABLE: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> str: ...


Kind = TypeVar("Kind", bound=Row)


class Books:
    """Every reading and writing happens inside `with books.open():`, and all of it is kept or none."""

    def __init__(self, file: str | Path) -> None:
        self._lock = threading.Lock()
        self._sqlite = sqlite3.connect(
            file, isolation_level=None, check_same_thread=False, detect_types=sqlite3.PARSE_DECLTYPES
        )
        # OFF waits for no disk. What the kernel was given survives the death of the process, which is what drills do
        # to it; after a machine's death a company that does not exist is made anew.
        self._sqlite.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;")
        self._sqlite.executescript(_SCHEMA.read_text())
        self.deliveries_waiting = threading.Event()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Hold the lock and one transaction."""
        with self._lock:
            self._sqlite.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._sqlite.execute("ROLLBACK")
                raise
            self._sqlite.execute("COMMIT")

    def close(self) -> None:
        """Close the file; nothing can be asked any more."""
        with self._lock:
            self._sqlite.close()

    def add(self, row: Kind) -> Kind:
        """Keep a new row."""
        self.add_many([row])
        return row

    def add_many(self, rows: Sequence[Row]) -> None:
        """Keep new rows of one kind."""
        if rows:
            names = _columns(type(rows[0]))
            slots = ", ".join("?" * len(names))
            statement = f"INSERT INTO {rows[0].TABLE} ({', '.join(names)}) VALUES ({slots})"  # noqa: S608  our own names
            self._sqlite.executemany(
                statement, ([_stored(getattr(row, name)) for name in names] for row in rows)
            )

    def change(self, row: Kind, **values: object) -> Kind:
        """Change columns of one row; gives the row as it is now."""
        places = ", ".join(f"{name} = ?" for name in values)
        statement = f"UPDATE {row.TABLE} SET {places} WHERE id = ?"  # noqa: S608  our own names
        found = self._sqlite.execute(statement, [*map(_stored, values.values()), row.id]).rowcount
        if found != 1:
            raise LookupError(f"{row.TABLE} {row.id} is gone")
        return replace(row, **values)

    def remove(self, row: Row) -> None:
        """Forget one row."""
        self._sqlite.execute(f"DELETE FROM {row.TABLE} WHERE id = ?", [row.id])  # noqa: S608  our own names

    def get(self, kind: type[Kind], row_id: str | None) -> Kind | None:
        """Give the row with this id, if there is one."""
        return next(iter(self.find(kind, "id = ?", row_id)), None) if row_id else None

    def find(self, kind: type[Kind], condition: str, *values: object) -> list[Kind]:
        """Give the rows that meet a condition, which may go on with an order and a limit."""
        columns = _columns(kind)
        statement = f"SELECT {', '.join(columns)} FROM {kind.TABLE} WHERE {condition}"  # noqa: S608  our own words
        cursor = self._sqlite.execute(statement, [_stored(value) for value in values])
        return [kind(**dict(zip(columns, row, strict=True))) for row in cursor]

    def ask_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run any other statement once for each row of values."""
        self._sqlite.executemany(statement, ([_stored(value) for value in row] for row in rows))

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run any other statement."""
        return self._sqlite.execute(statement, [_stored(value) for value in values]).fetchall()


def new_id(prefix: str) -> str:
    """Make an id that tells its kind and cannot be guessed: 100 random bits."""
    return f"{prefix}_" + "".join(_ALPHABET[byte & 31] for byte in secrets.token_bytes(20))


@cache
def _columns(kind: type[Row]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, list | dict):
        return json.dumps(value)
    return value
