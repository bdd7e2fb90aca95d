"""An import takes over everything once, goes on after a kill, and moves nobody to another person."""

import pytest

from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.sync.import_history import import_history
from paydesk.sync.models import ImportRun
from paydesk.sync.reconciliation.reread_stale import reread_what_is_stale
from tests.connected import Connected, connected
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def _counts(scene: Connected) -> tuple[int, ...]:
    kinds = (Customer, GatewayCustomer, Payment, Subscription)
    return tuple(kind.objects.filter(merchant_id=scene.merchant.id).count() for kind in kinds)


def test_importing_twice_doubles_nothing(clay: Connected) -> None:
    clay.account.subscription(clay.customer, name="Clay club")
    clay.take_over()
    first = _counts(clay)
    clay.take_over()

    assert _counts(clay) == first == (1, 1, 2, 1)


def test_an_import_that_was_killed_goes_on_and_counts_each_once(clay: Connected) -> None:
    for number in range(7):
        clay.account.bill(clay.account.customer(email=f"c{number}@example.com"), collect=False)
    clay.connection.options = {"page_size": "3"}
    clay.connection.save()
    ImportRun.objects.all().delete()
    clay.account.fault("error_before", operation="history.list", times=1)
    with pytest.raises(GatewayUnreachable):
        clay.take_over()
    clay.account.no_faults()

    seen: list[int] = []
    run = import_history(
        merchant=clay.merchant,
        connection=clay.connection,
        on_progress=lambda at: seen.append(at.customers_count),
    )

    assert (run.customers_count, run.payments_count) == (8, 8)
    assert seen == [3, 6, 8]
    assert ImportRun.objects.count() == 1
    assert _counts(clay) == (8, 8, 8, 0)


def test_one_address_is_one_customer_on_every_connection(clay: Connected) -> None:
    clay.account.customer(email="  ADA@Example.COM ")
    clay.account.customer(email="ada+clay@example.com", name="Ada")
    clay.take_over()

    assert _counts(clay)[:2] == (2, 3)


def test_a_record_without_an_address_waits_for_staff(clay: Connected) -> None:
    clay.account.customer(email="", name="Ada")
    clay.take_over()

    assert GatewayCustomer.objects.filter(customer_id__isnull=True).count() == 1


def test_an_address_that_changes_at_the_company_moves_nobody(clay: Connected) -> None:
    clay.account.control(f"/customers/{clay.customer}", email="mallory@example.com")
    clay.take_over()

    [kept] = GatewayCustomer.objects.all()
    assert kept.email == "mallory@example.com"
    assert [row.normalized for row in CustomerEmail.objects.all()] == ["ada@example.com"]


def test_a_lost_webhook_is_made_up_for_by_the_timer(clay: Connected) -> None:
    from datetime import timedelta

    from paydesk.kit import clock

    clay.account.method(clay.customer, "good", default=True)
    clay.account.advance(days=2)
    reread_what_is_stale(clock.wall_now())
    assert clay.payment().state == "failed"

    reread_what_is_stale(clock.wall_now() + timedelta(days=2))
    assert clay.payment().state == "paid"
