"""The rules of a statement, without a database: what stands, what is a part, which paper proves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from paydesk.billing.receipts.statements.facts import Bill, Facts, Move, OpenDispute
from paydesk.billing.receipts.statements.statement import Line, standing, statement_of

MARCH, MAY = datetime(2025, 3, 3, tzinfo=UTC), datetime(2025, 5, 5, tzinfo=UTC)


def a_move(kind: str = "charge", reference: str = "ch_1", at: datetime = MARCH, **changes: Any) -> Move:
    """Give EUR 49.00 that moved in March."""
    move = Move(1, kind, reference, at, 7, 4900, "EUR")
    return move._replace(**changes)


def a_bill(**changes: Any) -> Bill:
    """Give the bill that it paid, without a receipt."""
    return Bill(7, "p7", "Studio", "INV-7", 4900, None, None, None, None, None, None)._replace(**changes)


def lines_of(
    *moves: Move, bills: list[Bill] | None = None, disputes: list[OpenDispute] | None = None
) -> list[Line]:
    """List the lines of all months."""
    facts = Facts(list(moves), bills or [a_bill()], disputes or [])
    made = statement_of(facts, year=2025, zone=ZoneInfo("UTC"))
    return [line for table in made.tables for month in table.months for line in month.lines]


def test_what_was_undone_in_the_same_moment_is_left_out() -> None:
    charge, lost = a_move(), a_move("dispute", "dp_2")
    there_and_back = [a_move("refund", "re_1"), a_move("refund_reversal", "re_1"),
                      a_move("dispute", "dp_1"), a_move("reversal", "dp_1")]  # fmt: skip
    assert standing([charge, *there_and_back, lost]) == [charge, lost]


def test_what_was_undone_later_is_told_twice() -> None:
    moves = [a_move("dispute", "dp_1"), a_move("reversal", "dp_1", MAY)]
    assert standing(moves) == moves
    assert [(line.kind, line.amount_minor) for line in lines_of(*moves)] == [
        ("dispute", -4900),
        ("reversal", 4900),
    ]


def test_a_reference_of_another_company_is_another_thing() -> None:
    moves = [a_move("refund", "re_1"), a_move("refund_reversal", "re_1", connection_id=2)]
    assert standing(moves) == moves


def test_a_part_says_of_what() -> None:
    [half, whole] = lines_of(a_move(amount_minor=2000), a_move(reference="ch_2"))
    assert (half.whole_minor, whole.whole_minor) == (4900, 0)
    assert lines_of(a_move("refund", amount_minor=100))[0].whole_minor == 0


def test_a_payment_of_a_subscription_goes_by_its_name() -> None:
    [line] = lines_of(a_move(), bills=[a_bill(subscription_name="Club")])
    assert (line.name, line.title) == ("Club", "Studio")
    [line] = lines_of(a_move(), bills=[a_bill(subscription_name="Studio")])
    assert (line.name, line.title) == ("Studio", "")


def test_the_latest_version_of_a_receipt_and_the_note_of_each_refund_are_named() -> None:
    bills = [
        a_bill(receipt_kind="receipt", receipt_number=9, receipt_version=2),
        a_bill(receipt_kind="receipt", receipt_number=4, receipt_version=1),
        a_bill(receipt_kind="refund", receipt_number=5, receipt_version=1, refund_reference="re_1"),
    ]
    moves = [a_move(), a_move("refund", "re_1"), a_move("refund", "re_2"), a_move("dispute", "dp_1")]
    assert [line.receipt_number for line in lines_of(*moves, bills=bills)] == [9, 5, None, None]


def test_a_dispute_that_is_not_decided_says_so() -> None:
    moves = [a_move("dispute", "dp_1"), a_move("dispute", "dp_2")]
    assert [line.kind for line in lines_of(*moves, disputes=[OpenDispute(1, "dp_2")])] == [
        "dispute",
        "undecided",
    ]


def test_each_currency_has_a_table_and_each_month_its_sums() -> None:
    moves = [a_move(), a_move("refund", "re_1", amount_minor=900), a_move(reference="ch_2", at=MAY, amount_minor=100),
             a_move(reference="ch_3", currency="JPY", amount_minor=5)]  # fmt: skip
    made = statement_of(Facts(moves, [a_bill()], []), year=2025, zone=ZoneInfo("UTC"))
    assert [(table.currency, tuple(table.sums), table.sums.total_minor) for table in made.tables] == [
        ("EUR", (5000, 900), 4100),
        ("JPY", (5, 0), 5),
    ]
    assert [(str(month.first), tuple(month.sums)) for month in made.tables[0].months] == [
        ("2025-03-01", (4900, 900)),
        ("2025-05-01", (100, 0)),
    ]
    assert made.lines_count == 4
