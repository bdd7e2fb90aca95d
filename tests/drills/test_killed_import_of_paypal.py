"""The same at PayPal: an import of subscriptions that is killed again and again loses and doubles nothing."""

from pathlib import Path

import pytest

from tests.drills.killed_import import Drill, run_drill
from tests.journeys.installation import database_url
from tests.sync.paypal_archive import running_paypal_archive

pytestmark = [
    pytest.mark.contracts,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

#: 250 subscriptions, each billed twenty times.
WHOLE = Drill(customers=250, bills=20, kills=4, seed=7)


@pytest.fixture(autouse=True)
def _one_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of the drill import into the database of the test."""
    monkeypatch.setenv("PAYDESK_DATABASE_URL", database_url())


def test_five_thousand_transactions_are_imported_once_though_it_is_killed(contracts: Path) -> None:
    said: list[str] = []
    account = running_paypal_archive(contracts, customers=WHOLE.customers, bills=WHOLE.bills)
    result = run_drill(WHOLE, say=said.append, account=account)

    assert sum(line.startswith("Killed") for line in said) == result.kills == WHOLE.kills
    assert result.payments > 4_900
