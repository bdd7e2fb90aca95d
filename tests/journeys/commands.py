"""The real commands, as a merchant's own staff types them, and waiting for what another process does."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from paydesk.gateways.contract import Settings
from tests.journeys.installation import PAYDESK, Installation

WAIT_SECONDS = 20


@dataclass(frozen=True)
class Commands:
    """What staff types, for the merchant "harbor"."""

    installation: Installation

    def open_merchant(self) -> None:
        """Add the merchant."""
        self.run("merchant", "harbor", "--name=Harbor Coffee Roasters", "--mode=test",
                 "--support-email=help@harbor.example", "--time-zone=Europe/Berlin")  # fmt: skip

    def connect(self, gateway: str, settings: Settings, *, name: str) -> str:
        """Connect an account and give the address that its webhooks have to go to.

        Its keys come from the environment, never from the command line.
        """
        keys = {f"PAYDESK_CREDENTIAL_{key.upper()}": value for key, value in settings.credentials.items()}
        options = [f"--option={key}={value}" for key, value in settings.options.items()]
        words = [gateway, "--merchant=harbor", f"--name={name}", f"--base-url={settings.base_url}"]
        told = self.run("connect", *words, *options, **keys)
        assert "Connected to" in told
        found = re.search(r"webhooks to: (\S+)", told)
        assert found
        return found.group(1)

    def take_over(self, connection: str) -> None:
        """Import all that the company has."""
        assert "Done." in self.run("import", "--merchant=harbor", f"--connection={connection}")

    def run(self, *words: str, **secrets: str) -> str:
        """Run one command and give what it printed."""
        ended = subprocess.run(
            [PAYDESK, *words],
            env=os.environ | self.installation.environment | secrets,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {WAIT_SECONDS} s"
        time.sleep(0.05)
