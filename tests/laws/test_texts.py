"""Law: no file names the machine that it was written on, a package registry's host, or work left undone."""

import re
from pathlib import Path

import pytest

from tests.laws.sources import text, tracked_files

# Written backwards, so that this file names none of them either.
_REGISTRIES = [name[::-1] for name in ("ipyp", "detsohnohtyp", "sjmpn", "gkpnray", "naibed")]

NOT_IN_A_FILE = {
    "a path of one machine": r"(?<![\w./])/(?:home/\w+|root/\w+|Users/\w+|work/\w+|opt/\w+)",
    "a package registry's host": rf"(?:{'|'.join(_REGISTRIES)})\.(?:org|com)\b",
    "work left undone": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "a note of its maker": r"(?i)\b(?:as an ai|language model|generated with|co-authored-by)\b",
}
# This file has to say what it forbids.
EXEMPT = {Path("tests/laws/test_texts.py"), Path("LICENSE")}


@pytest.mark.parametrize("what", NOT_IN_A_FILE)
def test_no_file_holds(what: str) -> None:
    assert [str(path) for path in tracked_files() if path not in EXEMPT and _holds(what, text(path))] == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("a path of one machine", "see /home/someone/paydesk"),
        ("a package registry's host", f"https://{_REGISTRIES[0]}.org/simple"),
        ("work left undone", "# TODO: later"),
    ],
)
def test_the_law_notices(what: str, words: str) -> None:
    assert _holds(what, words)


def _holds(what: str, words: str) -> bool:
    return re.search(NOT_IN_A_FILE[what], words) is not None
