"""A ZIP that is written as a stream opens like any other, and holds no more than one file at a time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import pytest

from paydesk.kit.archives import ArchivedFile, archive_stream

AT = datetime(2026, 12, 3, 9, 14, tzinfo=UTC)


def test_what_went_in_comes_out_under_its_name() -> None:
    files = [
        ArchivedFile("2026-12-03 Quittung 1.pdf", AT, b"one" * 999),
        ArchivedFile("領収書.pdf", AT, b"two"),
    ]
    with ZipFile(BytesIO(b"".join(archive_stream(files)))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [file.name for file in files]
        assert [opened.read(file.name) for file in files] == [b"one" * 999, b"two"]
        assert opened.infolist()[0].date_time == (2026, 12, 3, 9, 14, 0)


def test_nothing_in_it_is_a_zip_as_well() -> None:
    assert ZipFile(BytesIO(b"".join(archive_stream([])))).namelist() == []


def test_a_file_is_given_away_before_the_next_is_made() -> None:
    made: list[int] = []

    def files() -> Iterator[ArchivedFile]:
        for number in range(3):
            made.append(number)
            yield ArchivedFile(f"{number}.pdf", AT, bytes(1000))

    pieces = archive_stream(files())
    assert next(pieces)
    assert made == [0]


def test_hundreds_take_no_more_room_than_a_few() -> None:
    def peak(count: int) -> int:
        files = (ArchivedFile(f"{number}.pdf", AT, bytes(200_000)) for number in range(count))
        tracemalloc.start()
        for _ in archive_stream(files):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(600) - peak(10) < 600_000


def test_an_archive_that_breaks_off_does_not_open_as_a_whole_one() -> None:
    def files() -> Iterator[ArchivedFile]:
        yield ArchivedFile("1.pdf", AT, bytes(1000))
        raise OSError("the disk is gone")

    pieces = list[bytes]()
    with pytest.raises(OSError, match="gone"):
        pieces.extend(archive_stream(files()))
    assert pieces
    with pytest.raises(BadZipFile):
        ZipFile(BytesIO(b"".join(pieces)))
