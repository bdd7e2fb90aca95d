"""Workers know how many they are, and one that was killed is counted only for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from paydesk.work.crew import Crew

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


def test_each_worker_counts_those_that_were_heard_of() -> None:
    first, second = Crew(), Crew()

    assert first.report(NOW) == 1
    assert second.report(NOW) == 2
    assert first.report(NOW + timedelta(seconds=5)) == 2

    second.leave()
    assert first.report(NOW + timedelta(seconds=10)) == 1


def test_a_worker_that_was_killed_is_gone_after_half_a_minute() -> None:
    first, killed = Crew(), Crew()
    first.report(NOW)
    killed.report(NOW)

    assert first.report(NOW + timedelta(seconds=29)) == 2
    assert first.report(NOW + timedelta(seconds=31)) == 1
