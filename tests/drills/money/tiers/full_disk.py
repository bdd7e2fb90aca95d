"""The disk of the database is full in the middle of a run (D06): a small one in memory, which only root can make."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import connections

from tests.drills.money.flows.all_flows import flow_named
from tests.drills.money.lane import Lane
from tests.drills.money.runs import Run, wrong_endings
from tests.drills.money.tiers.crashing import CrashingDatabase, crashing_database

MEBIBYTES = 256
#: PostgreSQL writes its log in files of 16 MiB, the next of which does not fit any more.
_LEFT_BYTES = (0, 200_000, 2_000_000)


@dataclass(frozen=True, kw_only=True)
class SmallDisk:
    """Where the database is, and how its disk is filled."""

    database: CrashingDatabase
    folder: Path

    def fill(self, *, left: int) -> None:
        """Leave so many bytes."""
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_switch_wal()")
        room = os.statvfs(self.folder)
        size = max(0, room.f_bavail * room.f_frsize - left)
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, size))

    def make_room(self) -> None:
        """Let it be written to again; a server that gave up is started again, as whoever runs it does."""
        self._filler.unlink(missing_ok=True)
        connections.close_all()
        if self.database.cluster.postmaster.poll() is not None:
            self.database.cluster.start_again()
        else:
            self.database.crash()

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


@contextmanager
def small_disk() -> Iterator[SmallDisk | None]:
    """Give a database on a small disk; None where we may not make one."""
    with tempfile.TemporaryDirectory(prefix="paydesk-disk-") as name:
        Path(name).chmod(0o755)
        options = ["-t", "tmpfs", "-o", f"size={MEBIBYTES}m,mode=755", "tmpfs", name]
        if os.geteuid() != 0 or subprocess.run(["mount", *options], check=False).returncode:
            yield None
            return
        before, tempfile.tempdir = tempfile.tempdir, name
        try:
            with crashing_database() as database:
                tempfile.tempdir = before
                yield SmallDisk(database=database, folder=Path(name))
        finally:
            tempfile.tempdir = before
            subprocess.run(["umount", "--lazy", name], check=True)


def run_full(lane: Lane, disk: SmallDisk, seed: int) -> Run:
    """Fill the disk before a worker charges, make room, start again, finish, and compare."""
    chance = random.Random(seed)  # noqa: S311  nothing secret
    lane.reached["D06"] += 1
    flow = flow_named("two-due")
    stage = flow.stage(lane)
    disk.fill(left=chance.choice(_LEFT_BYTES))
    ended = [lane.run(partial(flow.act, stage))]
    disk.make_room()
    finished = [lane.run(partial(flow.finish, stage)), lane.run(partial(flow.finish, stage))]
    wrong = [*flow.found(stage), *wrong_endings(finished)]
    stage.end()
    return Run(words=f"D full {seed}", ended=[*ended, *finished], wrong=wrong)
