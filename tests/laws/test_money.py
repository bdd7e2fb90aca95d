"""Law: money is integer minor units with a currency; where money lives, nothing is a float."""

import ast
from pathlib import Path

from tests.laws.sources import python_files, tree

WHERE_MONEY_LIVES = (
    Path("src/paydesk/billing"),
    Path("src/paydesk/gateways"),
    Path("src/paydesk/kit/money.py"),
    Path("src/paydesk/sync"),
)
FLOATS = {"float", "FloatField", "DecimalField"}


def test_no_float_where_money_lives() -> None:
    assert [said for path in python_files("src") if _holds_money(path) for said in _floats(path)] == []


def _holds_money(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in WHERE_MONEY_LIVES)


def _floats(path: Path) -> list[str]:
    return [
        f"{path}:{node.lineno} {name}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Name | ast.Attribute)
        and (name := node.id if isinstance(node, ast.Name) else node.attr) in FLOATS
    ]
