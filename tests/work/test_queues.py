"""Due rows: claimed once, settled by who holds the fence, tried again with back-off, dead where a person sees it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from paydesk.database.transactions import is_postgresql
from paydesk.events.models import Event
from paydesk.work.claim import claim, finish
from paydesk.work.models import TimetableEntry
from paydesk.work.queues import Later, Queue, claim_of, pause_after, work_one
from paydesk.work.timetable import Job, lay_out, timetable_queue

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LEASE = timedelta(minutes=2)


def _event(due_at: datetime = NOW) -> Event:
    return Event.objects.create(merchant_id=7, name="x", happened_at=NOW, due_at=due_at)


def _queue(work: Callable[..., None], failures_max: int = 3) -> Queue:
    return Queue(name="events", rows=Event, work=work, lease=LEASE, failures_max=failures_max)


def _row() -> Event:
    return Event.objects.get(merchant_id=7)


def test_a_row_that_is_not_due_is_not_claimed() -> None:
    _event(due_at=NOW + timedelta(seconds=1))

    assert claim(Event, most=10, lease=LEASE, now=NOW) == []


def test_no_more_is_claimed_than_was_asked_for_however_the_database_goes_about_it() -> None:
    for _ in range(5):
        _event()
    if is_postgresql():
        # As it does by itself once it has seen the table with a single row: it asks for each row what is due.
        with connection.cursor() as cursor:
            for way in ("hashjoin", "mergejoin", "material", "hashagg", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")

    assert len(claim(Event, most=2, lease=LEASE, now=NOW)) == 2
    assert Event.objects.filter(lease_until__isnull=False).count() == 2


def test_a_claimed_row_is_nobody_elses_until_its_lease_is_over() -> None:
    _event()
    [first] = claim(Event, most=10, lease=LEASE, now=NOW)

    assert claim(Event, most=10, lease=LEASE, now=NOW + LEASE / 2) == []
    [second] = claim(Event, most=10, lease=LEASE, now=NOW + LEASE + timedelta(seconds=1))
    assert second.fence == first.fence + 1


def test_a_zombie_that_wakes_after_its_lease_settles_nothing() -> None:
    _event()
    [zombie] = claim(Event, most=10, lease=LEASE, now=NOW)
    [heir] = claim(Event, most=10, lease=LEASE, now=NOW + LEASE * 2)

    assert not finish(Event, zombie)
    assert _row().due_at == NOW
    assert finish(Event, heir)
    assert _row().due_at is None


def test_work_that_fails_is_tried_again_later_and_dies_in_the_end() -> None:
    _event()

    def fail(*_: object) -> None:
        raise ValueError("no")

    queue, now = _queue(fail), NOW
    for tries_count in (1, 2):
        work_one(queue, claim_of(queue, most=1, now=now)[0], clock=partial(_same, now))
        assert _row().due_at == now + pause_after(tries_count)
        now += pause_after(tries_count)
    work_one(queue, claim_of(queue, most=1, now=now)[0], clock=partial(_same, now))

    assert _row().dead_at == now
    assert _row().trouble == "ValueError: no"
    assert claim_of(queue, most=1, now=now + timedelta(days=9)) == []


def test_work_that_says_later_is_due_then() -> None:
    _event()

    def wait(*_: object) -> None:
        raise Later(NOW + timedelta(hours=3), "not yet")

    queue = _queue(wait)
    work_one(queue, claim_of(queue, most=1, now=NOW)[0], clock=lambda: NOW)

    assert _row().due_at == NOW + timedelta(hours=3)


def test_however_often_it_had_to_wait_no_row_dies_of_its_first_failure() -> None:
    _event()
    told: list[Exception] = [ValueError("no"), *(Later(NOW, "the company is silent") for _ in range(30))]

    def work(*_: object) -> None:
        raise told.pop()

    queue = _queue(work)
    for _ in range(31):
        work_one(queue, claim_of(queue, most=1, now=NOW)[0], clock=lambda: NOW)

    assert (_row().trouble, _row().dead_at, _row().failures_count) == ("ValueError: no", None, 1)
    assert _row().due_at == NOW + pause_after(31)


def test_the_pauses_grow_to_an_hour() -> None:
    assert [pause_after(tries).total_seconds() for tries in (1, 2, 3, 30)] == [5, 10, 20, 3600]


def test_a_job_runs_once_a_period() -> None:
    ran: list[datetime] = []
    jobs = [Job(name="count", every=timedelta(hours=1), run=ran.append)]
    TimetableEntry.objects.create(name="a job that is gone", due_at=NOW)
    lay_out(jobs, now=NOW)
    lay_out(jobs, now=NOW)
    queue = timetable_queue(jobs)

    for now in (NOW, NOW + timedelta(minutes=30), NOW + timedelta(hours=1)):
        for taken in claim_of(queue, most=9, now=now):
            work_one(queue, taken, clock=partial(_same, now))

    assert ran == [NOW, NOW + timedelta(hours=1)]
    assert TimetableEntry.objects.count() == 1


def _same(now: datetime) -> datetime:
    return now
