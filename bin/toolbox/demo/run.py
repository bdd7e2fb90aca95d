"""Bring a demo up: make or mend its data, start its programs, wait until all of them can be used."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolbox.demo.parts import Programs, choose_port
from toolbox.demo.place import Place, data_version, read_kept, static_version
from toolbox.demo.seeding import CONNECTIONS, connect, paydesk, seed

PORTAL_PORT, SIMULATOR_PORT = 8000, 8420


class AlreadyRunning(Exception):
    """A demo runs in this folder."""


@contextmanager
def running_demo(
    folder: Path, *, ports: tuple[int, int] = (PORTAL_PORT, SIMULATOR_PORT), is_fresh: bool = False
) -> Iterator[tuple[Place, Programs]]:
    """Run a demo while the block runs. Ports that are taken are replaced by free ones; 0 takes any."""
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder), Programs() as programs:
        place = _place(folder, ports, is_fresh=is_fresh)
        _bring_up(place, programs)
        place.remember()
        yield place, programs


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """SQLite takes one worker; the folder itself is the lock, and it falls with the process."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise AlreadyRunning(f"A demo is running in {folder} already.") from None
    finally:
        os.close(held)


def _place(folder: Path, ports: tuple[int, int], *, is_fresh: bool) -> Place:
    """Throw away data that an earlier version made: it is made up, and making it again takes seconds."""
    kept = read_kept(folder)
    if is_fresh or kept.data != data_version():
        for child in folder.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        kept = read_kept(folder)
    portal, simulator = (choose_port(port) for port in ports)
    return Place(folder=folder, portal_port=portal, simulator_port=simulator, kept=kept)


def _bring_up(place: Place, programs: Programs) -> None:
    kept = place.kept
    simulator = place.simulator()
    programs.start(simulator)
    is_new = not kept.data
    if is_new:
        paydesk(place, "migrate", "--verbosity=0")
    if kept.static != static_version():
        paydesk(place, "collectstatic", "--no-input", "--clear", "--verbosity=0")
        kept.static = static_version()
    portal, worker = place.portal(), place.worker()
    programs.start(portal)
    programs.start(worker)
    simulator.wait_until_ready()
    if is_new:
        seed(place)
        kept.data = data_version()
    elif (kept.portal_port, kept.simulator_port) != (place.portal_port, place.simulator_port):
        for name in CONNECTIONS:
            connect(place, name)
    kept.portal_port, kept.simulator_port = place.portal_port, place.simulator_port
    portal.wait_until_ready()
    worker.wait_until_ready()
