"""All statements of a customer together say what the books say of them, whatever has happened, in every zone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from paydesk.billing.customers.models import Customer
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.statements.kinds import KINDS
from paydesk.billing.receipts.statements.make import make_statement
from paydesk.billing.receipts.statements.statement import Line, Statement
from paydesk.billing.receipts.statements.years import years_of
from paydesk.gateways.records import CollectibleState, SettledBy
from tests import builders
from tests.billing.scene import Scene, a_collectible, succeeded
from tests.billing.statements.history import a_shop_in, the_books_say, years_of_payments

pytestmark = pytest.mark.django_db

KIRITIMATI, PAGO_PAGO, BERLIN = "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"
LATER = datetime(2028, 6, 1, tzinfo=UTC)


def payer_of(scene: Scene) -> Customer:
    """Give the scene's customer."""
    return Customer.objects.get(merchant_id=scene.merchant.id, id=scene.owner.customer_id or 0)


def statements_of(scene: Scene) -> list[Statement]:
    """Make the statement of each year that is listed."""
    who = payer_of(scene)
    years = years_of(merchant_id=scene.merchant.id, customer_id=who.id, zone=scene.merchant.time_zone)
    made = [
        make_statement(merchant=scene.merchant, customer_id=who.id, year=year.year, now=LATER)
        for year in years
    ]
    found = [statement for statement in made if statement is not None]
    assert [statement.year for statement in found] == [year.year for year in years]
    for year, statement in zip(years, found, strict=True):
        said = {table.currency: table.sums.total_minor for table in statement.tables}
        assert {currency: total for currency, total in year.totals.items() if total} == {
            currency: total for currency, total in said.items() if total
        }
    return found


def lines_of(statement: Statement) -> list[Line]:
    """List all lines, and see that each sum is that of what stands under it."""
    for table in statement.tables:
        assert table.sums.total_minor == sum(month.sums.total_minor for month in table.months)
        for month in table.months:
            assert month.sums.total_minor == sum(line.amount_minor for line in month.lines)
            assert all(line.day.replace(day=1) == month.first for line in month.lines)
            assert month.first.year == statement.year
    return [line for table in statement.tables for month in table.months for line in month.lines]


@pytest.mark.parametrize("zone", [KIRITIMATI, PAGO_PAGO, BERLIN])
@pytest.mark.parametrize("seed", range(2))
def test_all_statements_together_are_what_the_books_say(zone: str, seed: int) -> None:
    scene, other = a_shop_in(zone), a_shop_in(BERLIN, "other")
    years_of_payments(scene, seed=seed)
    years_of_payments(other, seed=seed + 100, count=20)
    stranger = builders.customer(scene.merchant, "Ben")
    builders.payment(builders.order(stranger, scene.connection))

    found = statements_of(scene)

    totals = Counter[str]()
    for statement in found:
        lines_of(statement)
        for table in statement.tables:
            totals[table.currency] += table.sums.total_minor
    assert dict(totals) == the_books_say(payer_of(scene))
    assert len(totals) == 3
    assert not years_of(merchant_id=scene.merchant.id, customer_id=stranger.id, zone=zone)


def test_every_charge_is_told_once() -> None:
    scene = a_shop_in(KIRITIMATI)
    years_of_payments(scene, seed=9, count=90)
    told = Counter(line.kind for statement in statements_of(scene) for line in lines_of(statement))
    for kind in ("charge", "balance", "external"):
        assert told[kind] == LedgerEntry.objects.filter(merchant_id=scene.merchant.id, kind=kind).count() > 0
    assert {"refund", "dispute", "undecided"} <= set(told)
    assert not {"refund_reversal", "reversal"} & set(told), "what never reached the customer is left out"


@pytest.mark.parametrize("zone", [KIRITIMATI, PAGO_PAGO, "UTC", BERLIN])
def test_half_past_eleven_on_the_last_evening_belongs_to_the_old_year(zone: str) -> None:
    scene = a_shop_in(zone)
    eve = datetime(2025, 12, 31, 23, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for name, at in (("eve", eve), ("new", eve + timedelta(minutes=30))):
        charge = succeeded(f"ch_{name}")
        charge = replace(charge, outcome=replace(charge.outcome, occurred_at=at))
        paid = {"state": CollectibleState.PAID, "settled_by": SettledBy.ATTEMPT, "paid_at": at}
        scene.mirror(a_collectible(reference=name, title=name, attempts=[charge], **paid))

    newer, older = statements_of(scene)

    assert (older.year, newer.year) == (2025, 2026)
    [last], [first] = lines_of(older), lines_of(newer)
    assert (last.name, str(last.day)) == ("eve", "2025-12-31")
    assert (first.name, str(first.day)) == ("new", "2026-01-01")


def test_what_another_payment_covers_and_what_is_skipped_is_not_told() -> None:
    scene = a_shop_in(BERLIN)
    years_of_payments(scene, seed=1, count=5)
    before = [lines_of(statement) for statement in statements_of(scene)]
    order = builders.order(payer_of(scene), scene.connection)
    covering = Payment.objects.filter(merchant_id=scene.merchant.id, state=Payment.State.PAID).first()
    held: dict[str, Any] = {Payment.State.COVERED: {"covered_by": covering}}
    for state in (Payment.State.COVERED, Payment.State.SKIPPED, Payment.State.WRITTEN_OFF):
        builders.payment(order, state=state, paid_at=builders.at(2025, 3, 3), **held.get(state, {}))
    assert [lines_of(statement) for statement in statements_of(scene)] == before


def test_a_year_that_is_still_to_come_has_none() -> None:
    scene = a_shop_in(BERLIN)
    years_of_payments(scene, seed=1, count=5)
    for year in (0, 1970, 2029, 9999):
        assert (
            make_statement(merchant=scene.merchant, customer_id=payer_of(scene).id, year=year, now=LATER)
            is None
        )


def test_every_kind_of_entry_is_told_or_known_to_move_nothing() -> None:
    """A new kind is to be decided on in `statements/kinds.py`."""
    assert set(KINDS) == {kind.value for kind in LedgerEntry.Kind}
