"""Run the programs of the demo as children: started together, watched, and ended by their own process ids."""

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

START_SECONDS = 30
END_SECONDS = 15
LAST_WORDS = 25


class PartEnded(Exception):
    """A program of the demo ended by itself or did not start; the message holds its last words."""


@dataclass(kw_only=True)
class Part:
    """One program. It is ready when `ready_url` answers, or when its log holds `ready_words`."""

    name: str
    command: list[str | Path]
    environment: Mapping[str, str]
    log: Path
    ready_url: str = ""
    ready_words: str = ""
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C is for us, and we end it in our own time."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return once it can be used; raise PartEnded if that takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.require_alive()
            if self._is_ready():
                return
            time.sleep(0.05)
        raise PartEnded(f"{self.name} did not start in {START_SECONDS} seconds.\n{self.last_words()}")

    def require_alive(self) -> None:
        """Raise PartEnded when it has ended."""
        if self.process.poll() is not None:
            raise PartEnded(
                f"{self.name} ended with code {self.process.returncode}. Its last words:\n{self.last_words()}"
            )

    def last_words(self) -> str:
        """Give the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_WORDS:])

    def _is_ready(self) -> bool:
        if not self.ready_url:
            return self.ready_words in self.log.read_text(errors="replace")
        with suppress(URLError, OSError), urlopen(self.ready_url, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
        return False


@dataclass
class Programs:
    """All the parts that run. Used as `with Programs() as programs:`, none outlives the block."""

    parts: list[Part] = field(default_factory=list)

    def __enter__(self) -> "Programs":
        return self

    def __exit__(self, *_: object) -> None:
        """Ask all of them at once, then wait for each, and insist in the end."""
        for part in reversed(self.parts):
            part.process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for part in reversed(self.parts):
            try:
                part.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()

    def start(self, part: Part) -> None:
        """Start one more program."""
        part.start()
        self.parts.append(part)

    def watch(self) -> None:
        """Return never: raise PartEnded as soon as one of them has ended."""
        while True:
            self.require_alive()
            time.sleep(0.2)

    def require_alive(self) -> None:
        """Raise PartEnded when one of them has ended."""
        for part in self.parts:
            part.require_alive()


def choose_port(wanted: int) -> int:
    """Give the wanted loopback port if nobody has it, else a free one."""
    for port in (wanted, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as listener:
            return int(listener.getsockname()[1])
    sys.exit("No loopback port is free.")
