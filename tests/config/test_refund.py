"""`paydesk refund`: nothing is asked without --yes, and what the company said is told."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.billing.refunds.till import back, paid, refunds
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def _run(*words: str) -> str:
    printed = StringIO()
    call_command("refund", "--merchant", "clay", *words, stdout=printed)
    return printed.getvalue()


def test_staff_refund_by_a_command(simulator: Simulator) -> None:
    ada = paid(simulator)
    payment = ada.payments()[0].public_id
    with pytest.raises(CommandError, match="no payment"):
        _run("--payment", "nowhere", "--yes")
    with pytest.raises(CommandError, match="comma"):
        _run("--payment", payment, "--amount", "12,50", "--yes")
    with pytest.raises(CommandError, match=r"EUR 12\.50 of Kiln sharing"):
        _run("--payment", payment, "--amount", "12.50")
    assert back(ada) == []

    assert (
        _run("--payment", payment, "--amount", "12.50", "--yes") == "EUR 12.50 goes back to the customer.\n"
    )

    assert back(ada) == [1250]
    assert refunds(ada)[0].asked_by


def test_no_answer_is_told_as_such(simulator: Simulator) -> None:
    ada = paid(simulator)
    ada.account.fault("lost_after", operation="refund.create")

    assert "No clear answer about EUR 30.00" in _run("--payment", ada.payments()[0].public_id, "--yes")
    with pytest.raises(CommandError, match="no answer yet"):
        _run("--payment", ada.payments()[0].public_id, "--yes")
