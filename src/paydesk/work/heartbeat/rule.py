"""Say whether a database was restored from a backup, by what it holds and what is remembered outside of it.

A number is remembered outside only after the database has committed it. So a process that is killed in between leaves
the memory behind the database, which says nothing; a database behind the memory has gone back.
"""

from __future__ import annotations

from dataclasses import dataclass

BEHIND = "the database is behind its heartbeat file: it was restored from a backup"
WENT_BACK = "the database went back while this process was running: it was restored from a backup"
REPLACED = (
    "the file of the database was replaced while this process was running, which has to be started again"
)
ANOTHER_DATABASE = "this is another database than the one that beat before"
ANOTHER_TIMELINE = (
    "the database is on another timeline: it was restored to a point in time, or a standby took over"
)
NO_FILE = "the heartbeat file is missing or cannot be read"
NO_TRACE = (
    "money was asked for, and there is no heartbeat of that time, neither in the database nor in its file"
)
NOBODY_LOOKED = (
    "no worker has looked at this database lately, and the heartbeat file here does not tell its last beat"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """One beat: its number, and the database that it was in. An empty id and timeline 0 are not known."""

    number: int
    database_id: str = ""
    timeline: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What is known. `row`: what the database holds; `here`: what the server says of itself; `kept`: the file.

    `seen_number`: the highest number that this process has seen committed. `has_charged`: money was asked for.
    """

    row: Beat | None
    here: Beat
    kept: Beat | None
    seen_number: int = 0
    is_replaced: bool = False
    has_charged: bool = False


def restored_because(signs: Signs) -> str:
    """Say how a restore shows, for staff; empty when nothing tells of one, as when an installation begins."""
    row, kept = signs.row, signs.kept
    if signs.is_replaced:
        return REPLACED
    if row is None and kept is None:
        return WENT_BACK if signs.seen_number else NO_TRACE if signs.has_charged else ""
    if kept is None:
        return NO_FILE
    if row is None or row.number < kept.number:
        return BEHIND
    if row.number < signs.seen_number:
        return WENT_BACK
    return _another(row, signs.here) or _another(row, kept)


def _another(one: Beat, other: Beat) -> str:
    """Compare two ids and two timelines, each only where both are known."""
    if one.database_id and other.database_id and one.database_id != other.database_id:
        return ANOTHER_DATABASE
    if one.timeline and other.timeline and one.timeline != other.timeline:
        return ANOTHER_TIMELINE
    return ""
