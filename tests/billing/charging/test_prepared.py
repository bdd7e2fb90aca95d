"""A charge that was only prepared is read while the ask to confirm it is on its way: nothing is given up for that."""

from __future__ import annotations

import pytest

from paydesk.billing.payments.mirrored.ours import mirror_our_charge
from paydesk.billing.payments.models import Attempt
from paydesk.database.transactions import in_transaction
from paydesk.gateways.records import AttemptRecord, CollectibleRecord, CollectibleState, Outcome, Verdict
from paydesk.kit import clock
from paydesk.kit.money import Money
from tests.billing.charging.scene import collecting
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
