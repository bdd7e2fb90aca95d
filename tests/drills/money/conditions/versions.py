"""Old and new code side by side, and tables migrated in the middle of a run, as our rule for migrations allows.

A new column may be null or has a default in the database, and an index is made concurrently: so code that knows nothing
of them goes on. What was forked before is the old code; the new code knows the new columns, and writes them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, models

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.subscriptions.models import Subscription
from paydesk.sync.models import InboxEvent
from tests.drills.money.conditions.condition import UNDER_WAY, Made
from tests.drills.money.flows.flow import Flow, Stage, ends
from tests.drills.money.flows.webhooks import hear
from tests.drills.money.lane import Arms, Ended, Lane
from tests.drills.money.runs import wrong_endings
from tests.drills.money.work import work_until_idle

#: The tables that each charge writes.
_HOT: tuple[Any, ...] = (Attempt, Payment, DueCharge, Subscription, LedgerEntry, InboxEvent)
_NOTE, _WORD, _OLD, _NEW = "drill_note", "drill_word", "old", "new"


def _start_with_three_due(stage: Stage) -> None:
    stage.scene.start_plan(price=9000, count=4, first_day=stage.scene.today() - timedelta(days=62))


#: The worker charges the first, and customers press for the others.
THREE_DUE = Flow(
    name="three-due",
    prepare=_start_with_three_due,
    act=lambda _: work_until_idle(),
    expect=ends("paid", "paid", "paid", "scheduled", minor=(2250, 2250, 2250)),
)


def side_by_side(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let old and new code charge and take webhooks on tables that are migrated; `is_so` when both have written."""
    with _put_back_afterwards(lane):
        ended = [lane.run(_migrate)]
        ended += _charge(lane, stage, chance, meanwhile=[partial(_press, stage, 1)])
        ended += _hear(lane, stage)
        wrote = _who_wrote(stage)
    return Made(ended=ended, wrong=wrong_endings(ended), is_so=wrote == {_OLD, _NEW})


def migrated_meanwhile(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Migrate the tables while old code is in the middle of a charge; then new code charges, and the old goes on."""
    with _put_back_afterwards(lane):
        ended = _charge(lane, stage, chance, meanwhile=[partial(_press, stage, 1), _migrate])
        ended += _hear(lane, stage)
        wrong = [*wrong_endings(ended), *_indexes_that_are_not_valid()]
    return Made(ended=ended, wrong=wrong)


def _charge(
    lane: Lane, stage: Stage, chance: random.Random, *, meanwhile: list[Callable[[], object]]
) -> list[Ended]:
    """Let old code sleep in the middle of a charge; meanwhile something happens, and new code charges what is due."""
    sleeper = lane.start(work_until_idle, Arms(points=f"{chance.choice(UNDER_WAY)}:stop:1"))
    ended = [lane.wait(sleeper)]
    ended += lane.wait_for_all([lane.start(act) for act in meanwhile])
    new: list[Callable[[], object]] = [work_until_idle, partial(_press, stage, 2)]
    ended += lane.wait_for_all([lane.start(partial(_as_new_code, act)) for act in new])
    return [*ended, lane.go_on(sleeper)] if ended[0].how == "stopped" else ended


def _press(stage: Stage, place: int) -> None:
    """Press "Pay now" for one of them, which the worker may be about to charge."""
    try:
        stage.scene.press(payment=stage.scene.payments()[place])
    except RetryRefused:
        return


def _hear(lane: Lane, stage: Stage) -> list[Ended]:
    """Let webhooks come to old and new code at once."""
    acts: list[Callable[[], object]] = [partial(hear, stage), partial(_as_new_code, partial(hear, stage))]
    return lane.wait_for_all([lane.start(act) for act in acts])


def _as_new_code(act: Callable[[], object]) -> None:
    """Be the code that knows the new columns, in this process."""
    for model in _HOT:
        for name, column in _columns().items():
            column.contribute_to_class(model, name)
    act()


def _columns() -> dict[str, models.Field[Any, Any]]:
    return {
        _NOTE: models.CharField(max_length=20, null=True),
        _WORD: models.CharField(max_length=20, default=_NEW, db_default=_OLD),
    }


def _migrate() -> None:
    """Change each table by itself, and wait for nobody's lock for long: what waits for a table stops everybody."""
    _as_new_code(lambda: None)
    with connection.schema_editor(atomic=False) as editor:
        for model in _HOT:
            for name in _columns():
                editor.add_field(model, model._meta.get_field(name))
            editor.add_index(model, _index(model), concurrently=True)  # type: ignore[call-arg]  # of PostgreSQL's


def _put_back() -> None:
    with connection.cursor() as cursor:
        for model in _HOT:
            for name in _columns():
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP COLUMN IF EXISTS {name}")


def _index(model: Any) -> models.Index:
    return models.Index(fields=[_NOTE], name=f"drill_{model._meta.model_name}"[:30])


@contextmanager
def _put_back_afterwards(lane: Lane) -> Iterator[None]:
    try:
        yield
    finally:
        ended = lane.run(_put_back)
        if ended.how != "done":
            raise AssertionError(f"the tables are not as they were: {ended.said}")


def _who_wrote(stage: Stage) -> set[str]:
    table = Attempt._meta.db_table
    with connection.cursor() as cursor:
        statement = f"SELECT DISTINCT {_WORD} FROM {table} WHERE merchant_id = %s"  # noqa: S608
        cursor.execute(statement, [stage.scene.merchant.id])
        return {row[0] for row in cursor.fetchall()}


def _indexes_that_are_not_valid() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE relname LIKE %s",
            ["drill\\_%"],
        )
        found = dict(cursor.fetchall())
    wanted = {_index(model).name for model in _HOT}
    return [f"index {name} is not there" for name in wanted if not found.get(name)]
