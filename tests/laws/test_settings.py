"""Law: every setting that comes from the environment is documented, and the document names no other."""

import re
from pathlib import Path

from tests.laws.sources import python_files, text

DOCUMENT = Path("docs/settings.md")
NAME = re.compile(r"\bPAYDESK_[A-Z0-9_]*[A-Z0-9]\b")


def test_every_setting_is_documented() -> None:
    assert _read_by_the_product() - _documented() == set()


def test_nothing_is_documented_that_does_not_exist() -> None:
    assert _documented() - _read_by_the_product() - _read_by_scripts_and_tests() == set()


def _read_by_the_product() -> set[str]:
    return {name for path in python_files("src") for name in NAME.findall(text(path))}


def _read_by_scripts_and_tests() -> set[str]:
    return {name for path in python_files("bin", "tests", "bench") for name in NAME.findall(text(path))}


def _documented() -> set[str]:
    return set(NAME.findall(text(DOCUMENT)))
