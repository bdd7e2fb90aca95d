"""Keep the last beat in a file outside the database. It is written anew and put in place whole."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from paydesk.work.heartbeat.rule import Beat


class _Read(NamedTuple):
    """What was read, and the marks of the file by which it is known not to have changed since."""

    marks: tuple[str, int, int, int]
    beat: Beat | None


_LAST: list[_Read] = []


def kept_beat() -> Beat | None:
    """Give what the file says, reading it only when it has changed; None when it is missing or makes no sense."""
    path = Path(settings.PAYDESK_HEARTBEAT_FILE)
    try:
        found = path.stat()
    except OSError:
        return None
    marks = (str(path), found.st_ino, found.st_mtime_ns, found.st_size)
    if not _LAST or _LAST[0].marks != marks:
        _LAST[:] = [_Read(marks, _read(path))]
    return _LAST[0].beat


def keep_beat(beat: Beat) -> None:
    """Write it, unless another process on this host has kept a later one; raises OSError where it cannot be written.

    What two processes do at the same instant may leave the lower number: it is one beat behind, until the next.
    """
    before = kept_beat()
    if before is not None and before.number > beat.number:
        return
    path = Path(settings.PAYDESK_HEARTBEAT_FILE).absolute()
    words = json.dumps(
        {"number": beat.number, "database_id": beat.database_id, "timeline": beat.timeline}
    ).encode()
    written = _written_beside(path, words)
    written.replace(path)
    _sync_folder(path.parent)


def _read(path: Path) -> Beat | None:
    try:
        found = json.loads(path.read_bytes())
        return Beat(
            number=int(found["number"]),
            database_id=str(found["database_id"]),
            timeline=int(found["timeline"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _written_beside(path: Path, words: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        # Nothing in it is secret, and the web server may run as somebody else.
        os.fchmod(file.fileno(), 0o644)
        file.write(words)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
