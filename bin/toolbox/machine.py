"""Find what the machine has, or stop and name the command that installs it."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def stop(what_is_missing: str, command: str) -> NoReturn:
    """Say what is missing with the command that brings it, and end with exit code 1."""
    print(f"{what_is_missing}\nInstall it with: {command}", file=sys.stderr)
    sys.exit(1)


def require_venv() -> None:
    """Debian ships Python without `ensurepip`; a virtual environment cannot be made without it."""
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        stop("Python's venv module is missing.", "sudo apt install python3-venv")


def require_git() -> str:
    """Return the path of git."""
    return shutil.which("git") or stop("git is missing.", "sudo apt install git")


def require_chromium() -> str:
    """Return the path of a Chromium that is installed; PAYDESK_CHROMIUM names one in an unusual place."""
    named = os.environ.get("PAYDESK_CHROMIUM")
    found = [path for name in (named, *CHROMIUM_NAMES) if name and (path := shutil.which(name))]
    return found[0] if found else stop("Chromium is missing.", "sudo apt install chromium")


def chromium_flags() -> list[str]:
    """Chromium's own sandbox does not start as root, as in a container."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def require_npx() -> str:
    """Return the path of npx, which comes with Node.js; what the portal shows needs neither."""
    return shutil.which("npx") or stop("Node.js is missing.", "sudo apt install nodejs npm")
