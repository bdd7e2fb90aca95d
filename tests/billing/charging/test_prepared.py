"""A charge that was only prepared is read while the ask to confirm it is on its way: nothing is given up for that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.payments.ask import ask_for_money
from paydesk.billing.payments.mirrored.ours import mirror_our_charge
from paydesk.billing.payments.models import Attempt
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import ChargeQuery
from paydesk.gateways.records import AttemptRecord, CollectibleRecord, CollectibleState, Outcome, Verdict
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.kit import clock
from paydesk.kit.money import Money
from tests.billing.charging.scene import collecting
from tests.connected import grow_old
from tests.simulator import Simulator


@pytest.mark.django_db(transaction=True)
def test_a_reading_gives_no_attempt_up(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.account.fault("lost_before", operation="charge.confirm")
    scene.run()
    [attempt] = scene.attempts()
    assert attempt.state in Attempt.OPEN

    record = _prepared(attempt, scene.owner().reference)
    in_transaction(
        lambda: mirror_our_charge(
            connection=scene.connection, owner=scene.owner(), record=record, now=clock.wall_now()
        )
    )

    [attempt] = scene.attempts()
    assert attempt.state in Attempt.OPEN
    assert scene.payments()[0].state == "processing"


class _Asleep(BaseException):
    """The process does nothing for long."""


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_while_the_company_is_asked_about_it_is_not_given_up(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by `bin/drill money --only "C 1622"`: who slept goes on between the look-up and what is written of it."""
    scene = collecting(simulator)
    scene.start()
    payment = scene.payments()[0]
    with monkeypatch.context() as patch:
        patch.setattr(VaultGateway, "prepare_charge", _sleep)
        with pytest.raises(_Asleep):
            scene.press(payment=payment)
    grow_old(scene, timedelta(minutes=5))
    look = VaultGateway.find_charge

    def look_and_wake(self: VaultGateway, query: ChargeQuery) -> Outcome:
        found = look(self, query)
        [sleeper] = scene.attempts()
        payment.gateway_customer, payment.connection = scene.owner(), scene.connection
        ask_for_money(gateway=self, attempt=sleeper, payment=payment, return_url="")
        return found

    scene.account.fault("lost_after", operation="charge.confirm")
    with monkeypatch.context() as patch:
        patch.setattr(VaultGateway, "find_charge", look_and_wake)
        scene.look_up()
    scene.hurry()
    grow_old(scene, timedelta(minutes=5))
    scene.look_up()

    assert scene.moved() == scene.charged()
    assert [one.state for one in scene.attempts()] == ["succeeded"]
    assert scene.payments()[0].contradicted_at is None


def _sleep(*_: object) -> None:
    raise _Asleep


def _prepared(attempt: Attempt, customer: str) -> CollectibleRecord:
    now, amount = clock.wall_now(), Money(3000, "EUR")
    outcome = Outcome(verdict=Verdict.NEVER_SEEN, reference=attempt.prepared_reference, amount=amount)
    return CollectibleRecord(
        reference=attempt.prepared_reference,
        customer_reference=customer,
        state=CollectibleState.DUE,
        amount=amount,
        created_at=now,
        due_at=now,
        title="Charge",
        attempts=[
            AttemptRecord(
                reference=attempt.prepared_reference, outcome=outcome, created_at=now, tag=attempt.public_id
            )
        ],
    )
