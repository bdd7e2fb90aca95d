"""Put a bug into the code for a while: a function that does wrong, a constraint that is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from tests.drills.simulation.database import empty
from tests.drills.simulation.focus import CHANCE_DECIDES, Wanted

Planted = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, kw_only=True)
class Bug:
    """One money bug. `breaks`: what it does to people's money.

    `within`: in so many seeds from 0 the simulation has to find it; `wanted`: what these runs are about.
    """

    name: str
    breaks: str
    plant: Planted
    within: int = 100
    wanted: Wanted = CHANCE_DECIDES


@contextmanager
def swapped(place: object, name: str, wrong: object) -> Iterator[None]:
    """Let a name of a module or class mean something else."""
    right = getattr(place, name)
    setattr(place, name, wrong)
    try:
        yield
    finally:
        setattr(place, name, right)


def swap(*changes: tuple[object, str, object]) -> Planted:
    """Plant several at once."""

    @contextmanager
    def plant() -> Iterator[None]:
        with ExitStack() as stack:
            for place, name, wrong in changes:
                stack.enter_context(swapped(place, name, wrong))
            yield

    return plant


def swap_entry(table: dict[Any, Any], key: object, wrong: object) -> Planted:
    """Let an entry of a table be another."""

    @contextmanager
    def plant() -> Iterator[None]:
        right, table[key] = table[key], wrong
        try:
            yield
        finally:
            table[key] = right

    return plant


def together(*planted: Planted) -> Planted:
    """Plant one bug that stands at several places."""

    @contextmanager
    def plant() -> Iterator[None]:
        with ExitStack() as stack:
            for one in planted:
                stack.enter_context(one())
            yield

    return plant


def without(table: type[Model], name: str) -> Planted:
    """Drop a constraint, and make it again afterwards, when no row is there any more."""

    @contextmanager
    def plant() -> Iterator[None]:
        all_of_them = table._meta.constraints
        [constraint] = [one for one in all_of_them if one.name == name]
        empty()
        # SQLite makes the table anew as it is to be.
        table._meta.constraints = [one for one in all_of_them if one is not constraint]
        with connection.schema_editor() as editor:
            editor.remove_constraint(table, constraint)
        try:
            yield
        finally:
            empty()
            table._meta.constraints = all_of_them
            with connection.schema_editor() as editor:
                editor.add_constraint(table, constraint)

    return plant


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing where something is to be done."""
