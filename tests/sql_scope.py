"""Read every SQL statement of the suite: none of ours goes to a merchant's table without naming the merchant.

Statements that a test itself makes to arrange or to look are not ours; those that pass `src/paydesk` are.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from types import FrameType
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

#: The only queries that look across merchants, by the table that they claim from.
CLAIMED_ACROSS_MERCHANTS = {
    "events_event",
    "notices_letter",
    "payments_attempt",
    "payments_duecharge",
    "backups_backuptry",
    "payments_refund",
    "arrangements_methodchange",
    "arrangements_scheduledaction",
    "moving_move",
    "sync_comparison",
    "sync_inboxevent",
    "work_timetableentry",
}
_CLAIM = re.compile(r"/\* claim across merchants: (\w+) \*/")
_OURS = "/src/paydesk/"


class UnscopedQuery(BaseException):
    """A statement of ours that could read or change another merchant's rows. No `except Exception` hides it."""


def watch() -> None:
    """Look at every statement of every connection that is opened from now on."""
    connection_created.connect(_attach, weak=False)


def _attach(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    if _check not in connection.execute_wrappers:
        connection.execute_wrappers.append(_check)


def _check(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    trouble = unscoped(str(sql))
    if trouble and _is_ours():
        raise UnscopedQuery(f"{trouble}: {sql}")
    return execute(sql, params, many, context)


@lru_cache(maxsize=20_000)
def unscoped(sql: str) -> str:
    """Say what is wrong with a statement; nothing when it names its merchant or touches no merchant's table."""
    claim = _CLAIM.match(sql)
    if claim:
        return "" if claim.group(1) in CLAIMED_ACROSS_MERCHANTS else "claims from a table that is not listed"
    verb = sql.lstrip("( ")[:6].upper()
    if verb not in {"SELECT", "UPDATE", "DELETE"}:
        return ""
    touched = set(re.findall(r'"(\w+)"', sql)) & merchant_tables()
    _, _, condition = sql.partition(" WHERE ")
    return f"no merchant_id for {sorted(touched)}" if touched and "merchant_id" not in condition else ""


@cache
def merchant_tables() -> set[str]:
    """Every table whose rows belong to a merchant."""
    return {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name in {"merchant", "merchant_id"} for field in model._meta.get_fields())
        and model.__module__.startswith("paydesk.")
    } - {"merchants_clockoffset"}


def _is_ours() -> bool:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if _OURS in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False
