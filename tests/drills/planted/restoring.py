"""Bugs that show when a backup was restored, or an agreement was changed: what was asked for is asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from paydesk.billing.arrangements.changes import write_course
from paydesk.billing.payments import ask, open_attempt
from paydesk.billing.payments.charging import charge
from paydesk.billing.payments.mirrored import ours
from paydesk.billing.payments.models import Payment
from paydesk.kit import ids
from paydesk.work.heartbeat import look
from tests.drills.planted.planting import Bug, nothing, swap
from tests.drills.simulation.focus import Wanted

_request = ask._charge_request
_RESTORES = Wanted(
    card="good", more=("back_up", "restore", "press"), only=("work_one_row", "pass_time"), faulty_share=0.0
)


def _without_key(*asked: Any) -> Any:
    return replace(_request(*asked), key="")


def _skipped_too(row: Payment, merchant: object) -> bool:
    return row.state in ("scheduled", "due", "skipped")


def _ended_too(row: Payment, merchant: object) -> bool:
    return row.state in ("scheduled", "due", "canceled")


BUGS: Sequence[Bug] = [
    Bug(
        name="random key",
        breaks="After a restore the company takes what is asked again for something new.",
        plant=swap((ids, "idempotency_key", lambda **_: uuid4())),
        wanted=_RESTORES,
    ),
    Bug(
        name="no key",
        breaks="Whatever is asked twice is charged twice.",
        plant=swap((ask, "_charge_request", _without_key)),
    ),
    Bug(
        name="random mark",
        breaks="After a restore nobody knows whose the charges are.",
        plant=swap((ids, "id_of_key", lambda _key: ids.new_public_id())),
        wanted=_RESTORES,
    ),
    Bug(
        name="hold ignored",
        breaks="After a restore the run charges before anybody has compared.",
        plant=swap((open_attempt, "held_because", lambda **_: "")),
        wanted=_RESTORES,
    ),
    Bug(
        name="restore not noticed",
        breaks="An old database charges what a newer one has charged.",
        plant=swap((look, "restored_because", lambda _signs: "")),
        wanted=_RESTORES,
    ),
    Bug(
        name="lost attempts are not made again",
        breaks="What was charged after the backup is charged again.",
        plant=swap((ours, "_made_again", nothing)),
        wanted=_RESTORES,
    ),
    Bug(
        name="skipped is charged",
        breaks="A month that the customer skipped is taken all the same.",
        plant=swap((write_course, "take_out_of_run", nothing), (charge, "_is_to_be_charged", _skipped_too)),
        wanted=Wanted(
            card="good", more=("change", "pass_time"), faulty_share=0.0, days_share=0.5, plans_share=0.0
        ),
    ),
    Bug(
        name="charged after the end",
        breaks="An agreement that was cancelled goes on being charged.",
        plant=swap((write_course, "take_out_of_run", nothing), (charge, "_is_to_be_charged", _ended_too)),
        wanted=Wanted(
            card="good", more=("change", "agree"), faulty_share=0.0, days_share=0.5, plans_share=0.0
        ),
    ),
    Bug(
        name="charged on the old day",
        breaks="A payment that was moved is taken on the day that it had before.",
        plant=swap((write_course, "put_back_into_run", nothing), (charge, "_waits_until", nothing)),
        wanted=Wanted(
            card="good",
            more=("change", "pass_time"),
            only=("work_one_row",),
            faulty_share=0.0,
            days_share=0.5,
            plans_share=1.0,
        ),
    ),
]
