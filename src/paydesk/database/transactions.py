"""Short transactions: rerun whole on a serialisation failure (R13), never open while we wait for others (R2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connection, connections, transaction
from django.db.models import Model, QuerySet

from paydesk.kit.faults import fault

Answer = TypeVar("Answer")
Row = TypeVar("Row", bound=Model)

_RERUNS_MAX = 5
_SQLITE_WRITER = Lock()
#: PostgreSQL's serialization_failure, deadlock_detected and unique_violation: somebody wrote the same row meanwhile,
#: and the step finds it when it reads again. SQLite has one writer at a time, so nothing comes between.
_RERUN_STATES = {"40001", "40P01", "23505"}


class HeldTransaction(AssertionError):
    """A gateway was about to be asked inside a transaction. Stays on in production."""


def in_transaction(step: Callable[[], Answer]) -> Answer:
    """Run a step in one transaction, again from its reads when the database asks for that."""
    for remaining in reversed(range(_RERUNS_MAX)):
        try:
            with _one_writer(), transaction.atomic():
                answer = step()
            fault("D02")
            return answer
        except (OperationalError, IntegrityError) as trouble:
            if connection.in_atomic_block or not remaining or not _wants_rerun(trouble):
                raise
    raise AssertionError("unreachable")


def in_turn(statement: Callable[[], Answer]) -> Answer:
    """Run a statement that writes by itself, outside of a transaction: on SQLite in its turn among our threads."""
    with _one_writer():
        return statement()


def _one_writer() -> AbstractContextManager[object]:
    """SQLite has one writer at a time. Threads of one process queue for it here, which costs less than asking again."""
    if is_postgresql() or connection.in_atomic_block:
        return nullcontext()
    return _SQLITE_WRITER


def locked(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Lock the rows that are read; rows that refer to them may still be inserted, since no key ever changes.

    SQLite has one writer at a time (BEGIN IMMEDIATE), which is lock enough.
    """
    return rows.select_for_update(of=("self",), no_key=True) if is_postgresql() else rows


def locked_whole(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The same, and no row that refers to them may be inserted until the transaction ends."""
    return rows.select_for_update(of=("self",)) if is_postgresql() else rows


def be_outside_of_transactions() -> None:
    """Raise HeldTransaction inside of one (R2). Where a gateway is asked once in a thousand times, this is enough.

    A thread of the web server has a connection of its own, and a new one costs ten times what taking in a webhook does.
    """
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise HeldTransaction("A gateway must not be asked inside a transaction.")


def let_go() -> None:
    """Give the connection back before a wait: no transaction and no server connection is held for a gateway (R2)."""
    be_outside_of_transactions()
    if is_postgresql() and not connection.in_atomic_block:
        connection.close()


def is_postgresql() -> bool:
    """Say whether this is PostgreSQL: row locks, SKIP LOCKED and several workers."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def _wants_rerun(trouble: OperationalError | IntegrityError) -> bool:
    cause: Any = trouble.__cause__
    return getattr(cause, "sqlstate", None) in _RERUN_STATES
