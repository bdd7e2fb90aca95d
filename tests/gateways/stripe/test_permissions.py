"""The page about connecting lists what a restricted key needs: exactly what our calls need, and no more."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from paydesk.gateways.stripe import gateway

FOLDER = Path(gateway.__file__).parent
DOCS = Path(__file__).parents[3] / "docs" / "gateways" / "stripe.md"
READING = {"list", "retrieve", "search", "retrieve_current"}


def calls() -> set[str]:
    """Name every call that the code makes: what follows `v1` wherever it stands, `invoices.pay` and the like."""
    found = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and ".v1." in (written := ast.unparse(node)):
                found.add(written.partition(".v1.")[2])
    # `invoices` is a part of `invoices.pay`.
    return {one for one in found if not any(other.startswith(f"{one}.") for other in found)}


def expanded() -> set[str]:
    """Name what calls ask to have expanded, without the list that it is in."""
    return {path.removeprefix("data.") for file in FOLDER.glob("*.py") for path in _expanded_in(file)}


def _expanded_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "expand":
                    yield from _texts(value)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_EXPANDED":
            yield from _texts(node.value)


def _texts(node: ast.expr) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value != "data.":
            yield one.value


def rows() -> list[tuple[str, str, set[str]]]:
    """Read the table of the page: the resource, read or write, and the calls that need it."""
    table = DOCS.read_text().partition("<!-- permissions -->")[2].partition("<!-- end -->")[0]
    cells = [re.split(r"\s*\|\s*", line.strip("| ")) for line in table.splitlines() if "`" in line]
    return [(cell[0], cell[1].split(",")[0], set(re.findall(r"`([^`]+)`", cell[2]))) for cell in cells]


def test_the_page_lists_every_call_and_no_other() -> None:
    listed = [call for _resource, _permission, named in rows() for call in named]

    assert sorted(listed) == sorted(calls() | {f"+{path}" for path in expanded()})


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row[0]))
def test_a_permission_is_the_least_that_its_calls_need(row: tuple[str, str, set[str]]) -> None:
    _resource, permission, named = row
    writes = [call for call in named if not call.startswith("+") and call.rpartition(".")[2] not in READING]

    assert permission == ("write" if writes else "read")
