"""The files that the laws read: all that git tracks or would track."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the project, from the top of the checkout; a new file counts before it is committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = sorted(Path(name) for name in listed.split("\0") if name)
    return tuple(path for path in files if (ROOT / path).is_file())


def text(path: Path) -> str:
    """Return what stands in a file; a picture or a font has no text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def python_files(*folders: str) -> list[Path]:
    """Python files under the folders, scripts without an ending among them; migrations are Django's writing."""
    return [
        path
        for path in tracked_files()
        if path.parts[0] in folders and "migrations" not in path.parts and _is_python(path)
    ]


def _is_python(path: Path) -> bool:
    return path.suffix == ".py" or (not path.suffix and text(path).startswith("#!/usr/bin/env python3"))


@cache
def tree(path: Path) -> ast.Module:
    """Parse a Python file once for all laws."""
    return ast.parse(text(path), filename=str(path))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node


def imports(path: Path) -> set[str]:
    """The dotted names that a file imports; `from a import b` gives both `a` and `a.b`."""
    names = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names
