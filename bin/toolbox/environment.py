"""Make the checkout's own .venv, layer by layer, and only when a layer's requirements have changed."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from toolbox.machine import ROOT, require_venv
from toolbox.pip_settings import uv_environment

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
# Beside the packages, where no search through the checkout comes across it.
BYTECODE = VENV / "bytecode"

# Each layer stands on those before it: the demo needs "base", bin/test also "test", bin/check also "check".
LAYERS = ("base", "test", "check")

# Errors only: pip warns of every place that it was told to look in and found nothing.
QUIETLY = ("--quiet", "--quiet")


def prepare(layer: str) -> Path:
    """Bring .venv up to the layer and return its Python. Takes a few milliseconds when nothing has changed.

    Whatever is started from here on keeps its bytecode there, also where the environment says to keep none: a command
    that compiles Django anew takes twice as long to start.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    with _only_one_at_a_time():
        _when_changed(_requirements("installer"), _make_venv)
        _when_changed(_requirements("base"), _install_requirements)
        _when_changed(ROOT / "pyproject.toml", _install_project)
        for name in LAYERS[1 : LAYERS.index(layer) + 1]:
            _when_changed(_requirements(name), _install_requirements)
    return PYTHON


@contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    """Two scripts started together must not fill the same folder; the checkout itself is the lock."""
    checkout = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX)
        yield
    finally:
        os.close(checkout)


def _requirements(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def _when_changed(file: Path, act: Callable[[Path], None]) -> None:
    """Act unless this was done before for the same content, the same checkout and the same Python."""
    stamp = VENV / f"done-{file.name}"
    if stamp.exists() and stamp.read_text() == _fingerprint(file):
        return
    print(f"Setting up .venv: {file.relative_to(ROOT)}", file=sys.stderr, flush=True)
    act(file)
    stamp.write_text(_fingerprint(file))


def _fingerprint(file: Path) -> str:
    """The path is part of it since a moved .venv does not work, the Python since an upgrade breaks it."""
    state = f"{ROOT}\n{PYTHON.resolve()}\n{file.read_text()}"
    return hashlib.sha256(state.encode()).hexdigest()


def _make_venv(file: Path) -> None:
    require_venv()
    _run(sys.executable, "-m", "venv", "--clear", VENV)
    _run(PYTHON, "-m", "pip", "install", *QUIETLY, "--require-hashes", "-r", file)


def _install_requirements(file: Path) -> None:
    _install("--require-hashes", "-r", file)


def _install_project(_file: Path) -> None:
    """The build backend is installed with its hash already, so nothing is fetched for the build."""
    _install("--no-deps", "--no-build-isolation", "--editable", ROOT)


def _install(*arguments: str | Path) -> None:
    """uv takes a third of pip's time; where it does not run or does not reach the packages, pip does it."""
    try:
        environment = os.environ | uv_environment(PYTHON)
        _run(UV, "pip", "install", "--quiet", "--python", PYTHON, *arguments, environment=environment)
    except (OSError, subprocess.CalledProcessError):
        _run(PYTHON, "-m", "pip", "install", *QUIETLY, *arguments)


def _run(*command: str | Path, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
