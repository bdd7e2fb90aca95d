"""Ada's first card has no money, and a second one stands by: it is asked once for each payment, whatever happens."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.db.models import Q

from paydesk.billing.backups.models import BackupTry
from tests.drills.simulation.focus import LONG, Wanted
from tests.drills.simulation.run import Result
from tests.drills.simulation.run_many import Ran, run_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


def test_a_card_that_stands_by() -> None:
    seen: Counter[str] = Counter()
    forgotten: list[int] = []

    def count(_: Ran, result: Result) -> None:
        tries = BackupTry.objects.filter(Q(merchant_id__gt=0))
        seen.update(tries.values_list("state", flat=True))
        if tries.filter(Q(due_at=None) | Q(dead_at__isnull=False), state="open").exists():
            forgotten.append(result.seed)

    is_quick = connection.vendor == "sqlite"
    wanted = Wanted(has_backup=True, card="no_money", steps=LONG)
    ran = run_many(range(20_000, 20_060 if is_quick else 20_005), after_each=count, wanted=wanted)

    assert ran.failures == []
    assert forgotten == []
    if is_quick:
        assert min(seen["charged"], seen["declined"], seen["not_made"]) > 0, seen
