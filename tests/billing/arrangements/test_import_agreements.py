"""Agreements from a CSV: everything that is wrong is named at once, and what is right is made once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from paydesk.billing.arrangements.imported.forecast import Sum
from paydesk.billing.arrangements.start import StartRefused
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from tests import builders
from tests.billing.arrangements.brought import PLAIN, PLAN, brought, csv_of
from tests.sync.books import books_of

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything happens on 1 December 2026."""
    monkeypatch.setattr(clock, "wall_now", lambda: NOW)


def test_one_wrong_line_leaves_nothing_and_every_wrong_cell_is_named() -> None:
    scene = brought()
    said = scene.wrong(
        PLAIN,
        PLAN | {"price": "12,50", "interval": "fortnight", "customer": "nobody@example.com"},
        PLAIN | {"reference": "A-2", "first_day": "31.01.2099", "currency": "ERU", "trial": "perhaps"},
        PLAIN | {"reference": "A-1"},
        PLAN | {"reference": "P-2", "deposit": "2000.00"},
    )
    assert said == [
        "Line 3, customer: 'nobody@example.com' is not a customer of this connection.",
        "Line 3, interval: 'fortnight' is not an interval such as month, 2 weeks, 10 days or year.",
        "Line 3, price: '12,50' has a comma: write decimals after a point (12.50), and thousands together (1250).",
        "Line 4, currency: 'ERU' is not the code of a currency, such as EUR.",
        "Line 4, first_day: '31.01.2099' is not a day written as 2027-01-31. (Excel rewrites it unless it is text.)",
        "Line 4, trial: 'perhaps' is neither yes nor no.",
        "Line 5, reference: line 2 has it already.",
        "Line 6: A deposit of EUR 2000.00 leaves nothing to pay of EUR 1000.00.",
    ]


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"reference": ""}, "reference", "empty"),
        ({"reference": "x" * 201}, "reference", "longer than 200"),
        ({"customer": "cus_9"}, "customer", "not a customer"),
        ({"customer": "anon"}, "customer", "no e-mail address"),
        ({"customer": "twice@example.com"}, "customer", "name one of cus_3, cus_4"),
        ({"method": "pm_2"}, "method", "not a saved method of that customer"),
        ({"method": "pm_gone"}, "method", "not a saved method of that customer"),
        ({"name": " "}, "name", "empty"),
        ({"price": "1.005"}, "price", "EUR has 2 decimal places"),
        ({"price": "10.50", "currency": "JPY"}, "price", "JPY has no decimal places"),
        ({"interval": "2 month"}, "interval", "not an interval"),
        ({"interval": "0 weeks"}, "interval", "not an interval"),
        ({"payments": "12.0"}, "payments", "not a whole number"),
        ({"first_day": "2099-02-30"}, "first_day", "not in the calendar"),
        ({"deposit_day": "2099-01-01"}, "deposit_day", "no deposit"),
        ({"first_day": "2026-11-30"}, "first_day", "the payment of 2026-11-30 is past"),
        ({"first_day": "2026-01-15"}, "first_day", "11 payments from 2026-01-15 on are past"),
        ({"reference": "ch_1"}, "reference", "the company itself"),
        ({"reference": "sub_1"}, "reference", "the company itself"),
    ],
)
def test_a_wrong_cell_is_named_with_its_column(change: dict[str, str], column: str, words: str) -> None:
    scene = brought()
    twice = builders.customer(scene.merchant, "Twice")
    for reference in ("cus_3", "cus_4"):
        builders.owner(twice, scene.connection, reference)
    GatewayCustomer.objects.create(
        merchant_id=scene.merchant.id, connection_id=scene.connection.id, reference="anon"
    )
    ada = GatewayCustomer.objects.get(reference="cus_1").customer
    assert ada is not None
    builders.method(ada, scene.connection, reference="pm_gone", removed_at=NOW)
    bought = builders.order(ada, scene.connection, reference="ch_1")
    builders.order(ada, scene.connection, reference="sub_1")
    builders.subscription(bought, reference="sub_1")
    Subscription.objects.update(connection_id=scene.connection.id)
    with pytest.raises(Exception, match=re.escape(words)) as refused:
        scene.bring(PLAIN | change)
    assert f"Line 2, {column}: " in str(refused.value)
    assert scene.names() == ["sub_1"]


def test_another_merchants_customers_and_cards_are_not_known() -> None:
    scene, other = brought(), brought("other")
    builders.owner(builders.customer(other.merchant, "Cleo"), other.connection, "cus_7")
    assert scene.wrong(PLAIN | {"customer": "cleo@example.com"}, PLAIN | {"customer": "cus_7"}) == [
        "Line 2, customer: 'cleo@example.com' is not a customer of this connection.",
        "Line 3, customer: 'cus_7' is not a customer of this connection.",
        "Line 3, reference: line 2 has it already.",
    ]


def test_a_connection_whose_company_nobody_speaks_to_is_refused() -> None:
    scene = brought()
    scene.connection.gateway = "gone"
    with pytest.raises(StartRefused, match="gone"):
        scene.bring(PLAIN)


def test_a_dry_run_says_what_would_be_made_and_writes_nothing() -> None:
    scene = brought()
    found = scene.bring(PLAIN, PLAN, PLAN | {"reference": "P-2", "first_day": "2099-03-31"}, is_dry_run=True)

    assert scene.names() == []
    assert (found.plans_count, found.subscriptions_count, found.payments_count) == (2, 1, 9)
    assert found.planned == {"EUR": Sum(count=8, minor=202_000)}
    assert found.before == {"EUR": Sum(count=2, minor=20_000)}
    assert found.each_time == {"EUR": Sum(count=1, minor=1_800)}
    assert found.first == {
        date(2099, 1, 31): {"EUR": Sum(count=2, minor=1_800 + 30_334)},
        date(2099, 3, 31): {"EUR": Sum(count=1, minor=30_334)},
    }


def test_a_file_is_imported_once_and_says_what_differs_the_second_time() -> None:
    scene = brought()
    scene.bring(PLAIN, PLAN)
    assert scene.names() == ["A-1", "P-1"]
    assert scene.payments("P-1") == [
        (date(2099, 1, 1), 10_000, "paid"),
        (date(2099, 1, 31), 30_334, "scheduled"),
        (date(2099, 2, 28), 30_333, "scheduled"),
        (date(2099, 3, 31), 30_333, "scheduled"),
    ]
    before = books_of(scene.merchant.id)

    again = scene.bring(PLAIN | {"price": "19.00", "name": "Glazes"}, PLAN, PLAN | {"reference": "P-2"})

    assert (again.agreements_count, again.known_count) == (1, 2)
    assert again.differing == [(2, ["name", "price"])]
    assert scene.names() == ["A-1", "P-1", "P-2"]
    assert [
        row for row in before["subscriptions"] if row in books_of(scene.merchant.id)["subscriptions"]
    ] == (before["subscriptions"])


def test_what_is_past_is_refused_unless_it_was_paid_before_or_is_wanted() -> None:
    scene = brought()
    runs = PLAN | {"first_day": "2026-10-15", "deposit_day": "2026-10-01"}
    assert "3 payments from 2026-10-01 on are past" in scene.wrong(runs | {"paid_before": ""})[0]

    found = scene.bring(runs | {"paid_before": "3"})
    assert (found.due_before, found.due_today) == ({"EUR": Sum()}, {"EUR": Sum()})
    assert scene.agreement("P-1").paid_minor == 10_000 + 30_334 + 30_333

    wanted = PLAIN | {"first_day": "2026-11-01", "reference": "A-2"}
    found = scene.bring(wanted, allows_past=True)
    assert found.due_before == {"EUR": Sum(count=1, minor=1_800)}
    assert found.due_today == {"EUR": Sum(count=1, minor=1_800)}


def test_a_plan_that_was_paid_ahead_was_not_paid_in_the_future() -> None:
    scene = brought()
    scene.bring(PLAN | {"paid_before": "2"})
    paid = scene.agreement("P-1").payment_set.filter(state="paid")
    assert {one.paid_at for one in paid} == {NOW}


@pytest.mark.parametrize(
    "written",
    [
        lambda: csv_of(PLAIN, PLAN, delimiter=";"),
        lambda: csv_of(PLAIN, PLAN, delimiter="\t", end="\n"),
        lambda: b"\xef\xbb\xbf" + csv_of(PLAIN, PLAN),
        lambda: b"sep=;\r\n" + csv_of(PLAIN, PLAN, delimiter=";"),
        lambda: csv_of(PLAIN, PLAN).replace(b"\r\n", b"\r\n,,,,,,,,,,,,,\r\n\r\n"),
        lambda: csv_of(PLAIN, PLAN).replace(b"reference", b'"Reference "').replace(b"A-1", b' "A-1"'[1:]),
        lambda: csv_of(PLAIN, PLAN).replace(b"\r\n", b",,\r\n"),
    ],
)
def test_spreadsheets_write_it_in_many_ways(written: Callable[[], bytes]) -> None:
    scene = brought()
    scene.bring_file(written())
    assert scene.names() == ["A-1", "P-1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (csv_of(PLAIN).replace(b"price", b"prise"), "does not know: prise"),
        (csv_of(PLAIN).replace(b"price,", b""), "lacks: price"),
        (csv_of(PLAIN).replace(b"fee", b"price"), "has twice: price"),
        (csv_of(PLAIN | {"name": "Töpfern"}).decode().encode("cp1252"), "Line 2 is not in UTF-8"),
        (csv_of(PLAIN).decode().encode("utf-16"), "Line 1 is not in UTF-8"),
        (csv_of(PLAIN, PLAN).replace(b"P-1", b'"P-1'), "Line 3: its quotes do not pair"),
        (csv_of(PLAIN).replace(b"A-1,", b""), "Line 2: it has 13 cells, and the header 14"),
        (csv_of(PLAIN | {"name": "two\nlines"}, {}), "Line 2, name: a line break"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, words: str) -> None:
    scene = brought()
    with pytest.raises(Exception, match=re.escape(words)):
        scene.bring_file(content)
    assert scene.names() == []


def test_the_documented_example_is_right_and_every_column_is_documented() -> None:
    scene = brought()
    found = scene.bring_file((DOCS / "agreements-example.csv").read_bytes())
    assert scene.names() == ["CLUB-12", "KILN-1042", "WHEEL-77"]
    assert (found.plans_count, found.subscriptions_count) == (2, 1)
    assert [state for _, _, state in scene.payments("WHEEL-77")] == ["paid"] * 3 + ["scheduled"] * 5
    documented = re.findall(r"^\| `(\w+)` \|", (DOCS / "agreements-csv.md").read_text(), re.MULTILINE)
    assert csv_of().decode().strip().split(",") == documented
