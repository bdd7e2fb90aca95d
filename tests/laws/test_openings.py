"""Law: a file opens with one sentence that says what it does."""

import ast

from tests.laws.sources import python_files, tree


def test_every_file_opens_with_a_sentence() -> None:
    assert [
        str(path) for path in python_files("src", "bin", "tests", "bench") if not _opens(tree(path))
    ] == []


def _opens(module: ast.Module) -> bool:
    sentence = (ast.get_docstring(module) or "").split("\n\n")[0].strip()
    return sentence.endswith((".", "?", "!"))
