"""A restored database in which a move still waits: what was asked for since is found, and it goes on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from paydesk.billing.holds.held import holds_of
from paydesk.kit import clock
from paydesk.sync.compare.begin import begin_comparisons
from paydesk.sync.models import Comparison
from tests.billing.moving.removal import Removal, removal
from tests.connected import work_off
from tests.simulator import Simulator
from tests.sync.compare.studio import backup, put_back

pytestmark = pytest.mark.django_db(transaction=True)


def _restored(ada: Removal, *, hours: float, first: str = "Main") -> None:
    """Be at the time again at which the database was lost, and compare with both companies."""
    ada.only_here(hours=hours)
    begin_comparisons(clock.wall_now())
    rows = Comparison.objects.filter(merchant_id=ada.shop.id)
    for some in (rows.filter(connection__name=first), rows):
        some.filter(ended_at__isnull=True).update(due_at=clock.wall_now())
        work_off("comparisons")
    assert holds_of(ada.shop.id) == []
    ada.again()


@pytest.mark.parametrize("payments", [None, 4])
def test_what_was_charged_since_is_found_and_all_that_follows_is_charged(
    simulator: Simulator, tmp_path: Path, payments: int | None
) -> None:
    terms: dict[str, Any] = {"payments_total": payments} if payments else {}
    ada = removal(simulator, **terms)
    ada.begin()
    with backup(tmp_path) as kept:
        hours = ada.until_it_acts()
        ada.pass_time(hours=hours)
        assert (ada.move.state, ada.charged()) == ("done", [1900])
        with put_back(kept):
            _restored(ada, hours=hours)
            assert (ada.move.state, ada.charged(), ada.new_one.state) == ("done", [1900], "active")
            # The first was asked for some hours early: a month and those hours each time.
            for _ in range(4):
                ada.pass_time(days=32)
            assert ada.charged() == [1900] * (5 if payments is None else 3)
            assert (ada.collected(), ada.concerns(), ada.is_true()) == ([1900], [], True)


def test_what_was_declined_since_lets_the_old_one_go_on_and_is_not_asked_for_again(
    simulator: Simulator, tmp_path: Path
) -> None:
    ada = removal(simulator, new_card="insufficient_funds")
    ada.begin()
    with backup(tmp_path) as kept:
        hours = ada.until_it_acts()
        ada.pass_time(hours=hours)
        assert ada.move.state == "dropped"
        tried = len(ada.vault.charges())
        with put_back(kept):
            _restored(ada, hours=hours)
            assert (ada.move.state, ada.move.why, ada.new_one.state) == ("dropped", "declined", "canceled")
            ada.pass_time(days=1)
            assert (ada.collected(), ada.at_company()) == ([1900, 1900], "active")
            assert (len(ada.vault.charges()), ada.concerns(), ada.is_true()) == (tried, [], True)


@pytest.mark.parametrize("first", ["Main", "Cards"])
def test_what_was_moved_in_place_is_found_where_it_was_charged(
    kiln: Removal, tmp_path: Path, first: str
) -> None:
    ada = kiln
    with backup(tmp_path) as kept:
        ada.move_kiln()
        ada.pass_time(days=31)
        assert ada.charged() == [3000]
        with put_back(kept):
            _restored(ada, hours=31 * 24, first=first)
            assert (ada.kiln.connection_id, ada.kiln.payments_made) == (ada.there.id, 2)
            for _ in range(2):
                ada.pass_time(days=31)
            assert (ada.charged(), ada.kiln.state) == ([3000] * 3, "completed")
            assert (ada.concerns(), ada.is_true()) == ([], True)
