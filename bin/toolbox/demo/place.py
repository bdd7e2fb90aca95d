"""Where one demo lives: its folder, its ports, and the environment of its programs."""

import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from toolbox.demo.parts import Part
from toolbox.environment import VENV
from toolbox.machine import ROOT

#: What the data and the collected files of an earlier version of the checkout would not fit.
_DATA = ("src/paydesk/**/migrations/*.py", "src/paydesk_simulator/schema.sql", "bin/toolbox/demo/*.py")
_STATIC = ("src/paydesk/**/static/**/*", "requirements/base.txt")


@dataclass(kw_only=True)
class Kept:
    """What is remembered between two runs. `accounts` are ids at the simulator, by the name of the connection."""

    data: str = ""
    static: str = ""
    portal_port: int = 0
    simulator_port: int = 0
    control_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Place:
    """One demo."""

    folder: Path
    portal_port: int
    simulator_port: int
    kept: Kept

    @property
    def portal_url(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"

    def environment(self) -> dict[str, str]:
        """Nothing of another installation's settings reaches the demo."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PAYDESK_")}
        return inherited | {
            "PAYDESK_URL": self.portal_url,
            "PAYDESK_DATABASE_URL": f"sqlite:///{self.folder / 'paydesk.sqlite3'}",
            "PAYDESK_STATIC_ROOT": str(self.folder / "static"),
            "PAYDESK_MAILBOX": "1",
            "PAYDESK_SIMULATOR_CONTROL_TOKEN": self.kept.control_token,
        }

    def simulator(self) -> Part:
        """The payment company that does not exist."""
        database = self.folder / "simulator.sqlite3"
        words = ["serve", f"--port={self.simulator_port}", f"--database={database}"]
        return self._part("simulator", "paydesk-simulator", words, ready_url=f"{self.simulator_url}/health")

    def portal(self) -> Part:
        """The pages."""
        words = ["serve", f"--port={self.portal_port}"]
        return self._part("portal", "paydesk", words, ready_url=f"{self.portal_url}/health")

    def worker(self) -> Part:
        """What happens by itself."""
        return self._part("worker", "paydesk", ["worker"], ready_words="The worker is at work.")

    def remember(self) -> None:
        """Keep what the next run wants to know."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "kept.json").write_text(json.dumps(asdict(self.kept), indent=2))

    def _part(
        self, name: str, program: str, words: list[str], *, ready_url: str = "", ready_words: str = ""
    ) -> Part:
        return Part(
            name=f"The {name}",
            command=[VENV / "bin" / program, *words],
            environment=self.environment(),
            log=self.folder / "logs" / f"{name}.log",
            ready_url=ready_url,
            ready_words=ready_words,
        )


def read_kept(folder: Path) -> Kept:
    """Read what an earlier run kept; anything unreadable counts as nothing."""
    try:
        return Kept(**json.loads((folder / "kept.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Kept()


def data_version() -> str:
    """Change whenever the tables or the story change."""
    return _fingerprint(_DATA)


def static_version() -> str:
    """Change whenever a static file changes."""
    return _fingerprint(_STATIC)


def _fingerprint(patterns: tuple[str, ...]) -> str:
    found = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()):
        found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()
