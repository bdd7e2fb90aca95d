"""The simulation is examined: it finds money bugs that are planted, by a seed that is green without them."""

import pytest
from django.db import connection

from tests.drills.planted.bugs import ALL
from tests.drills.planted.find import find
from tests.drills.planted.planting import Bug
from tests.drills.planted.seeds import FOUND_BY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

#: `bin/drill planted` has all of them. On PostgreSQL, where runs take longer and no backup is a file, these will do.
ON_POSTGRESQL = {"paid before asked", "no key", "charge not in the ledger"}
PLANTED = ALL[::4] if connection.vendor == "sqlite" else [bug for bug in ALL if bug.name in ON_POSTGRESQL]


def test_there_are_many() -> None:
    assert len({bug.name for bug in ALL}) == len(ALL) >= 25


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_the_simulation_finds_a_planted_bug(bug: Bug) -> None:
    assert find(bug, [FOUND_BY.get(bug.name, 0), *range(bug.within)]) is not None
