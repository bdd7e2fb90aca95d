"""Law: a folder is a noun and a file is a verb, so nothing is called by a word that says nothing."""

from pathlib import Path

import pytest

from tests.laws.sources import tracked_files

SAYS_NOTHING = {"common", "helper", "manager", "misc", "service", "shared", "stuff", "util"}


def test_nothing_is_called_by_a_word_that_says_nothing() -> None:
    assert [str(path) for path in tracked_files() if says_nothing(path)] == []


@pytest.mark.parametrize(
    "name", ["src/paydesk/billing/services/pay.py", "tests/utils.py", "src/card_helper.py"]
)
def test_the_law_notices(name: str) -> None:
    assert says_nothing(Path(name))


@pytest.mark.parametrize(
    "name", ["src/paydesk/merchants/management/commands/x.py", "src/paydesk/kit/money.py"]
)
def test_the_law_leaves_good_names_alone(name: str) -> None:
    assert not says_nothing(Path(name))


def says_nothing(path: Path) -> bool:
    """Look at every word of every part; `services` is no better than `service`."""
    words = {word for part in path.parts for word in part.lower().split(".")[0].split("_")}
    return bool(SAYS_NOTHING & {word.removesuffix("s") for word in words})
