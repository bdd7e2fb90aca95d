"""What an invoice's amount is made of adds up, whatever is in it; whom it is made out to."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.gateways.records import (
    BillingDetails,
    CollectibleRecord,
    CollectibleState,
    LineRecord,
    SettledBy,
    TaxRecord,
)
from paydesk.gateways.stripe.amounts import from_stripe
from paydesk.gateways.stripe.collectibles import charge_record, invoice_record
from paydesk.kit.money import Money

Object = dict[str, Any]
STATES = ("open", "paid", "void", "uncollectible")


@dataclass(kw_only=True)
class Bill:
    """A bill in the words of a merchant, and Stripe's arithmetic of it; amounts as Stripe writes them."""

    lines: list[int] = field(default_factory=lambda: [1000])
    discounts: list[int] = field(default_factory=list)
    granted: int = 0
    on_top: list[int] = field(default_factory=list)
    included: list[int] = field(default_factory=list)
    shipping: int = 0
    shipping_tax: int = 0
    taxes_name_shipping: bool = True
    starting_balance: int = 0  # below zero: the customer has credit
    credit_note: int = 0
    currency: str = "eur"
    status: str = "open"

    @property
    def total(self) -> int:
        taken = sum(self.discounts) + self.granted
        return sum(self.lines) - taken + sum(self.on_top) + self.shipping + self.shipping_tax

    @property
    def due(self) -> int:
        """What is charged: with the balance, above Stripe's minimum, less what was credited before."""
        asked = max(self.total + self.starting_balance, 0) if self.total > 0 else 0
        return max((asked if asked >= 50 else 0) - self.credit_note, 0)

    def invoice(self, **changed: Any) -> Object:
        taxes = [tax(amount, "exclusive") for amount in self.on_top]
        taxes += [tax(amount, "inclusive") for amount in self.included]
        if self.shipping_tax and self.taxes_name_shipping:
            taxes.append(tax(self.shipping_tax, "exclusive"))
        named = [{"id": f"di_{place}", "source": {"coupon": None}} for place, _ in enumerate(self.discounts)]
        found: Object = {
            "id": "in_1",
            "object": "invoice",
            "status": self.status,
            "created": 1790000000,
            "customer": "cus_1",
            "currency": self.currency,
            "lines": {"data": [line(amount, self.currency) for amount in self.lines]},
            "discounts": named,
            "total_discount_amounts": [
                {"amount": amount, "discount": f"di_{place}"} for place, amount in enumerate(self.discounts)
            ],
            "total_pretax_credit_amounts": pretax(self.discounts, self.granted),
            "total_taxes": taxes,
            "shipping_cost": {
                "amount_subtotal": self.shipping,
                "amount_tax": self.shipping_tax,
                "amount_total": self.shipping + self.shipping_tax,
            },
            "pre_payment_credit_notes_amount": self.credit_note,
            "starting_balance": self.starting_balance,
            "total": self.total,
            "amount_due": self.due,
            "amount_remaining": self.due if self.status == "open" else 0,
        }
        return found | changed

    def record(self, **changed: Any) -> CollectibleRecord:
        return invoice_record(self.invoice(**changed), [])


def line(amount: int, currency: str) -> Object:
    return {"amount": amount, "currency": currency, "description": "1 × Pro (at €10.00 / month)"}


def tax(amount: int, behaviour: str) -> Object:
    return {"amount": amount, "tax_behavior": behaviour, "tax_rate_details": {"tax_rate": "txr_1"}}


def pretax(discounts: list[int], granted: int) -> list[Object]:
    """Stripe lists discounts here once more, together with what credit grants took."""
    grants = [{"type": "credit_balance_transaction", "amount": granted}]
    return [{"type": "discount", "amount": amount} for amount in discounts] + grants


def added_up(record: CollectibleRecord) -> int:
    lines = sum(one.amount.minor for one in record.lines)
    discounts = sum(one.amount.minor for one in record.discounts)
    on_top = sum(one.amount.minor for one in record.taxes if not one.is_included)
    balance = record.balance_applied.minor if record.balance_applied else 0
    return lines - discounts + on_top - balance


def few(amounts: st.SearchStrategy[int]) -> st.SearchStrategy[list[int]]:
    return st.lists(amounts, max_size=3)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """Bills of every kind; Stripe takes króna and shilling only in whole hundreds."""
    currency = draw(st.sampled_from(["eur", "jpy", "kwd", "mga", "isk", "ugx"]))
    step = 100 if currency in ("isk", "ugx") else 1
    amounts = st.integers(0, 500).map(lambda amount: amount * step)
    bill = Bill(
        lines=draw(st.lists(st.integers(-300, 5000).map(lambda amount: amount * step), min_size=1)),
        discounts=draw(few(amounts)),
        granted=draw(amounts),
        on_top=draw(few(amounts)),
        included=draw(few(amounts)),
        shipping=draw(amounts),
        shipping_tax=draw(amounts),
        taxes_name_shipping=draw(st.booleans()),
        starting_balance=draw(st.integers(-6000, 600)) * step,
        currency=currency,
        status=draw(st.sampled_from(STATES)),
    )
    bill.credit_note = draw(st.integers(0, bill.due // step)) * step
    return bill


@given(bill=bills())
def test_the_parts_of_every_bill_add_up_to_what_is_asked_for(bill: Bill) -> None:
    record = bill.record()

    assert len(record.lines) >= len(bill.lines)
    assert added_up(record) == record.amount.minor
    if bill.due:
        assert record.amount == from_stripe(bill.due, bill.currency)
    assert all(one.amount.minor > 0 for one in record.discounts)


@given(bill=bills(), extra=st.integers(1, 900).map(lambda amount: amount * 100))
def test_parts_that_do_not_add_up_are_not_shown(bill: Bill, extra: int) -> None:
    """Something that we do not know is in the total: then no part is told, rather than a sum that is wrong."""
    record = bill.record(total=bill.total + extra * 10_000)

    assert (record.lines, record.discounts, record.taxes) == ((), (), ())
    assert record.balance_applied is None
    assert record.title == "Pro"


@pytest.mark.parametrize(
    ("bill", "amount", "balance", "settled"),
    [
        (Bill(), 1000, None, SettledBy.EXTERNAL),
        (Bill(lines=[0]), 0, None, SettledBy.ZERO),
        (Bill(lines=[1000, -1500]), 0, -500, SettledBy.ZERO),
        (Bill(discounts=[1000]), 0, None, SettledBy.ZERO),
        (Bill(starting_balance=-1000), 1000, None, SettledBy.BALANCE),
        (Bill(starting_balance=-400), 600, 400, SettledBy.EXTERNAL),
        (Bill(starting_balance=300), 1300, -300, SettledBy.EXTERNAL),
        (Bill(lines=[30]), 30, None, SettledBy.BALANCE),
        (Bill(credit_note=400), 600, None, SettledBy.EXTERNAL),
        (Bill(credit_note=1000), 0, None, SettledBy.ZERO),
        (Bill(starting_balance=-400, credit_note=600), 400, None, SettledBy.BALANCE),
    ],
    ids=[
        "outside Stripe",
        "free",
        "more credit than debt",
        "a coupon for all of it",
        "balance",
        "balance in part",
        "an old debt with it",
        "below the minimum",
        "a credit note",
        "a credit note for all of it",
        "balance and a credit note",
    ],
)
def test_a_paid_bill_without_a_charge_says_what_paid_it(
    bill: Bill, amount: int, balance: int | None, settled: SettledBy
) -> None:
    bill.status = "paid"
    record = bill.record()

    assert (record.state, record.settled_by) == (CollectibleState.PAID, settled)
    assert record.amount == Money(amount, "EUR")
    assert record.balance_applied == (None if balance is None else Money(balance, "EUR"))
    assert added_up(record) == amount


def test_a_credit_note_after_the_payment_changes_nothing_that_was_paid() -> None:
    bill = Bill(status="paid")

    assert bill.record(post_payment_credit_notes_amount=400) == bill.record()


def test_discounts_and_taxes_have_the_names_that_stripe_gives_them() -> None:
    bill = Bill(discounts=[200, 50], granted=100, on_top=[124], included=[7], credit_note=10)
    spring = {"id": "di_0", "source": {"coupon": {"id": "co_1", "name": "Spring"}}}
    rates = {"txr_1": {"id": "txr_1", "display_name": "VAT", "percentage": 20.0}}

    record = invoice_record(bill.invoice(discounts=[spring]), [], (), rates)

    assert [(one.title, one.amount.minor) for one in record.discounts] == [
        ("Spring", 200),
        ("", 50),
        ("Credit", 100),
        ("Credit note", 10),
    ]
    assert record.taxes == [
        TaxRecord(title="VAT", amount=Money(124, "EUR"), percentage="20"),
        TaxRecord(title="VAT", amount=Money(7, "EUR"), percentage="20", is_included=True),
    ]
    assert record.lines == [LineRecord(title="Pro", amount=Money(1000, "EUR"))]


@pytest.mark.parametrize(
    ("rate", "written"),
    [
        ({"percentage": 7.7}, "7.7"),
        ({"percentage": 8.875}, "8.875"),
        ({"percentage": 9.5, "effective_percentage": 6.0}, "6"),
        ({"percentage": 0.0}, ""),
        ({}, ""),
    ],
)
def test_a_percentage_is_written_as_people_write_it(rate: Object, written: str) -> None:
    record = invoice_record(Bill(on_top=[100]).invoice(), [], (), {"txr_1": rate})

    assert [one.percentage for one in record.taxes] == [written]


def test_a_bill_is_made_out_to_whom_stripe_says() -> None:
    ada = BillingDetails(
        name="Ada Example",
        email="ada@example.com",
        street=("Kai 1", "2nd floor"),
        city="Hamburg",
        region="HH",
        postal_code="20457",
        country="DE",
        tax_ids=("DE123456789",),
    )
    address = {"line1": "Kai 1", "line2": "2nd floor", "city": "Hamburg", "state": "HH"}
    address |= {"postal_code": "20457", "country": "DE"}
    named: Object = {"customer_name": ada.name, "customer_email": ada.email, "customer_address": address}
    charge = {"id": "ch_1", "status": "succeeded", "amount": 100, "currency": "eur", "created": 1790000000}
    entered = {"name": ada.name, "email": ada.email, "address": address, "tax_id": "DE123456789"}

    invoiced = Bill().record(**named, customer_tax_ids=[{"type": "eu_vat", "value": "DE123456789"}])
    alone = charge_record({**charge, "billing_details": entered})

    assert invoiced.billing == alone.billing == ada
    assert Bill().record(customer_address={"line1": None}).billing is None


def test_an_open_invoice_of_which_a_part_is_paid_is_due_and_has_not_failed() -> None:
    part: Object = {"id": "ch_1", "status": "succeeded", "amount": 400, "currency": "eur"}
    part |= {"created": 1790000000, "captured": True, "amount_captured": 400}
    declined = {**part, "id": "ch_2", "status": "failed", "failure_code": "card_declined"}
    invoice = Bill().invoice(attempted=True)

    assert invoice_record(invoice, [part]).state == CollectibleState.DUE
    assert invoice_record(invoice, [part, declined]).state == CollectibleState.FAILED
    assert invoice_record(invoice, []).state == CollectibleState.FAILED
    paid = invoice_record({**invoice, "status": "paid"}, [part, {**part, "id": "ch_3", "amount": 600}])
    assert paid.settled_by == SettledBy.ATTEMPT
    assert [one.reference for one in paid.attempts] == ["ch_1", "ch_3"]
