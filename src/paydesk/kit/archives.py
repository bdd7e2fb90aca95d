"""Write a ZIP as a stream: each file is given away as soon as it is in, so that no more than one is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

#: What is put in is compressed already, as a PDF is: more costs time and saves nothing.
_LEVEL = 1
_READABLE = 0o644 << 16


class ArchivedFile(NamedTuple):
    """A file of an archive; `at` is local time, as a ZIP has no zones."""

    name: str
    at: datetime
    content: bytes


def archive_stream(files: Iterable[ArchivedFile]) -> Iterator[bytes]:
    """Give the bytes of the archive, a piece for each file.

    Where a file cannot be made, the list at the archive's end is missing, so that nothing opens it as a whole one.
    """
    out = _Pipe()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:  # type: ignore[call-overload]  # A pipe.
        for file in files:
            entry = ZipInfo(file.name, date_time=file.at.timetuple()[:6])
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, _READABLE
            archive.writestr(entry, file.content, compresslevel=_LEVEL)
            yield out.take()
    yield out.take()


class _Pipe:
    """What can be written to and not gone back in: the sizes then stand behind each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits: what is written is there."""

    def take(self) -> bytes:
        """Give what has come in since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
