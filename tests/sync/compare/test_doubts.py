"""What only a person can answer for: charging waits until that was done, and then all is compared once more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.resolve import resolve_concern
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.holds.models import ChargeHold
from paydesk.database.transactions import is_postgresql
from paydesk.gateways.contract import ChargeQuery, GatewayRefused
from paydesk.gateways.records import Outcome, Page, Verdict
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.kit import clock
from paydesk.sync.compare.look import found_again
from paydesk.work.models import Heartbeat
from tests.config.restorable import Installed
from tests.connected import grow_old
from tests.simulator import Simulator
from tests.sync.compare.studio import Studio, backup, notice, put_back, studio

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(clay: Studio, tmp_path: Path) -> Iterator[Installed]:
    """The backup; whatever a test does from then on is lost."""
    with backup(tmp_path) as found:
        yield found


def _charge_elsewhere(scene: Studio) -> None:
    """Let another installation charge at the same account."""
    fields = {"customer": scene.customer, "amount_minor": 1234, "currency": "EUR", "tag": "ofanotherone0000"}
    method = scene.account.method(scene.customer)
    charge = scene.account.api("/charges", key="elsewhere", method=method, **fields)
    scene.account.api(f"/charges/{charge['id']}/confirm", key="elsewhere:confirm")


def _close_all(scene: Studio) -> None:
    for one in Concern.objects.filter(merchant_id=scene.merchant.id, resolved_at__isnull=True):
        resolve_concern(
            merchant_id=scene.merchant.id,
            public_id=one.public_id,
            resolved_by="Mara",
            note="Refunded at the company.",
            now=clock.wall_now(),
        )


def _said(*words: str) -> str:
    with pytest.raises(CommandError) as refused:
        call_command(*words)
    return str(refused.value)


def test_a_charge_whose_mark_nothing_gives_holds_until_a_person_has_looked(
    clay: Studio, kept: Installed
) -> None:
    clay.run()
    _charge_elsewhere(clay)
    with put_back(kept):
        row = clay.compare()
        assert (row.state, clay.is_held(), clay.doubts()) == ("doubt", True, ["unknown_charge"])
        assert sorted(clay.states()) == ["paid", "paid", "scheduled"]
        said = _said("release", "--merchant", "clay")
        assert "in doubt: a person has to look" in said
        assert "Found again: 1 charges (EUR 30.00)" in said

        assert clay.compare().state == "doubt"
        _close_all(clay)
        row = clay.compare()

        assert (row.state, clay.is_held(), clay.doubts()) == ("released", False, [])
        clay.run()
        clay.assert_books_are_the_company_s()
        assert len(clay.moved()) == 2


def test_charges_of_another_installation_that_are_older_than_the_backup_hold_nothing(
    clay: Studio, kept: Installed
) -> None:
    _charge_elsewhere(clay)
    with put_back(kept):
        in_two_days = clock.wall_now() + timedelta(days=2)
        ChargeHold.objects.filter(merchant_id=clay.merchant.id).update(known_until=in_two_days)

        assert (clay.compare().state, clay.doubts()) == ("released", ["unknown_charge"])


def test_a_charge_of_a_customer_who_was_lost_is_found_in_the_company_s_events(
    clay: Studio, kept: Installed
) -> None:
    bo = clay.account.customer(email="bo@example.com", name="Bo")
    clay.account.method(bo, default=True)
    clay.take_over()
    owner = GatewayCustomer.objects.select_related("connection").get(
        merchant_id=clay.merchant.id, reference=bo
    )
    clay.start(owner=owner, name="Wheel")
    clay.run()
    assert len(clay.moved()) == 2
    with put_back(kept):
        row = clay.compare()

        assert (row.state, found_again(row)[0], clay.doubts()) == ("doubt", 1, ["unknown_charge"])
        [concern] = Concern.objects.filter(merchant_id=clay.merchant.id, kind="unknown_charge")
        assert (concern.facts["customer"], concern.facts["amount_minor"]) == (bo, 3000)
        clay.assert_books_are_the_company_s()


def test_an_attempt_that_was_open_is_looked_up_before_anything_is_charged(
    simulator: Simulator, tmp_path: Path
) -> None:
    clay = studio(simulator)
    clay.start()
    clay.account.fault("lost_after", operation="charge.confirm")
    clay.run()
    grow_old(clay, timedelta(minutes=10))
    with backup(tmp_path) as kept:
        clay.look_up()
        with put_back(kept):
            assert clay.states()[0] == "processing"
            row = clay.compare()

            assert (row.state, clay.states()[0]) == ("released", "paid")
            clay.assert_books_are_the_company_s()


def test_an_attempt_that_stays_unclear_holds_until_a_person_has_looked(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clay = studio(simulator)
    clay.start()
    clay.account.fault("lost_before", operation="charge.confirm")
    clay.run()
    # As at a company whose charges cannot be searched.
    monkeypatch.setattr(VaultGateway, "find_charge", lambda *_: Outcome(verdict=Verdict.UNKNOWN))
    with backup(tmp_path) as kept, put_back(kept):
        assert (clay.compare().state, clay.doubts()) == ("attempts", [])
        grow_old(clay, timedelta(hours=2))
        assert (clay.compare().state, clay.doubts()) == ("doubt", ["unknown_outcome"])

        _close_all(clay)

        assert (clay.compare().state, clay.is_held(), clay.doubts()) == ("released", False, [])


def test_an_attempt_of_which_the_company_never_says_anything_is_asked_about_and_holds_no_other(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clay = studio(simulator)
    clay.start()
    clay.start(name="Wheel")
    clay.account.fault("lost_after", operation="charge.confirm", times=2)
    clay.run()
    refused, _ = clay.attempts()
    find = VaultGateway.find_charge

    def find_charge(gateway: VaultGateway, query: ChargeQuery) -> Outcome:
        if query.tag == refused.public_id:
            raise GatewayRefused("of this one nothing is said")
        return find(gateway, query)

    monkeypatch.setattr(VaultGateway, "find_charge", find_charge)
    monkeypatch.setattr(VaultGateway, "list_history", lambda *_, **__: Page(records=[], next_cursor=""))
    monkeypatch.setattr(VaultGateway, "list_events", lambda *_, **__: Page(records=[], next_cursor=""))
    grow_old(clay, timedelta(hours=2))
    with backup(tmp_path) as kept, put_back(kept):
        row = clay.compare()
        assert (row.state, row.attempts_count, clay.doubts()) == ("doubt", 2, ["unknown_outcome"])
        assert sorted(clay.states()) == ["paid", "processing", "scheduled", "scheduled"]

        _close_all(clay)

        assert (clay.compare().state, clay.is_held(), clay.doubts()) == ("released", False, [])


def test_a_person_may_answer_for_it_on_postgresql_alone(clay: Studio, kept: Installed) -> None:
    with put_back(kept):
        words = ("release", "--merchant", "clay", "--compared-by-hand")
        if not is_postgresql():
            assert "Nobody can release it by hand" in _said(*words)
            return
        call_command(*words, "--by", "Mara")

        assert (clay.compare().state, clay.is_held()) == ("dropped", False)
        [told] = Concern.objects.filter(merchant_id=clay.merchant.id, kind="restored")
        assert told.note == "Charging goes on: Mara."


def test_a_later_restore_is_compared_by_itself(clay: Studio, kept: Installed) -> None:
    clay.run()
    with put_back(kept):
        first = clay.comparison()
        Heartbeat.objects.update(number=0)
        assert "restored from a backup" in notice()
        later = clay.comparison()
        clay.compare()

        assert [(row.id, row.state) for row in clay.comparisons()] == [
            (first.id, "dropped"),
            (later.id, "released"),
        ]
        [told] = Concern.objects.filter(merchant_id=clay.merchant.id, kind="restored")
        assert "Found again: 1 charges" in told.note
