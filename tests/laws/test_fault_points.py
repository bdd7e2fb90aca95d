"""Law: a fault point in the code is named in the table of points, and is one that code comes to."""

from __future__ import annotations

import ast

import pytest

from paydesk.kit.faults import POINTS, POINTS_OF_MOVES
from tests.laws.sources import python_files, tree


def test_every_point_in_the_code_is_in_the_table() -> None:
    assert [f"{path}:{said}" for path in python_files("src") for said in wrong_points(tree(path))] == []


@pytest.mark.parametrize(
    "call", ['fault("F99")', 'faults.fault("U01")', "fault(name)", "fault()", 'fault(name="F01")']
)
def test_the_law_notices(call: str) -> None:
    assert wrong_points(ast.parse(call))


@pytest.mark.parametrize("call", ['fault("F07")', 'faults.fault("W05")', 'default("F99")'])
def test_the_law_leaves_good_points_alone(call: str) -> None:
    assert wrong_points(ast.parse(call)) == []


def wrong_points(module: ast.Module) -> list[str]:
    """Say which points are not in the table, are made by drills, or are not written out to be looked for."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and _name(node.func) == "fault"]
    return [f"{call.lineno} {ast.unparse(call)}" for call in calls if not _is_named(call)]


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _is_named(call: ast.Call) -> bool:
    match call.args:
        case [ast.Constant(value=str(name))]:
            named = {**POINTS, **POINTS_OF_MOVES}
            return name in named and named[name].made_by == "code"
    return False
