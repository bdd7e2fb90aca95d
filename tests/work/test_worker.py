"""The worker outlives a hiccup, lets no slow queue delay another, and on SQLite waits for what a killed one left."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from paydesk.database.transactions import is_postgresql
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.work import queues, worker
from paydesk.work.models import TimetableEntry
from paydesk.work.queues import Queue
from paydesk.work.single import AnotherWorker, SingleWorker
from paydesk.work.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LEASE = timedelta(minutes=2)
MERCHANT = 7
SECONDS_AT_MOST = 20


class Wait(threading.Event):
    """Waiting for a stop, in which something else happens and no time is lost."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def wait(self, timeout: float | None = None) -> bool:
        self._meanwhile()
        return self.is_set()


class Watch:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def _events(count: int, *, due_at: datetime = NOW) -> None:
    for _ in range(count):
        Event.objects.create(merchant_id=MERCHANT, name="x", happened_at=due_at, due_at=due_at)


def _waiting() -> int:
    return Event.objects.filter(merchant_id=MERCHANT, due_at__isnull=False).count()


def _queue(work: Callable[..., None], *, threads: int = 2) -> Queue:
    return Queue(name="events", rows=Event, work=work, lease=LEASE, threads=threads)


def _fail_once(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    """Let the database be away for the first call."""
    step, failed = getattr(place, name), threading.Event()

    def hiccup(*given: Any, **named: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise OperationalError("the connection was lost")
        return step(*given, **named)

    monkeypatch.setattr(place, name, hiccup)


def _running(one: Worker) -> threading.Thread:
    def run() -> None:
        try:
            one.run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_row_that_could_not_be_settled_is_claimed_again_and_keeps_no_other_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _events(3)
    watch, done = Watch(), []
    _fail_once(monkeypatch, queues, "finish")
    Worker([_queue(lambda taken, _: done.append(taken.row_id))], clock=watch).run_until_idle()
    assert (len(done), _waiting()) == (3, 1)

    watch.forward(LEASE.total_seconds() + 1)
    Worker([_queue(lambda taken, _: done.append(taken.row_id))], clock=watch).run_until_idle()
    assert (len(done), _waiting()) == (4, 0)


def test_a_database_that_is_away_for_a_while_ends_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    _events(1, due_at=clock.wall_now())
    done = threading.Event()
    _fail_once(monkeypatch, worker, "claim_of")
    monkeypatch.setattr(worker, "_AWAY_SECONDS", 0.01)
    one = Worker([_queue(lambda *_: done.set())], clock=clock.wall_now)
    thread = _running(one)
    try:
        assert done.wait(SECONDS_AT_MOST)
    finally:
        one.stop()
        thread.join(SECONDS_AT_MOST)
    assert _waiting() == 0


def test_a_slow_queue_delays_no_other() -> None:
    """More rows wait for a company that does not answer than the queue has threads; a letter goes out all the same."""
    now = clock.wall_now()
    _events(8, due_at=now)
    TimetableEntry.objects.create(name="letter", due_at=now + timedelta(seconds=0.5))
    answered, sent = threading.Event(), threading.Event()
    slow = _queue(lambda *_: void(answered.wait(SECONDS_AT_MOST)), threads=2)
    fast = Queue(name="letters", rows=TimetableEntry, work=lambda *_: sent.set(), threads=1)
    one = Worker([slow, fast], clock=clock.wall_now)
    thread = _running(one)
    try:
        assert sent.wait(SECONDS_AT_MOST / 2)
        assert _waiting() == 8
    finally:
        one.stop()
        answered.set()
        thread.join(SECONDS_AT_MOST)


def void(_: object) -> None:
    """Take an answer that nobody needs."""


def test_a_worker_that_is_told_to_stop_finishes_what_it_began_and_claims_nothing_more() -> None:
    _events(5, due_at=clock.wall_now())
    begun, answered = threading.Event(), threading.Event()

    def work(*_: object) -> None:
        begun.set()
        answered.wait(SECONDS_AT_MOST)

    one = Worker([_queue(work, threads=1)], clock=clock.wall_now)
    thread = _running(one)
    assert begun.wait(SECONDS_AT_MOST)
    one.stop()
    answered.set()
    thread.join(SECONDS_AT_MOST)

    assert not thread.is_alive()
    assert _waiting() == 4


def test_a_row_whose_connection_was_lost_is_put_back_over_another_one() -> None:
    if not is_postgresql():
        # SQLite has no server that could end it.
        return
    _events(1)

    def work(*_: object) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    Worker([_queue(work)], clock=Watch()).run_until_idle()

    row = Event.objects.get(merchant_id=MERCHANT)
    assert (row.lease_until, row.due_at) == (None, NOW + timedelta(seconds=5))


def test_a_thread_that_has_nothing_to_do_holds_no_connection_to_a_server() -> None:
    _events(1)
    used: list[BaseDatabaseWrapper] = []
    Worker([_queue(lambda *_: used.append(connections["default"]))], clock=Watch()).run_until_idle()

    assert [one.connection is None for one in used] == [is_postgresql()]


def _single(holder: str, watch: Watch) -> SingleWorker:
    one = SingleWorker(clock=watch)
    one._holder = holder
    return one


def test_the_one_worker_starts_again_after_a_kill() -> None:
    watch = Watch()
    killed, heir = _single("host:1", watch), _single("host:2", watch)
    killed.begin(threading.Event())
    heir.begin(Wait(lambda: watch.forward(10)))

    with pytest.raises(AnotherWorker, match="taken"):
        killed.renew()


def test_a_second_worker_beside_a_living_one_is_refused() -> None:
    watch = Watch()
    living, second = _single("host:1", watch), _single("host:2", watch)
    living.begin(threading.Event())

    def ten_seconds_pass() -> None:
        watch.forward(11)
        living.renew()

    with pytest.raises(AnotherWorker, match="need PostgreSQL"):
        second.begin(Wait(ten_seconds_pass))
    living.renew()


def test_a_worker_that_ends_lets_the_next_one_start_at_once() -> None:
    watch = Watch()
    first, second = _single("host:1", watch), _single("host:2", watch)
    first.begin(threading.Event())
    first.end()
    waited: list[int] = []
    second.begin(Wait(lambda: waited.append(1)))

    assert waited == []
