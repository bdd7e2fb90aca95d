"""Read the settings that come from the environment; every one is listed in docs/settings.md."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from paydesk.kit.faults import FaultsRefused, arm_from

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
TRUE = {"1", "true", "yes", "on"}


def text(name: str, default: str = "") -> str:
    """Give a setting as text."""
    return os.environ.get(name, default)


def log_level(name: str) -> str:
    """Give how much is written; INFO unless it says otherwise."""
    value = os.environ.get(name, "").upper() or "INFO"
    if value not in LOG_LEVELS:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(LOG_LEVELS)}, not {value!r}.")
    return value


def flag(name: str) -> bool:
    """Give a setting that is on or off; off unless it says so."""
    return os.environ.get(name, "").lower() in TRUE


def whole_number(name: str, default: int) -> int:
    """Give a setting as a whole number."""
    value = os.environ.get(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def folder(name: str) -> str:
    """Give the path of a folder that is there; empty unless it is set."""
    path = os.environ.get(name, "")
    if path and not Path(path).is_dir():
        raise ImproperlyConfigured(f"{name} must be a folder, and {path!r} is none.")
    return path


def mapping(name: str) -> dict[str, str]:
    """Give a setting that is a JSON object of texts; empty unless it is set."""
    try:
        found = json.loads(os.environ.get(name) or "{}")
    except ValueError as bad:
        raise ImproperlyConfigured(f"{name} must be JSON.") from bad
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ImproperlyConfigured(f"{name} must be one JSON object of texts.")
    return found


def secret(name: str, *, is_loopback: bool) -> str:
    """Give a secret of 32 characters at least; on loopback a fixed one will do, elsewhere it must be set."""
    value = os.environ.get(name, "")
    if value and len(value) < 32:
        raise ImproperlyConfigured(f"{name} must have 32 characters at least.")
    if not value and not is_loopback:
        raise ImproperlyConfigured(
            f"{name} is not set. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return value or f"for development on loopback only: {name}"


def faults(*, is_loopback: bool) -> None:
    """Arm this process for a drill, where the environment says so; a drill kills, so it happens on loopback only."""
    armed, reached_file = text("PAYDESK_FAULTS"), text("PAYDESK_FAULTS_REACHED")
    if (armed or reached_file) and not is_loopback:
        raise ImproperlyConfigured(
            "PAYDESK_FAULTS kills and stops processes: it is for drills on loopback only."
        )
    try:
        arm_from(armed, reached_file=reached_file)
    except FaultsRefused as refused:
        raise ImproperlyConfigured(f"PAYDESK_FAULTS: {refused}") from refused


def database(url: str) -> dict[str, Any]:
    """Translate into Django's terms: sqlite:///relative/path, sqlite:////absolute/path, postgresql://user@host/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # As everywhere: three slashes and a relative path, four and an absolute one.
        return _sqlite(unquote(parts.path.removeprefix("/")))
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(url)
    raise ImproperlyConfigured(
        f"PAYDESK_DATABASE_URL must begin with sqlite:/// or postgresql://, not {parts.scheme!r}."
    )


def _sqlite(path: str) -> dict[str, Any]:
    """WAL lets pages be read while the worker writes; FULL loses no acknowledged write; IMMEDIATE locks at BEGIN."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(path)),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            # Some hundreds of different statements are asked; of Python's usual 128, most would be parsed anew.
            "cached_statements": 1_000,
        },
        "CONN_MAX_AGE": None,
    }


def _postgresql(url: str) -> dict[str, Any]:
    """A page's thread keeps its connection; a worker's share a pool, and one that waits for a gateway lends its own.

    Either way none is held during that wait (R2). Server-side binding keeps the database's share of a page low.
    """
    import psycopg.conninfo

    is_pooled = flag("PAYDESK_DATABASE_POOL")

    given = psycopg.conninfo.conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", ""),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
        "OPTIONS": {
            **given,
            "server_side_binding": True,
            # A page asks the same few statements: planned once a connection, they cost PostgreSQL half or less.
            "prepare_threshold": 5,
            **({"pool": {"min_size": 1, "max_size": 40, "timeout": 20}} if is_pooled else {}),
        },
        "CONN_MAX_AGE": 0 if is_pooled else None,
        "CONN_HEALTH_CHECKS": False,
    }


def heartbeat_file(known: dict[str, Any]) -> str:
    """Name the file beside a SQLite database; for PostgreSQL, one in the working directory."""
    if str(known["ENGINE"]).endswith("sqlite3"):
        return f"{known['NAME']}.heartbeat"
    return str(Path.cwd() / "paydesk.heartbeat")


def mail(url: str) -> dict[str, Any]:
    """Translate smtp://user:password@host:port (smtps: TLS from the start, smtp+tls: STARTTLS) into Django's terms."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"} or not parts.hostname:
        raise ImproperlyConfigured("PAYDESK_MAIL_URL must look like smtp://user:password@host:port.")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }
