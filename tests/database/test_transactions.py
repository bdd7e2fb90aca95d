"""A transaction that somebody else comes between is run again whole, and finds what the other wrote."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, local
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction

from paydesk.billing.customers import link
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods import set_up
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payment_methods.set_up import begin_method_setup, finish_method_setup
from paydesk.billing.payments.mirrored import collectible as mirror
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.reread import Overtaken, reread_payment
from paydesk.database.transactions import HeldTransaction, in_transaction, is_postgresql, let_go
from paydesk.events.models import Event
from paydesk.gateways.contract import Gateway
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.sync import reread as sync_reread
from paydesk.sync.reread import reread_customer
from tests.connected import Connected, connected
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

SERIALIZATION_FAILURE, DEADLOCK_DETECTED, UNIQUE_VIOLATION = "40001", "40P01", "23505"
#: On SQLite the second writer waits for the first one, so they never meet.
MEET_SECONDS = 5.0 if is_postgresql() else 0.2


class Conflict(Exception):
    """What a driver raises, with PostgreSQL's code."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def _step(*conflicts: str) -> Callable[[], str]:
    """Give a step that writes a row and then fails with these codes, one a run, until none is left."""
    left = list(conflicts)

    def step() -> str:
        Event.objects.create(merchant_id=7, name="x", happened_at=clock.wall_now())
        if left:
            code = left.pop(0)
            kind = IntegrityError if code == UNIQUE_VIOLATION else OperationalError
            raise kind(code) from Conflict(code)
        return "done"

    return step


@pytest.mark.parametrize("code", [SERIALIZATION_FAILURE, DEADLOCK_DETECTED, UNIQUE_VIOLATION])
def test_a_conflict_runs_the_step_again_and_keeps_nothing_of_the_first_run(code: str) -> None:
    assert in_transaction(_step(code, code)) == "done"
    assert Event.objects.count() == 1


def test_a_conflict_that_does_not_end_is_said() -> None:
    with pytest.raises(IntegrityError):
        in_transaction(_step(*[UNIQUE_VIOLATION] * 5))
    assert Event.objects.count() == 0


def test_other_trouble_is_saidside_by_side() -> None:
    with pytest.raises(OperationalError):
        in_transaction(_step("57P01"))
    assert Event.objects.count() == 0


def test_a_step_within_another_leaves_running_again_to_the_outer_one() -> None:
    inner = _step(SERIALIZATION_FAILURE)
    assert in_transaction(lambda: in_transaction(inner)) == "done"
    assert Event.objects.count() == 1


def test_nobody_waits_for_a_company_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(HeldTransaction):
        let_go()


class Meeting:
    """Makes two that come to a step wait for each other once, so that neither sees what the other will write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, *places: Any) -> None:
        self.has_happened = False
        self._barrier = Barrier(2, action=self._note)
        self._here = local()
        for place in places:
            monkeypatch.setattr(place, name, self._before(getattr(place, name)))

    def _before(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def met(*given: Any, **named: Any) -> Any:
            self._wait_once()
            return step(*given, **named)

        return met

    def _wait_once(self) -> None:
        if not hasattr(self._here, "has_come"):
            self._here.has_come = True
            with suppress(BrokenBarrierError):
                self._barrier.wait(MEET_SECONDS)

    def _note(self) -> None:
        self.has_happened = True


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def _gateway(scene: Connected) -> Gateway:
    return connect(scene.connection, merchant=scene.merchant)


def _hear_of(scene: Connected, bill: str) -> Callable[[], object]:
    gateway = _gateway(scene)

    def hear() -> None:
        # Where the other one's answer is newer, the inbox asks again.
        with suppress(Overtaken):
            reread_payment(connection=scene.connection, gateway=gateway, reference=bill)

    return hear


def test_two_webhooks_of_a_new_bill_make_one_payment(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = clay.account.bill(clay.customer, title="New")["id"]
    meeting = Meeting(monkeypatch, "_first_seen", mirror)

    assert side_by_side(_hear_of(clay, bill), _hear_of(clay, bill)) == []
    assert Payment.objects.filter(reference=bill).count() == 1
    assert meeting.has_happened is is_postgresql()


def test_an_import_and_a_webhook_of_the_same_new_bill_make_one_payment(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = clay.account.bill(clay.customer, title="New")["id"]
    meeting = Meeting(monkeypatch, "_first_seen", mirror)

    assert side_by_side(clay.take_over, _hear_of(clay, bill)) == []
    assert Payment.objects.filter(reference=bill).count() == 1
    assert meeting.has_happened is is_postgresql()


def test_two_bills_of_a_new_customer_make_one_customer(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = clay.account.customer(email="bob@example.com", name="Bob")
    bills = [clay.account.bill(bob, title=title, collect=False)["id"] for title in ("One", "Two")]
    meeting = Meeting(monkeypatch, "_customer_id", link)

    assert side_by_side(*[_hear_of(clay, bill) for bill in bills]) == []
    assert Customer.objects.filter(name="Bob").count() == 1
    assert GatewayCustomer.objects.filter(reference=bob).count() == 1
    assert meeting.has_happened is is_postgresql()


def test_a_customer_who_comes_back_with_a_card_and_its_webhook_save_it_once(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = clay.payment()
    begun = begin_method_setup(
        merchant=clay.merchant,
        customer_id=payment.customer_id or 0,
        gateway_customer_id=payment.gateway_customer_id,
        payment_public_id=payment.public_id,
        return_url_of=lambda _: "http://127.0.0.1/back",
        now=clock.wall_now(),
    )
    setup = MethodSetup.objects.get(public_id=begun.public_id)
    clay.account.enter_card(setup.reference)
    meeting = Meeting(monkeypatch, "in_transaction", set_up, sync_reread)
    gateway = _gateway(clay)

    troubles = side_by_side(
        lambda: finish_method_setup(
            merchant=clay.merchant, customer_id=setup.customer_id, setup_public_id=begun.public_id
        ),
        lambda: reread_customer(connection=clay.connection, gateway=gateway, reference=clay.customer),
    )
    assert (troubles, meeting.has_happened) == ([], True)
    finished = MethodSetup.objects.select_related("method").get(public_id=begun.public_id)
    assert (finished.state, finished.method is not None) == ("finished", True)
    assert PaymentMethod.objects.filter(removed_at__isnull=True, last_four="4242").count() == 1
