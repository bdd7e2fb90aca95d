"""A slice of the drill: `paydesk import`, killed at any moment and started again, loses and doubles nothing."""

import pytest

from paydesk.billing.payments.models import Refund
from paydesk.sync.import_history import import_history
from tests.drills.killed_import import Drill, Drilled, compare, run_drill
from tests.journeys.installation import database_url
from tests.sync.archive import connection_of, running_archive

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

SLICE = Drill(customers=110, bills=2, kills=3, seed=11)


@pytest.fixture(autouse=True)
def _one_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes of the drill import into the database of the test."""
    monkeypatch.setenv("PAYDESK_DATABASE_URL", database_url())


def test_killed_again_and_again_it_ends_where_an_undisturbed_one_ends() -> None:
    said: list[str] = []
    result = run_drill(SLICE, say=said.append)

    assert result.kills == sum(line.startswith("Killed") for line in said) == 3
    assert result.in_a_transaction >= 1
    assert result.payments > 200


def test_the_drill_notices_what_is_missing_and_what_is_twice() -> None:
    with running_archive(customers=9, bills=1) as archive:
        killed, twin = archive.merchant("killed"), archive.merchant("twin")
        for merchant in (killed, twin):
            import_history(merchant=merchant, connection=connection_of(merchant), on_progress=lambda _: None)
        assert compare(archive, killed, twin) == 10

        Refund.objects.filter(merchant_id=killed.id).delete()
        with pytest.raises(Drilled, match="refunds differ"):
            compare(archive, killed, twin)
        Refund.objects.filter(merchant_id=twin.id).delete()
        with pytest.raises(Drilled, match="is not"):
            compare(archive, killed, twin)
