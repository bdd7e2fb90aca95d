"""Shipments from a CSV: everything that is wrong is named at once, and what is right is kept once."""

from __future__ import annotations

from pathlib import Path

import pytest

from paydesk.billing.orders.models import Order, Shipment
from paydesk.billing.orders.shipments.imported.columns import COLUMNS
from paydesk.billing.orders.shipments.keep import Kept, ShipmentRefused, ShipmentWanted, keep_shipments
from paydesk.database.transactions import in_transaction
from paydesk.kit.spreadsheets.table import FileRefused
from paydesk.merchants.models import Connection
from tests import builders
from tests.billing.orders.parcels import csv_of, parcels

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = Path(__file__).parents[3] / "docs"


def test_one_wrong_line_leaves_nothing_and_every_wrong_cell_is_named() -> None:
    scene = parcels()
    tomorrow = scene.ago(-1)
    assert scene.wrong(
        scene.shipped(),
        scene.shipped(shipment="P-2", order="HC-9", shipped="1.12.2026", link="http://example.com/a"),
        scene.shipped(shipment="P-1"),
        scene.shipped(shipment="P-3", shipped=tomorrow),
        {"order": "HC-1", "shipment": ""},
    ) == [
        "Line 3, link: 'http://example.com/a' is not an https address.",
        "Line 3, order: 'HC-9' is no order's number, and no reference of one.",
        "Line 3, shipped: '1.12.2026' is not a day written as 2027-01-31. (Excel rewrites it unless it is text.)",
        "Line 4, shipment: line 2 has it already.",
        f"Line 5: shipped on {tomorrow}, which is still to come.",
        "Line 6, shipment: it is empty.",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shipped": ""}, "needs the day on which it was shipped"),
        (
            {"shipped": "", "delivered": "2026-01-02", "prepared": "2026-01-01"},
            "no day says when it was shipped",
        ),
        (
            {"shipped": "2026-01-02", "delivered": "2026-01-01"},
            "delivered on 2026-01-01, before it was shipped",
        ),
        (
            {"shipped": "2026-01-02", "returned": "2026-01-01"},
            "returned on 2026-01-01, before it was shipped",
        ),
        ({"link": "https://example.com/a", "shipped": "", "delivered": "2026-01-02"}, "has no carrier"),
        (
            {"link": "https://example.com/a", "carrier": "", "number": "", "shipped": ""},
            "needs the day of it",
        ),
        ({"link": "https://me:pass@example.com/a"}, "not an https address"),
        ({"link": "javascript:alert(1)"}, "not an https address"),
        ({"order": ""}, "order: it is empty"),
        ({"number": "9" * 81}, "number: it is longer than 80"),
        ({"title": "x" * 201}, "title: it is longer than 200"),
        ({"order_number": "HC-2"}, "the order has the number 'HC-1' already"),
    ],
)
def test_what_cannot_be_so_is_said(change: dict[str, str], words: str) -> None:
    scene = parcels()
    [said] = scene.wrong(scene.shipped() | change)
    assert words in said


def test_a_dry_run_counts_and_writes_nothing() -> None:
    scene = parcels()
    assert scene.bring(scene.shipped(), is_dry_run=True) == Kept(made_count=1)
    assert scene.rows() == []


def test_said_twice_it_changes_nothing_and_said_otherwise_it_changes() -> None:
    scene = parcels()
    digital = {"order": "HC-1", "shipment": "P-2", "link": "https://example.com/a", "delivered": scene.ago(3)}
    assert scene.bring(scene.shipped(), digital) == Kept(made_count=2)
    before = scene.rows()
    assert scene.bring(scene.shipped(), digital) == Kept(same_count=2)
    assert scene.rows() == before

    assert scene.bring(scene.shipped(delivered=scene.ago(0)), digital) == Kept(changed_count=1, same_count=1)
    assert scene.shipment().delivered_date == scene.today()


def test_an_empty_cell_takes_away_and_a_column_that_is_not_there_says_nothing() -> None:
    scene = parcels()
    scene.bring(scene.shipped(expected=scene.ago(-3)))
    few = csv_of({"order": "HC-1", "shipment": "P-1", "delivered": scene.ago(0)}, columns=COLUMNS_OF_ARRIVAL)
    assert scene.bring_file(few) == Kept(changed_count=1)
    kept = scene.shipment()
    assert (kept.carrier, str(kept.shipped_date), kept.delivered_date) == ("DHL", scene.ago(1), scene.today())

    scene.bring(scene.shipped())
    kept = scene.shipment()
    assert (kept.expected_date, kept.delivered_date) == (None, None)


COLUMNS_OF_ARRIVAL = ("order", "shipment", "delivered")


def test_an_order_is_named_by_its_number_or_its_reference_and_gets_a_number_once() -> None:
    scene = parcels()
    scene.bring(scene.shipped(order="ch_2", order_number="W-7"))
    assert Order.objects.get(id=scene.second.id).number == "W-7"
    assert scene.bring(scene.shipped(order="W-7", order_number="W-7")) == Kept(same_count=1)
    assert "already" in scene.wrong(scene.shipped(order="W-7", order_number="W-8"))[0]


def test_a_shipment_stays_with_its_order() -> None:
    scene = parcels()
    scene.bring(scene.shipped())
    assert scene.wrong(scene.shipped(order="ch_2")) == ["Line 2: 'P-1' is a shipment of another order."]


def test_two_orders_of_one_number_are_told_apart_by_reference() -> None:
    scene = parcels()
    ada = builders.customer(scene.merchant, "Cleo")
    builders.order(ada, builders.connection(scene.merchant), number="HC-1", reference="in_9")
    assert scene.wrong(scene.shipped()) == [
        f"Line 2, order: 'HC-1' is 2 orders: name one of in_9, {scene.first.reference}."
    ]
    assert scene.bring(scene.shipped(order="in_9")).made_count == 1


def test_another_merchants_orders_and_shipments_are_not_known() -> None:
    scene, other = parcels(), parcels("other")
    Order.objects.filter(id=other.first.id).update(number="OT-1")
    other.bring(other.shipped(order="OT-1"))
    assert "no order's number" in scene.wrong(scene.shipped(order="OT-1"))[0]

    assert scene.bring(scene.shipped()) == Kept(made_count=1)
    assert other.shipment().order_id == other.first.id


def test_the_header_is_understood_or_refused() -> None:
    scene = parcels()
    with pytest.raises(FileRefused, match="does not know: colour"):
        scene.bring_file(b"order,shipment,colour\r\n")
    with pytest.raises(FileRefused, match="lacks: shipment"):
        scene.bring_file(b"order\r\n")
    assert scene.bring_file(csv_of(scene.shipped(), delimiter=";")) == Kept(made_count=1)


def test_one_alone_is_kept_by_the_same_verb() -> None:
    scene = parcels()
    wanted = ShipmentWanted(reference="P-1", order=scene.first, told={"prepared_date": scene.today()})
    assert in_transaction(lambda: keep_shipments(merchant=scene.sight(), wanted=[wanted])).made_count == 1
    broken = ShipmentWanted(reference="P-1", order=scene.first, told={"prepared_date": None})
    with pytest.raises(ShipmentRefused, match="P-1: it needs the day"):
        in_transaction(lambda: keep_shipments(merchant=scene.sight(), wanted=[broken]))


def test_the_example_of_the_documentation_is_right() -> None:
    scene = parcels()
    for number in ("SC-000042", "SC-000043"):
        builders.order(builders.customer(scene.merchant, f"C{number}"), account(scene.first), number=number)
    for reference in ("ch_7Hq2", "in_19ak"):
        who = builders.customer(scene.merchant, f"C{reference}")
        builders.order(who, account(scene.first), number="", reference=reference)
    kept = scene.bring_file((DOCS / "shipments-example.csv").read_bytes())
    assert kept == Kept(made_count=5)
    assert Shipment.objects.filter(merchant_id=scene.merchant.id).count() == 5


def test_every_column_stands_in_the_documentation() -> None:
    page = (DOCS / "shipments-csv.md").read_text()
    assert [name for name in COLUMNS if f"| `{name}` |" not in page] == []


def account(of: Order) -> Connection:
    """Give the account of an order."""
    return Connection.objects.get(merchant_id=of.merchant_id, id=of.connection_id or 0)
