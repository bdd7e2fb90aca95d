"""Start a server or a worker as a process of its own, wait until it answers, and end it by its own process id."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

START_SECONDS = 30
END_SECONDS = 10


class NotStarted(AssertionError):
    """The process ended or did not answer in time; the message holds what it printed."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A process of ours. `url` has no slash at the end and is empty for a process that serves nothing."""

    process: subprocess.Popen[bytes]
    url: str
    output: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def printed(self) -> str:
        """Return what the process has printed so far."""
        return self.output.read_text(errors="replace")


def free_port() -> int:
    """Find a loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running_server(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    ready_path: str = "/",
    port: int | None = None,
) -> Iterator[Running]:
    """Run a server while the block runs. `{port}` in its command or environment becomes a free port."""
    port = port or free_port()
    words = [str(word).replace("{port}", str(port)) for word in command]
    variables = {name: value.replace("{port}", str(port)) for name, value in (environment or {}).items()}
    with _started(words, variables, url=f"http://127.0.0.1:{port}") as server:
        _wait_until_it_answers(server, ready_path)
        yield server


@contextmanager
def running_process(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run a process that serves nothing, such as a worker, while the block runs."""
    with _started([str(word) for word in command], environment or {}, url="") as process:
        yield process


@contextmanager
def _started(command: list[str], environment: Mapping[str, str], *, url: str) -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="paydesk-process-") as folder:
        output = Path(folder) / "output"
        with output.open("wb") as file:
            process = subprocess.Popen(
                command, env=os.environ | environment, stdout=file, stderr=subprocess.STDOUT
            )
        try:
            yield Running(process=process, url=url, output=output)
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, and insist after ten seconds."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_it_answers(server: Running, ready_path: str) -> None:
    """Any answer will do, an error page too: the test says what it expects of it."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            urlopen(server.url + ready_path, timeout=5).close()
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.01)
        else:
            return
    raise NotStarted(f"{server.process.args!r} did not answer:\n{server.printed()}")
