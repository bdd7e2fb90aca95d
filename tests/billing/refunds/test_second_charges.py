"""A payment that was charged by itself, and with others as well: the second charge goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refunds.refund import RefundRefused
from paydesk.gateways.records import Outcome, Verdict
from tests.billing.refunds.till import give_back, look_up
from tests.billing.together.desk import Desk, desk
from tests.billing.together.late import NEVER, no_word, say
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def _charged_by_itself_as_well(
    simulator: Simulator, *, together: Outcome | None = None
) -> tuple[Desk, Payment]:
    """Let one be charged, be believed not to be, and be paid with the others; its charge comes to light after that."""
    ada = desk(simulator)
    plan = ada.plan()
    first = ada.of(plan)[0]
    ada.account.fault("lost_after", operation="charge.confirm")
    alone = ada.press(payment=first)
    say(ada, alone, NEVER)
    if together is None:
        ada.pay(ada.quote_off(plan))
    else:
        no_word(ada)
        say(ada, ada.pay(ada.quote_off(plan)), together)
    ada.hear()
    return ada, first


def test_what_was_charged_by_itself_as_well_goes_back_though_the_books_wait(simulator: Simulator) -> None:
    ada, first = _charged_by_itself_as_well(simulator)
    assert ada.moved_minor() == 2600 + 10000
    ada.hold("Charged twice.", kind=ChargeHold.Kind.TRUTH)
    ada.account.fault("lost_before", operation="refund.create")

    give_back(ada, payment=first)
    look_up(ada, age=timedelta(minutes=3))

    assert ada.moved_minor() == 10000
    assert ada.broken() == []
    with pytest.raises(RefundRefused, match="the payment that covers it"):
        give_back(ada, payment=first)


def test_until_the_others_are_paid_it_is_no_second_charge(simulator: Simulator) -> None:
    ada, first = _charged_by_itself_as_well(simulator, together=Outcome(verdict=Verdict.PENDING))

    with pytest.raises(RefundRefused, match="the payment that covers it"):
        give_back(ada, payment=first)
