"""Say which database this is: one that was restored elsewhere, or to a point in time, is another than it was."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from django.db.models import Expression, IntegerField, Value
from django.db.models.expressions import RawSQL

from paydesk.database.transactions import is_postgresql

#: The first eight digits of the log's file name are the timeline, also right after a standby was promoted. Any role
#: may ask for it, unlike for what is in the control file, which may lag behind as well.
_TIMELINE = "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int"
_MAY_ASK = "SELECT has_function_privilege('pg_control_system()', 'execute')"
_SYSTEM = "SELECT system_identifier::text FROM pg_control_system()"


def timeline() -> Expression:
    """Give PostgreSQL's timeline, as a column to select beside others; 0 on SQLite, which has none."""
    if is_postgresql():
        return RawSQL(_TIMELINE, [], output_field=IntegerField())  # noqa: S611  a text of ours, without parameters
    return Value(0, output_field=IntegerField())


def system_id() -> str:
    """Give the number that PostgreSQL gave the cluster; empty on SQLite, and where our role may not ask for it."""
    if not is_postgresql():
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_ASK)
        [(may_ask,)] = cursor.fetchall()
        if not may_ask:
            return ""
        cursor.execute(_SYSTEM)
        [(found,)] = cursor.fetchall()
    return str(found)


def file_number() -> int:
    """Tell SQLite's file from another that was put in its place, which open connections do not see; 0 on PostgreSQL."""
    if is_postgresql():
        return 0
    try:
        return Path(connection.settings_dict["NAME"]).stat().st_ino
    except OSError:
        return -1
