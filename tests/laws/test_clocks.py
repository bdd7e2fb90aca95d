"""Law: time is read in one place and handed in; nothing else looks at a clock, and neither does the database."""

import ast
from pathlib import Path

from tests.laws.sources import python_files, tree

# Elapsed time (`time.monotonic`) may be measured anywhere.
CLOCK_READINGS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("timezone", "now"),
}
ROW_CLOCKS = {"auto_now", "auto_now_add"}
CLOCKS = {Path("src/paydesk/kit/clock.py"), Path("src/paydesk_simulator/clock.py")}


def test_only_the_clock_reads_the_clock() -> None:
    assert [said for path in python_files("src") if path not in CLOCKS for said in _readings(path)] == []


def test_no_row_dates_itself() -> None:
    said = [
        f"{path}:{node.value.lineno} {node.arg}"
        for path in python_files("src")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg in ROW_CLOCKS
    ]
    assert said == []


def _readings(path: Path) -> list[str]:
    return [
        f"{path}:{node.lineno} {node.value.id}.{node.attr}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCK_READINGS
    ]
