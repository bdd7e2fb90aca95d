"""The other half of the seeds, in a file of its own: two workers share them."""

import pytest
from django.db import connection

from paydesk.kit.faults import POINTS
from tests.drills.simulation.run_many import hundreds, run_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

#: What no act of these runs comes to: letters are not written here, and no answer is read from a socket.
NOT_HERE = {"F05", "F18"}


@pytest.mark.parametrize("first", range(500, 900, 100))
def test_no_money_moves_twice_or_is_lost_whatever_happens(first: int) -> None:
    assert run_many(hundreds(first)).failures == []


def test_every_point_of_the_code_is_come_to() -> None:
    if connection.vendor != "sqlite":
        # A few seeds come to most of them, and that is left to chance.
        return
    ran = run_many(hundreds(900))

    assert ran.failures == []
    wanted = {name for name, point in POINTS.items() if point.made_by == "code"} - NOT_HERE
    assert {name for name in wanted if ran.reached[name] < ran.runs_count / 20} == set()
