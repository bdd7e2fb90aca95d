"""A connection that is closed keeps its hold after a restore: it is compared once it is opened again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from paydesk.billing.concerns.models import Concern
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.config.management.said_holds import said_holds
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.merchants.open import ConnectionWanted, open_connection
from paydesk.sync.compare.begin import begin_comparisons
from paydesk.sync.compare.look import found_again
from paydesk.sync.disconnect import disconnect
from tests import builders
from tests.connected import work_off
from tests.sync.compare.studio import Studio, backup, put_back

pytestmark = pytest.mark.django_db(transaction=True)


def _close(scene: Studio) -> None:
    disconnect(merchant_id=scene.merchant.id, connection_id=scene.connection.id, now=clock.wall_now())


def _open(scene: Studio) -> None:
    """Connect it again by its name, as staff do."""
    wanted = ConnectionWanted(
        uuid=scene.connection.uuid,
        gateway=scene.connection.gateway,
        name=scene.connection.name,
        credentials=scene.account.credentials,
        base_url=scene.connection.base_url,
    )
    open_connection(wanted, merchant=scene.merchant, now=clock.wall_now())


def _run_an_hour_later(scene: Studio) -> None:
    """The charge run looks at what belongs to a closed connection once an hour."""
    scene.bring_back()
    scene.run()


def _told(scene: Studio) -> list[str]:
    """Name what is open for staff."""
    open_ones = Concern.objects.filter(merchant_id=scene.merchant.id, resolved_at__isnull=True)
    return [*open_ones.values_list("kind", flat=True), *(one.kind for one in said_holds(scene.merchant))]


def _assert_it_is_compared_before_it_is_charged(scene: Studio) -> None:
    _run_an_hour_later(scene)
    assert (len(scene.moved()), scene.charged()) == (1, [])
    begin_comparisons(clock.wall_now())
    assert _told(scene) == ["restored", "restore"]

    row = scene.compare()

    assert (row.state, found_again(row)[0], scene.is_held()) == ("released", 1, False)
    assert _told(scene) == []
    _run_an_hour_later(scene)
    assert len(scene.moved()) == 1
    scene.assert_books_are_the_company_s()


def test_what_is_closed_while_it_is_held_and_opened_again_is_held_still(clay: Studio, tmp_path: Path) -> None:
    with backup(tmp_path) as kept:
        clay.run()
        with put_back(kept):
            _close(clay)
            clay.hurry_comparison()
            work_off("comparisons")
            begin_comparisons(clock.wall_now())
            assert (clay.comparisons(), clay.is_held(), _told(clay)) == ([], True, [])

            _open(clay)

            _assert_it_is_compared_before_it_is_charged(clay)


def test_what_was_closed_in_the_backup_is_held_when_it_is_opened_again(clay: Studio, tmp_path: Path) -> None:
    _close(clay)
    with backup(tmp_path) as kept:
        _open(clay)
        clay.run()
        with put_back(kept):
            assert (clay.comparisons(), clay.is_held(), _told(clay)) == ([], True, [])

            _open(clay)

            _assert_it_is_compared_before_it_is_charged(clay)


def test_staff_see_that_customers_with_an_account_elsewhere_wait_for_it(clay: Studio, tmp_path: Path) -> None:
    shop = builders.connection(clay.merchant, name="Shop")
    ada = clay.owner()
    GatewayCustomer.objects.create(
        merchant_id=clay.merchant.id, connection_id=shop.id, customer_id=ada.customer_id, reference="ada"
    )
    with backup(tmp_path) as kept, put_back(kept):
        _close(clay)

        said = {one.connection: one.comparison for one in said_holds(clay.merchant)}

        assert said.keys() == {"Main", "Shop"}
        assert "It is closed. Once it is opened again" in said["Main"]
        long_ago = clock.wall_now() - timedelta(hours=1)
        Connection.objects.filter(merchant_id=clay.merchant.id, id=clay.connection.id).update(
            removed_at=long_ago
        )
        assert {one.connection for one in said_holds(clay.merchant)} == {"Shop"}
