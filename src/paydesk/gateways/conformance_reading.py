"""The exam about reading: records are whole, amounts are exact, listings are complete."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from paydesk.gateways.conformance_scene import AMOUNT, ExamScene, expect
from paydesk.gateways.contract import ObjectKind
from paydesk.gateways.records import CollectibleRecord, CollectibleState, Page, Verdict
from paydesk.kit.money import Money, total

Record = TypeVar("Record")

#: With two, no and three decimal places. Some companies take the third place of a dinar only as a zero.
AMOUNTS = (Money(4999, "EUR"), Money(500, "JPY"), Money(1230, "KWD"))
_PAGES_MAX = 10_000


def records_are_whole_and_in_iso_minor_units(scene: ExamScene) -> None:
    """A collectible that was paid says what, when, by what and in which currency, exactly."""
    for amount in AMOUNTS:
        customer = scene.customer()
        reference = scene.paid(customer, amount)
        record = scene.gateway.read_collectible(reference)
        if record is None:
            expect(False, f"{amount}: a collectible that was paid reads as None")
            continue
        expect(record.reference == reference, f"{amount}: it reads under another reference")
        expect(record.customer_reference == customer, f"{amount}: it reads under another customer")
        expect(record.amount == amount, f"paid {amount}, read {record.amount}")
        expect(record.state is CollectibleState.PAID, f"{amount}: paid, and it reads as {record.state}")
        expect(bool(record.title), f"{amount}: it has no title that a customer could read")
        _expect_times(record, str(amount))
        _expect_money(record, amount)


def what_is_listed_reads_the_same_alone(scene: ExamScene) -> None:
    """A listing gives whole records, not a shorter form."""
    customer = scene.customer()
    reference = scene.paid(customer, AMOUNT)
    listed = [
        record for record in _all(scene.gateway.list_history, customer) if record.reference == reference
    ]
    alone = scene.gateway.read_collectible(reference)
    expect(len(listed) == 1, f"a collectible is listed {len(listed)} times")
    expect(bool(listed) and listed[0] == alone, f"listed {listed}, read alone {alone}")


def the_parts_of_a_collectible_add_up(scene: ExamScene) -> None:
    """Lines - discounts + taxes on top - balance = what was owed, to the last minor unit: a receipt shows the sum."""
    customer = scene.customer()
    references = [scene.paid(customer, amount) for amount in AMOUNTS]
    if detailed := scene.in_parts(customer):
        references.append(detailed)
    for reference in references:
        record = scene.gateway.read_collectible(reference)
        expect(record is not None, f"{reference} was made, and reads as None")
        if record is not None:
            expect_sum(record)
            several = len(record.lines) > 1
            expect(several or reference != detailed, f"made of several lines, and it reads as {record.lines}")


def expect_sum(record: CollectibleRecord) -> None:
    """Fail the exam unless the parts add up and are said as they have to be."""
    taxes, balance = record.taxes, record.balance_applied
    amounts = [line.amount for line in (*record.lines, *record.discounts)] + [tax.amount for tax in taxes]
    amounts += [balance] if balance else []
    strange = {amount.currency for amount in amounts} - {record.amount.currency}
    expect(not strange, f"{record.amount} is made of parts in {strange}")
    if record.lines:
        come_to = sum(line.amount.minor for line in record.lines)
        come_to -= sum(discount.amount.minor for discount in record.discounts)
        come_to += sum(tax.amount.minor for tax in taxes if not tax.is_included)
        come_to -= balance.minor if balance else 0
        expect(come_to == record.amount.minor, f"the parts of {record.amount} come to {come_to}: {record}")
    expect(all(part.amount.minor > 0 for part in record.discounts), "a discount is said as it is: above zero")
    expect(all(_is_percentage(tax.percentage) for tax in taxes), "a percentage is a decimal text, or empty")


def history_is_listed_completely_and_once(scene: ExamScene) -> None:
    """Page after page, by cursor: nothing is missing, nothing comes twice."""
    customer, wanted = scene.long_history()
    expect(bool(scene.gateway.list_history(customer).next_cursor), "a long history has more than one page")
    listed = [record.reference for record in _all(scene.gateway.list_history, customer)]
    expect(len(listed) == len(set(listed)), "a collectible is listed twice")
    missing = set(wanted) - set(listed)
    expect(
        not missing,
        f"{len(missing)} of {len(wanted)} collectibles are not listed, such as {sorted(missing)[:3]}",
    )


def customers_are_listed_completely_and_in_one_order(scene: ExamScene) -> None:
    """An import goes on where it was, so the order is the same each time."""
    made = {scene.customer() for _ in range(3)}
    once, twice = (
        [
            record.reference
            for record in _all(lambda _, cursor: scene.gateway.list_customers(cursor=cursor), "")
        ]
        for _ in range(2)
    )
    expect(once == twice, "customers are listed in another order the second time")
    expect(len(once) == len(set(once)), "a customer is listed twice")
    expect(made <= set(once), f"customers are missing in the listing: {made - set(once)}")


def a_customer_reads_with_address_and_name(scene: ExamScene) -> None:
    """Links are made by the exact address, so it is read as the company has it."""
    reference = scene.customer()
    record = scene.gateway.read_customer(reference)
    expect(record is not None and record.reference == reference, f"a customer reads as {record}")
    expect(
        record is not None and "@" in record.email and bool(record.name),
        f"address or name is missing: {record}",
    )
    expect(record is not None and not record.is_deleted, "a customer who is there reads as deleted")


def methods_show_no_more_than_they_may(scene: ExamScene) -> None:
    """Brand, the last four digits and the expiry; never a number."""
    customer = scene.customer()
    reference = scene.good_method(customer)
    found = [method for method in scene.gateway.list_methods(customer) if method.reference == reference]
    expect(len(found) == 1, f"a saved method is listed {len(found)} times")
    for method in found:
        expect(len(method.last_four) in (0, 4), f"more than the last four digits: {method.last_four!r}")
        month = method.expires_month
        expect(month is None or 1 <= month <= 12, f"a card expires in month {month}")
        year = method.expires_year
        expect(year is None or 2000 < year < 2200, f"a card expires in the year {year}")


def what_the_company_does_not_know_reads_as_none(scene: ExamScene) -> None:
    """An object that a webhook names may not be there yet: that is None, and is tried again."""
    readers: Sequence[tuple[ObjectKind, Callable[[str], object]]] = [
        (ObjectKind.CUSTOMER, scene.gateway.read_customer),
        (ObjectKind.COLLECTIBLE, scene.gateway.read_collectible),
        (ObjectKind.SUBSCRIPTION, scene.gateway.read_subscription),
        (ObjectKind.DISPUTE, scene.gateway.read_dispute),
        (ObjectKind.REFUND, lambda reference: scene.gateway.find_refund(reference=reference)),
    ]
    for kind, read in readers:
        found = read(scene.unknown(kind))
        expect(found is None, f"a {kind} that the company does not know reads as {found}")


PARTS = [
    records_are_whole_and_in_iso_minor_units,
    what_is_listed_reads_the_same_alone,
    the_parts_of_a_collectible_add_up,
    history_is_listed_completely_and_once,
    methods_show_no_more_than_they_may,
    what_the_company_does_not_know_reads_as_none,
]

CUSTOMER_PARTS = [customers_are_listed_completely_and_in_one_order, a_customer_reads_with_address_and_name]


def _all(list_page: Callable[..., Page[Record]], customer: str) -> list[Record]:
    """Read a listing page by page to its end."""
    found: list[Record] = []
    cursor = ""
    for _ in range(_PAGES_MAX):
        page = list_page(customer, cursor=cursor)
        found += page.records
        if not page.next_cursor:
            return found
        expect(page.next_cursor != cursor, "a cursor leads to its own page")
        cursor = page.next_cursor
    expect(False, "a listing does not end")
    return found


def _is_percentage(text: str) -> bool:
    return not text or re.fullmatch(r"\d+(\.\d+)?", text) is not None


def _expect_times(record: CollectibleRecord, when: str) -> None:
    times: list[datetime | None] = [record.created_at, record.due_at, record.paid_at]
    times += [attempt.created_at for attempt in record.attempts]
    for moment in times:
        in_utc = moment is not None and moment.tzinfo is not None and moment.utcoffset() == timedelta(0)
        expect(in_utc, f"{when}: a time is missing or not in UTC: {moment}")
        expect(
            moment is None or moment > datetime(2000, 1, 1, tzinfo=UTC), f"{when}: a time is off: {moment}"
        )


def _expect_money(record: CollectibleRecord, amount: Money) -> None:
    if record.lines:
        summed = total((line.amount for line in record.lines), currency=amount.currency)
        expect(summed == amount, f"the lines of {amount} add up to {summed}")
    taken = [attempt.outcome for attempt in record.attempts if attempt.outcome.verdict is Verdict.SUCCEEDED]
    expect(
        [outcome.amount for outcome in taken] == [amount],
        f"{amount} was paid by one charge, and reads as {taken}",
    )
    expect(all(outcome.reference for outcome in taken), f"{amount}: the charge has no reference")
