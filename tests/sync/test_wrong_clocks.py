"""A clock of ours that was wrong for a while loses no event: how far events are complete is the company's to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.sync.models import EventPoll, InboxEvent
from tests.connected import Connected, connected
from tests.simulator import Simulator
from tests.sync.listing import Listing, row_of

pytestmark = pytest.mark.django_db(transaction=True)

SetClock = Callable[[datetime], None]
MINUTE = timedelta(minutes=1)
#: A company says when in whole seconds.
NOON = clock.wall_now().replace(microsecond=0)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return lambda moment: monkeypatch.setattr(clock, "wall_now", lambda: moment)


def _stored() -> set[str]:
    return set(InboxEvent.objects.values_list("event_id", flat=True))


def test_a_clock_that_was_ahead_for_some_askings_loses_nothing(clay: Connected, set_clock: SetClock) -> None:
    company = Listing([])
    company.tell("before", NOON - 30 * MINUTE)
    row = row_of(clay, complete_until=NOON - 60 * MINUTE)
    for minutes in (0, 5, 10, 15, 20):
        set_clock(NOON + (60 + minutes) * MINUTE)
        if minutes == 5:
            company.tell("while it was ahead", NOON + 4 * MINUTE)
        company.poll(row)
    company.tell("late in that time", NOON + 22 * MINUTE)
    for minutes in (25, 60, 120):
        set_clock(NOON + minutes * MINUTE)
        company.poll(row)

    assert _stored() == {"before", "while it was ahead", "late in that time"}


def test_a_walk_that_was_cut_short_while_the_clock_was_ahead_loses_nothing(
    clay: Connected, set_clock: SetClock
) -> None:
    company = Listing([], page=1)
    for number in range(3):
        company.tell(f"old {number}", NOON - number * MINUTE)
    row = row_of(clay, complete_until=NOON - 60 * MINUTE)
    set_clock(NOON + 60 * MINUTE)
    assert not company.poll(row, seconds=-1)
    company.tell("meanwhile", NOON + MINUTE)
    company.poll(row)
    set_clock(NOON + 30 * MINUTE)
    company.poll(row)

    assert _stored() == {"old 0", "old 1", "old 2", "meanwhile"}


def test_a_clock_that_was_days_ahead_when_a_connection_was_opened_loses_nothing(
    clay: Connected, set_clock: SetClock
) -> None:
    Connection.objects.filter(merchant_id=clay.merchant.id).update(created_at=NOON + timedelta(days=3))
    company, row = Listing([]), row_of(clay, complete_until=None)
    company.tell("long before", NOON - timedelta(days=2))
    company.tell("soon after", NOON + 2 * MINUTE)
    company.tell("later", NOON + 300 * MINUTE)
    set_clock(NOON + 301 * MINUTE)
    company.poll(row)

    assert _stored() == {"soon after", "later"}


def test_an_account_of_which_nothing_is_told_yet_is_complete_until_nowhere(
    clay: Connected, set_clock: SetClock
) -> None:
    company, row = Listing([]), row_of(clay, complete_until=None)
    set_clock(NOON + timedelta(days=3))
    assert company.poll(row)
    row.refresh_from_db()
    assert row.complete_until is None

    company.tell("the first", NOON + MINUTE)
    set_clock(NOON + 30 * MINUTE)
    company.poll(row)
    assert _stored() == {"the first"}
    assert EventPoll.objects.get().complete_until == NOON + MINUTE


def test_a_list_that_is_empty_after_a_quiet_month_leaves_the_mark(clay: Connected) -> None:
    row = row_of(clay, complete_until=NOON - timedelta(days=40))
    assert Listing([]).poll(row)

    row.refresh_from_db()
    assert row.complete_until == NOON - timedelta(days=40)


def test_events_of_one_second_are_all_stored_whenever_they_are_listed(clay: Connected) -> None:
    company, row = Listing([]), row_of(clay, complete_until=NOON - 60 * MINUTE)
    for name in ("one", "another of that second", "a third"):
        company.tell(name, NOON)
        company.poll(row)

    assert _stored() == {"one", "another of that second", "a third"}


def test_an_event_that_is_dated_ahead_hides_none_that_comes_after_it(
    clay: Connected, set_clock: SetClock
) -> None:
    """A company may date what happened on a clock for tests by that clock."""
    company, row = Listing([]), row_of(clay, complete_until=NOON - 60 * MINUTE)
    company.tell("next year", NOON + timedelta(days=365))
    for minutes in (0, 30, 60):
        set_clock(NOON + minutes * MINUTE)
        company.tell(f"at {minutes}", NOON + (minutes - 1) * MINUTE)
        company.poll(row)

    assert _stored() == {"next year", "at 0", "at 30", "at 60"}
