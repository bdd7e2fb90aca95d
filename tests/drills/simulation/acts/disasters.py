"""The disk is gone, and last night's backup takes its place: what was asked for since is known to the company alone."""

from __future__ import annotations

from datetime import timedelta

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.resolve import resolve_concern
from paydesk.config.heart import beat
from tests.drills.simulation import database
from tests.drills.simulation.workers import idle
from tests.drills.simulation.world import World, start

#: A backup that is younger than a beat is not noticed; nobody puts one in place within that time.
BEATS_WITHIN = timedelta(seconds=10)


def back_up(world: World) -> None:
    """Copy the database as it is; mostly the one that there is has to do, which is a while ago."""
    is_kept = world.backup is not None and world.chance.random() < 0.7
    if database.can_be_restored() and not is_kept:
        world.backup, world.backup_at = database.Backup(), world.clock.now
        world.say("a backup is made")


def restore(world: World) -> None:
    """Put the backup in place. Every process dies, and the shop asks again for what it sold since."""
    worker = idle(world, world.workers)
    if world.backup is None or world.backup_at is None or worker is None:
        return
    if world.clock.now - world.backup_at < BEATS_WITHIN:
        world.clock.move(BEATS_WITHIN)
    # Here workers beat when they charge; a real one has beaten since the backup was made, by which it is noticed.
    world.processes.run(worker, lambda: beat(world.clock.now), None)
    for process in world.everybody():
        world.processes.kill(process)
    world.backup.restore()
    world.skipped.clear()
    world.restored_count += 1
    world.network.is_to_be_read_first = True
    world.say(
        f"the backup of {world.backup_at:%d %b %H:%M} is restored, {world.clock.now - world.backup_at} old"
    )
    for wanted in world.wanted:
        world.processes.run(world.doors[0], lambda: start(world, wanted), None)  # noqa: B023  # run at once


def answer_for_concerns(world: World) -> None:
    """Staff look at what only a person can answer for, and close it."""
    waiting = Concern.objects.filter(merchant_id=world.rows.merchant_id, resolved_at__isnull=True)
    for concern in waiting.exclude(kind=Concern.Kind.RESTORED):
        world.say(f"staff close a concern: {concern.kind}")
        resolve_concern(
            merchant_id=world.rows.merchant_id,
            public_id=concern.public_id,
            resolved_by="staff",
            note="Compared with the company's list.",
            now=world.clock.now,
        )
