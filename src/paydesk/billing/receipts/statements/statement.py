"""Add a year of facts up: by currency and month, what was paid and what went back. No database is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.statements.facts import Bill, Facts, Move, OpenDispute
from paydesk.billing.receipts.statements.kinds import PAID, UNDOES, UNDONE_BY, sign_of

#: The kind of a line about a dispute that the bank has not decided yet.
UNDECIDED = "undecided"


class Line(NamedTuple):
    """One thing that moved money. `amount_minor` is negative for what went back to the customer.

    `name`: the subscription or payment plan, else the payment's title; `title`: of the payment, where it is another.
    `whole_minor`: what the whole payment came to, of which this is a part; else 0.
    """

    day: date
    kind: str
    amount_minor: int
    name: str
    title: str
    number: str
    receipt_number: int | None
    whole_minor: int
    payment_public_id: str


class Sums(NamedTuple):
    """Minor units of one currency, neither of them negative but where more came back than had gone."""

    paid_minor: int
    back_minor: int

    @property
    def total_minor(self) -> int:
        """Give what the customer has paid after all."""
        return self.paid_minor - self.back_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """`first` is the month's first day."""

    first: date
    lines: list[Line]
    sums: Sums


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """The months of one currency in which something moved."""

    currency: str
    months: list[Month]
    sums: Sums


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A year of the merchant's zone. Without tables, nothing moved."""

    year: int
    tables: list[Table]

    @property
    def lines_count(self) -> int:
        """Say how long it is."""
        return sum(len(month.lines) for table in self.tables for month in table.months)


def statement_of(facts: Facts, *, year: int, zone: ZoneInfo) -> Statement:
    """Make the statement of the facts of one year."""
    by_currency: dict[str, list[Line]] = defaultdict(list)
    write = _Clerk(facts, zone)
    for move in standing(facts.moves):
        by_currency[move.currency].append(write.line(move))
    return Statement(year=year, tables=[_table(*named) for named in sorted(by_currency.items())])


def standing(moves: Sequence[Move]) -> list[Move]:
    """Leave out what was undone as of the moment at which it was done: it never reached the customer.

    A refund that failed and a dispute that was won are in the books twice, there and back.
    """
    done = {_what(move, move.kind) for move in moves if move.kind in UNDONE_BY}
    undone = {_what(move, UNDOES[move.kind]) for move in moves if move.kind in UNDOES} & done
    return [move for move in moves if _what(move, UNDOES.get(move.kind, move.kind)) not in undone]


def _what(move: Move, kind: str) -> tuple[object, ...]:
    return kind, move.connection_id, move.reference, move.occurred_at, move.amount_minor, move.currency


class _Clerk:
    """Keeps what each line needs at hand: the bills, the numbers of receipts and notes, the days."""

    def __init__(self, facts: Facts, zone: ZoneInfo) -> None:
        self._zone = zone
        self._bills = {bill.payment_id: bill for bill in facts.bills}
        self._numbers = numbers_of(facts.bills)
        self._undecided = set(facts.open_disputes)

    def line(self, move: Move) -> Line:
        bill = self._bills[move.payment_id]
        name = bill.subscription_name or bill.title
        is_part = move.kind in PAID and move.amount_minor < bill.amount_minor
        return Line(
            day=self._day(move.occurred_at),
            kind=self._kind(move),
            amount_minor=sign_of(move.kind) * move.amount_minor,
            name=name,
            title="" if bill.title == name else bill.title,
            number=bill.number,
            receipt_number=self._numbers.get(_paper_of(move)),
            whole_minor=bill.amount_minor if is_part else 0,
            payment_public_id=bill.public_id,
        )

    def _kind(self, move: Move) -> str:
        is_open = OpenDispute(move.connection_id, move.reference) in self._undecided
        return UNDECIDED if move.kind == "dispute" and is_open else move.kind

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()


#: Which paper proves a move: its kind, the payment, and the reference of what went back.
_Paper = tuple[str, int, str]
_NOTE_OF = {
    "refund": Receipt.Kind.REFUND.value,
    "refund_reversal": Receipt.Kind.REFUND_FAILED.value,
    "dispute": Receipt.Kind.DISPUTE.value,
    "reversal": Receipt.Kind.DISPUTE_WON.value,
}


def _paper_of(move: Move) -> _Paper:
    note = _NOTE_OF.get(move.kind)
    return (note, move.payment_id, move.reference) if note else ("receipt", move.payment_id, "")


def numbers_of(bills: Iterable[Bill]) -> dict[_Paper, int]:
    """Find the number of each receipt and note; of a receipt's versions, the latest one counts."""
    found: dict[_Paper, int] = {}
    for bill in sorted(bills, key=lambda bill: bill.receipt_version or 0):
        if bill.receipt_kind is not None and bill.receipt_number is not None:
            about = bill.refund_reference or bill.dispute_reference or ""
            found[bill.receipt_kind, bill.payment_id, about] = bill.receipt_number
    return found


def _table(currency: str, lines: list[Line]) -> Table:
    months = [
        Month(first=first, lines=(kept := list(found)), sums=_sums(kept))
        for first, found in groupby(lines, key=lambda line: line.day.replace(day=1))
    ]
    return Table(currency=currency, months=months, sums=_sums(lines))


def _sums(lines: Iterable[Line]) -> Sums:
    paid_minor = back_minor = 0
    for line in lines:
        if line.kind in PAID:
            paid_minor += line.amount_minor
        else:
            back_minor -= line.amount_minor
    return Sums(paid_minor, back_minor)
