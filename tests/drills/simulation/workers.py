"""What machines do: workers claim and work off one row, the timetable's jobs run, webhooks come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import connection

from paydesk.billing.payments.charging.charge import LostClaim
from paydesk.billing.payments.reread import NotThere, Overtaken
from paydesk.billing.payments.silent import try_silent_companies
from paydesk.config.heart import beat
from paydesk.config.schedule import QUEUES
from paydesk.config.truths.check import check_truths
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.kit.faults import FaultInjected
from paydesk.merchants.models import Connection
from paydesk.sync.compare.begin import begin_comparisons
from paydesk.sync.compare.hand import LostComparison
from paydesk.sync.inbox import store_webhook
from paydesk.sync.poll_events import poll_events
from paydesk.sync.reconciliation.reread_stale import reread_what_is_stale
from paydesk.sync.work_inbox import sweep_inbox
from paydesk.work.claim import Claim
from paydesk.work.queues import Later, Queue, claim_of, work_one
from tests.drills.simulation.company.gateway import SIGNED, body_of
from tests.drills.simulation.company.network import Nonsense
from tests.drills.simulation.company.objects import Happening
from tests.drills.simulation.judging.judge import judge_now
from tests.drills.simulation.processes import Fate, Process
from tests.drills.simulation.world import World

#: Letters are not written here, and the timetable's jobs are run by hand.
LEFT_OUT = {"letters", "timetable"}
WORKED = [queue for queue in QUEUES if queue.name not in LEFT_OUT]
JOBS = {
    "poll": poll_events,
    "sweep": sweep_inbox,
    "silent": try_silent_companies,
    "compare": begin_comparisons,
    "reread": reread_what_is_stale,
}
#: That attempts end within a day holds when nobody keeps the workers from it.
WHEN_CALM = {"I19"}
#: That nothing is charged twice holds where companies do what they say; else charging waits, as it should.
WHEN_HONEST = {"I01"}
_DUE = " UNION ALL ".join(
    f"SELECT '{queue.name}' WHERE EXISTS (SELECT 1 FROM {queue.rows._meta.db_table} WHERE due_at <= %s"  # noqa: S608
    " AND due_at IS NOT NULL AND dead_at IS NULL AND (lease_until IS NULL OR lease_until < %s))"
    for queue in WORKED
)
_MOMENTS = " UNION ALL ".join(
    f"SELECT due_at, lease_until FROM {queue.rows._meta.db_table}"  # noqa: S608
    " WHERE due_at IS NOT NULL AND dead_at IS NULL"
    for queue in WORKED
)
#: What a verb may raise when nothing is wrong with the code.
EXPECTED = (
    Later,
    LostClaim,
    LostComparison,
    NotThere,
    Overtaken,
    GatewayUnreachable,
    GatewayRefused,
    Nonsense,
    FaultInjected,
)


def act(world: World, process: Process, words: str, do: Callable[[], object]) -> str:
    """Let a process do something, and fate have it; what nobody expects is a violation."""
    try:
        said = world.processes.run(process, do, fate(world))
    except EXPECTED as trouble:
        said = f"ended with {type(trouble).__name__}"
    except Exception as surprise:  # noqa: BLE001  # it is kept, and judged
        world.violations.append(f"{words} raised {surprise!r}")
        said = f"raised {surprise!r}"
    tell(world, process, words, said)
    return said


def tell(world: World, process: Process, words: str, said: str) -> None:
    """Write an act into the history, with where it was left."""
    where = f" [{said} at {process.where}]" if said in ("killed", "stopped") else f" [{said}]"
    world.say(f"{process.name}: {words}{'' if said == 'done' else where}")


def fate(world: World) -> Fate | None:
    """Draw what becomes of the next act: mostly nothing."""
    if not world.acts_meet_their_fate or world.chance.random() > world.focus.fate_share:
        return None
    kind = world.chance.choices(("kill", "stop", "fail"), weights=world.focus.fates)[0]
    return Fate(kind=kind, place=world.chance.randint(1, 16))


def idle(world: World, processes: list[Process]) -> Process | None:
    """Find a process that is not stopped."""
    free = [one for one in processes if one.stopped is None]
    return world.chance.choice(free) if free else None


def work_one_row(world: World) -> bool:
    """Let a worker claim one row of some queue and work it off; False when nothing is due."""
    worker = idle(world, world.workers)
    if worker is None:
        return False
    queues = _with_something_due(world)
    if not queues:
        return False
    world.chance.shuffle(queues)
    found: list[str] = []

    def work() -> None:
        for queue in queues:
            beat_when_due(world, worker, queue)
            for taken in claim_of(queue, most=1, now=world.clock.now):
                found.append(queue.name)
                work_one(_watched(world, queue), taken, clock=world.clock.wall_now)
                return

    try:
        said = world.processes.run(worker, work, fate(world))
    except FaultInjected:
        said = "failed"
    if found or said != "done":
        tell(world, worker, "".join(found) or "claims", said)
    return bool(found)


def begin(world: World) -> None:
    """The installation's first beat is made in peace: killed in the middle of it, all charging is held at once."""
    beat_now(world)


def beat_now(world: World) -> None:
    """Let a worker beat in peace."""
    worker = next((one for one in world.workers if one.stopped is None), None)
    if worker is not None:
        world.processes.run(worker, lambda: beat(world.clock.now), None)


def beat_when_due(world: World, worker: Process, queue: Queue) -> None:
    """A worker beats before it claims anything, and often: here where it matters, before it charges."""
    beat_at = worker.heart["beat_at"]
    if beat_at is None or (queue.name == "charges" and world.clock.now - beat_at > timedelta(seconds=30)):
        beat(world.clock.now)


def _with_something_due(world: World) -> list[Queue]:
    """Ask once, instead of letting a worker ask each queue: that costs a run a third of its time."""
    now = connection.ops.adapt_datetimefield_value(world.clock.now)
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [now, now] * len(WORKED))
        names = {row[0] for row in cursor.fetchall()}
    return [queue for queue in WORKED if queue.name in names]


def _watched(world: World, queue: Queue) -> Queue:
    """Work as the queue does, and say what nobody expects."""

    def work(taken: Claim, now: datetime) -> None:
        try:
            queue.work(taken, now)
        except EXPECTED:
            raise
        except Exception as surprise:
            world.violations.append(f"{queue.name} raised {surprise!r}")
            raise

    return replace(queue, work=work)


def run_job(world: World, name: str) -> None:
    """Run one of the timetable's jobs."""
    worker = idle(world, world.workers)
    if worker is not None:
        act(world, worker, f"job {name}", lambda: JOBS[name](world.clock.now))


def look_at_the_books(world: World) -> None:
    """Ask the truths that production asks every hour, and ours: none is broken at any moment."""
    judge_now(world)
    for broken in check_truths(world.merchant(), now=world.clock.now):
        if broken.truth.name in WHEN_CALM and not world.is_calm():
            continue
        if broken.truth.name in WHEN_HONEST and world.company.took_all_the_same():
            continue
        world.violations.append(f"the truth {broken.truth.name} is broken: {'; '.join(broken.examples)}")


def run_some_job(world: World) -> None:
    """Run any of them."""
    run_job(world, world.chance.choice(list(JOBS)))


def deliver(world: World) -> None:
    """Bring a webhook, any of those that are under way; some come twice, some never."""
    door = idle(world, world.doors)
    if door is None or not world.undelivered:
        return
    happening = world.chance.choice(world.undelivered)
    dice = world.chance.random()
    if dice < 0.85 or world.is_calm():
        world.undelivered.remove(happening)
    if dice < 0.15 and not world.is_calm():
        world.say(f"webhook {happening.kind} is lost")
        return
    act(world, door, f"webhook {happening.kind} {happening.reference}", lambda: _store(world, happening))


def _store(world: World, happening: Happening) -> None:
    uuid = Connection.objects.values_list("uuid", flat=True).get(
        merchant_id=world.rows.merchant_id, id=world.rows.connection_id
    )
    store_webhook(
        merchant=world.merchant(),
        connection_uuid=uuid,
        body=body_of(happening),
        headers={SIGNED: "yes"},
        now=world.clock.now,
    )


def next_due_at(world: World) -> datetime | None:
    """Say when the next row of any queue is due, or free again."""
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS)
        found = [[_moment(one) for one in row if one is not None] for row in cursor.fetchall()]
    # A lease is over when its last moment is.
    ends = [max([due_at, *(one + timedelta(seconds=1) for one in lease)]) for due_at, *lease in found]
    return min(ends, default=None)


def _moment(stored: datetime | str) -> datetime:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def wake(world: World) -> None:
    """A stopped process goes on, or is killed where it stands."""
    stopped = [one for one in world.everybody() if one.stopped is not None]
    if not stopped:
        return
    process = world.chance.choice(stopped)
    if world.chance.random() < 0.2:
        world.processes.kill(process)
        world.say(f"{process.name} is killed while it is stopped")
    else:
        go_on(world, process)


def go_on(world: World, process: Process) -> None:
    """Let one go on from where it was stopped."""
    where = process.where
    try:
        said = world.processes.go_on(process, fate(world))
    except EXPECTED as trouble:
        said = f"ended with {type(trouble).__name__}"
    except Exception as surprise:  # noqa: BLE001  # it is kept, and judged
        world.violations.append(f"{process.name}, stopped at {where}, raised {surprise!r}")
        said = f"raised {surprise!r}"
    tell(world, process, f"goes on from {where}", said)


def restart(world: World) -> None:
    """A process is started anew: what it kept in its memory is gone."""
    process = world.chance.choice(world.everybody())
    world.processes.kill(process)
    process.forget()
    world.say(f"{process.name} is started anew")
