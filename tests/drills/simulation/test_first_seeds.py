"""The first half of the seeds that every run of the tests goes through, and those that once found something."""

import pytest

from tests.drills.simulation.kept_seeds import KEPT
from tests.drills.simulation.run import installed, run_seed
from tests.drills.simulation.run_many import hundreds, run_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


def test_every_run_that_once_found_something_finds_nothing() -> None:
    with installed():
        for seed, wanted in KEPT.values():
            assert run_seed(seed, wanted).violations == []


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_no_money_moves_twice_or_is_lost_whatever_happens(first: int) -> None:
    assert run_many(hundreds(first)).failures == []


def test_the_same_seed_is_the_same_history() -> None:
    with installed():
        assert run_seed(7).history == run_seed(7).history
