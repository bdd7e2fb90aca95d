"""What tells of a restored backup, and what does not: the rule alone."""

from dataclasses import replace

import pytest

from paydesk.work.heartbeat.rule import (
    ANOTHER_DATABASE,
    ANOTHER_TIMELINE,
    BEHIND,
    NO_FILE,
    NO_TRACE,
    REPLACED,
    WENT_BACK,
    Beat,
    Signs,
    restored_because,
)

BEATEN = Beat(number=100, database_id="7713", timeline=1)
WELL = Signs(row=BEATEN, here=replace(BEATEN, number=0), kept=BEATEN, seen_number=100)


@pytest.mark.parametrize(
    ("signs", "why"),
    [
        pytest.param(
            replace(WELL, row=replace(BEATEN, number=99)), BEHIND, id="an older copy of the database"
        ),
        pytest.param(replace(WELL, row=None), BEHIND, id="a copy from before the first beat"),
        pytest.param(replace(WELL, kept=None), NO_FILE, id="another host, or a lost file"),
        pytest.param(replace(WELL, seen_number=101), WENT_BACK, id="put back together with its file"),
        pytest.param(
            replace(WELL, row=None, kept=None), WENT_BACK, id="emptied together with its file while we run"
        ),
        pytest.param(replace(WELL, is_replaced=True), REPLACED, id="a file in the place of the open one"),
        pytest.param(
            replace(WELL, here=Beat(number=0, database_id="9", timeline=1)),
            ANOTHER_DATABASE,
            id="a dump that was read into another server",
        ),
        pytest.param(
            replace(WELL, kept=replace(BEATEN, database_id="9")), ANOTHER_DATABASE, id="another one's file"
        ),
        pytest.param(
            replace(WELL, here=Beat(number=0, database_id="7713", timeline=2)),
            ANOTHER_TIMELINE,
            id="restored to a point in time, or a standby",
        ),
        pytest.param(
            replace(WELL, kept=replace(BEATEN, timeline=2)), ANOTHER_TIMELINE, id="a file of another timeline"
        ),
        pytest.param(
            Signs(row=None, here=Beat(number=0), kept=None, has_charged=True),
            NO_TRACE,
            id="a copy from before any heartbeat",
        ),
    ],
)
def test_a_restore_is_noticed(signs: Signs, why: str) -> None:
    assert restored_because(signs) == why


@pytest.mark.parametrize(
    "signs",
    [
        pytest.param(WELL, id="all as it was"),
        pytest.param(Signs(row=None, here=Beat(number=0), kept=None), id="the first start ever"),
        pytest.param(replace(WELL, kept=replace(BEATEN, number=99)), id="killed before the file was written"),
        pytest.param(replace(WELL, seen_number=0), id="a process that has just started"),
        pytest.param(
            replace(WELL, here=Beat(number=0)), id="a role that may ask neither for the id nor the timeline"
        ),
        pytest.param(
            replace(WELL, kept=Beat(number=100)), id="a file that was kept before the role was allowed to ask"
        ),
    ],
)
def test_nothing_else_is_taken_for_a_restore(signs: Signs) -> None:
    assert restored_because(signs) == ""
