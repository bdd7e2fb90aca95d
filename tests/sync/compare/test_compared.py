"""After a restore nothing is charged until the books were compared with the company; then each payment is made once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import connections

from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.mirrored.collectible import mirror_collectible
from paydesk.billing.payments.models import Attempt
from paydesk.database.transactions import in_transaction
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.kit import clock
from paydesk.sync.compare.begin import begin_comparisons
from paydesk.sync.compare.hand import LostComparison
from paydesk.sync.compare.known import as_it_was
from paydesk.sync.compare.look import found_again
from paydesk.sync.compare.work import work_comparison
from paydesk.sync.models import Comparison
from paydesk.work.claim import claim
from tests.connected import work_off
from tests.simulator import Simulator
from tests.sync.compare.studio import Studio, backup, half_charged, put_back, studio

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Studio:
    """Forty agreements, of which twenty have had their first payment asked for."""
    return half_charged(simulator)


@pytest.fixture
def restored(clay: Studio, tmp_path: Path) -> Iterator[Studio]:
    """The same studio, whose database is that of before a busy while."""
    with backup(tmp_path) as kept:
        clay.be_busy()
        lost = clay.standing()
        with put_back(kept):
            yield clay
        assert clay.standing() == lost


def test_it_is_compared_released_and_nothing_is_charged_twice(restored: Studio) -> None:
    before = len(restored.account.journal())
    restored.run()
    assert restored.is_held()
    assert len(restored.account.journal()) == before

    row = restored.compare()

    assert (row.state, restored.is_held(), restored.doubts()) == ("released", False, [])
    assert found_again(row)[0] > 18
    restored.assert_books_are_the_company_s()
    assert {state for state, *_ in restored.standing().values()} >= {"failed", "covered", "paid", "scheduled"}
    restored.bring_back()
    restored.run()
    restored.assert_books_are_the_company_s()
    # The two that nobody had charged before were charged now, and only those.
    assert len([row for row in restored.account.journal() if row["kind"] == "charge"]) == before - 1 + 2


def test_staff_are_told_once_and_what_was_found_ends_it(restored: Studio) -> None:
    begin_comparisons(clock.wall_now())
    work_off("events")
    [told] = Concern.objects.filter(merchant_id=restored.merchant.id, kind="restored")
    assert (told.told_in != "", told.resolved_at) == (True, None)

    row = restored.compare()

    told.refresh_from_db()
    assert told.resolved_at is not None
    assert f"Found again: {found_again(row)[0]} charges (" in told.note


def test_it_begins_when_what_was_on_its_way_has_ended(restored: Studio) -> None:
    row = Comparison.objects.get(merchant_id=restored.merchant.id)
    assert row.due_at is not None
    assert (row.due_at - row.hold.started_at).total_seconds() > 120
    work_off("comparisons")

    row.refresh_from_db()
    assert row.begun_at is None


def test_a_company_that_is_silent_in_the_middle_is_waited_for(simulator: Simulator, tmp_path: Path) -> None:
    clay = studio(simulator)
    clay.start()
    with backup(tmp_path) as kept:
        clay.run()
        with put_back(kept):
            clay.account.fault("lost_before", operation="history.list")
            assert (clay.compare().state, clay.is_held()) == ("customers", True)
            assert "the company does not answer" in clay.comparison().trouble
            clay.account.fault("error_after", operation="event.list")
            assert (clay.compare().state, clay.is_held()) == ("events", True)
            clay.run()
            assert len(clay.moved()) == 1

            row = clay.compare()

            assert (row.state, row.customers_count, found_again(row)[0]) == ("released", 1, 1)
            clay.assert_books_are_the_company_s()


def test_two_that_find_the_same_lost_charge_at_once_make_its_attempt_once(
    simulator: Simulator, tmp_path: Path
) -> None:
    clay = studio(simulator)
    plan = clay.start_plan()
    with backup(tmp_path) as kept:
        clay.pay(clay.quote(*clay.next(plan, 3)))
        with put_back(kept):
            _find_twice_at_once(clay)

            assert clay.doubts() == []
            assert [one.state for one in clay.covers()] == ["paid"]
            assert clay.states().count("covered") == 3
            clay.assert_books_are_the_company_s()


def _find_twice_at_once(scene: Studio) -> None:
    """The second one begins when the first has written, and has not committed."""
    gateway = VaultGateway(scene.account.settings())
    [record] = gateway.list_history(scene.customer).records
    has_written = Event()

    def mirror() -> None:
        mirror_collectible(
            connection=scene.connection,
            owner=scene.owner(),
            record=record,
            capabilities=(),
            observed_at=clock.wall_now(),
            now=clock.wall_now(),
            is_news=True,
        )

    def mirror_slowly() -> None:
        mirror()
        has_written.set()
        time.sleep(1)

    def committed(step: Callable[[], None]) -> None:
        try:
            in_transaction(step)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(committed, mirror_slowly)
        has_written.wait(30)
        pool.submit(committed, mirror).result()
        first.result()


def test_what_is_settled_here_is_passed_over_unless_the_company_says_otherwise(simulator: Simulator) -> None:
    clay = studio(simulator)
    clay.start()
    clay.run()
    records = VaultGateway(clay.account.settings()).list_history(clay.customer).records
    assert as_it_was(clay.connection, records) == set(clay.moved())
    Attempt.objects.filter(merchant_id=clay.merchant.id).update(state="abandoned")

    assert as_it_was(clay.connection, records) == set()


def test_a_comparison_that_another_worker_took_over_writes_nothing(
    simulator: Simulator, tmp_path: Path
) -> None:
    clay = studio(simulator)
    clay.start()
    with backup(tmp_path) as kept:
        clay.run()
        with put_back(kept):
            clay.hurry_comparison()
            [taken] = claim(Comparison, most=1, lease=timedelta(0), now=clock.wall_now())
            claim(Comparison, most=1, lease=timedelta(minutes=2), now=clock.wall_now())
            with pytest.raises(LostComparison):
                work_comparison(taken, clock.wall_now())

            assert (clay.comparison().state, clay.is_held(), clay.charged()) == ("customers", True, [])
