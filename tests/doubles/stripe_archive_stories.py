"""What happened to one bill of the archive: a table from the number of a story to how it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.doubles import stripe_archive_money as money
from tests.doubles import stripe_archive_shapes as shapes
from tests.doubles.stripe_archive_shapes import DAY, Object

#: How many there are to tell.
STORIES = 40
VAT = "txr_vat"


@dataclass(frozen=True, kw_only=True)
class Story:
    """A bill with its charges, oldest first, and the disputes of them."""

    invoice: Object
    charges: Sequence[Object] = ()
    disputes: Sequence[Object] = ()


@dataclass(frozen=True, kw_only=True)
class _Bill:
    """What a story is told about; `reference` is the invoice's without its prefix."""

    customer: Object
    subscription: str | None
    reference: str
    currency: str
    created: int

    def lines(self) -> list[Object]:
        """Two things, in steps of ten, as three decimals want it."""
        named = (("1 × Open studio (at €19.00 / month)", 1900), ("Clay, 5 kg", 450))
        return [
            shapes.line(
                f"il_{self.reference}_{place}",
                invoice=f"in_{self.reference}",
                title=title,
                amount=amount + 10 * (int(self.reference[-3:]) % 50),
                currency=self.currency,
                created=self.created,
                quantity=1 + place,
            )
            for place, (title, amount) in enumerate(named)
        ]

    def total(self) -> int:
        return sum(int(line["amount"]) for line in self.lines())

    def charge(self, place: int = 0, **changed: Any) -> Object:
        given = {
            "customer": self.customer["id"],
            "intent": f"pi_{self.reference}",
            "amount": self.total(),
            "currency": self.currency,
            "created": self.created + 3600 + 3 * DAY * place,
        }
        return money.charge(f"ch_{self.reference.replace('x', '_')}_{place}", **(given | changed))

    def refund(self, place: int, amount: int, status: str = "succeeded") -> Object:
        return money.refund(
            f"re_{self.reference}_{place}",
            charge=f"ch_{self.reference.replace('x', '_')}_0",
            amount=amount,
            currency=self.currency,
            created=self.created + 5 * DAY + place,
            status=status,
        )

    def invoice(self, charges: Sequence[Object] = (), **changed: Any) -> Object:
        """Name the intents of its charges; `paid_at` follows from the last that succeeded."""
        intents = dict.fromkeys(charge["payment_intent"] for charge in charges)
        payments = [self._payment(place, intent, charges) for place, intent in enumerate(intents)]
        return shapes.invoice(
            f"in_{self.reference}",
            customer=self.customer,
            subscription=self.subscription,
            lines=self.lines(),
            currency=self.currency,
            created=self.created,
            payments=payments,
            **changed,
        )

    def paid(self, charges: Sequence[Object] = (), **changed: Any) -> Object:
        moments = {"finalized_at": self.created, "paid_at": self.created + 3600, "voided_at": None}
        whole = {"status": "paid", "status_transitions": moments | {"marked_uncollectible_at": None}}
        return self.invoice(charges, **(whole | {"amount_paid": self.total()} | changed))

    def _payment(self, place: int, intent: str, charges: Sequence[Object]) -> Object:
        paid = [one for one in charges if one["payment_intent"] == intent and one["paid"]]
        return money.invoice_payment(
            f"inpay_{self.reference}_{place}",
            invoice=f"in_{self.reference}",
            intent=intent,
            amount=paid[-1]["amount"] if paid else self.total(),
            currency=self.currency,
            created=self.created,
            is_paid=bool(paid),
        )


def tell(number: int, **about: Any) -> Story:
    """Tell the story with this number, of forty; those without one of their own are paid at once."""
    return _STORIES.get(number, _paid)(_Bill(**about))


def _paid(bill: _Bill) -> Story:
    charges = [bill.charge()]
    return Story(invoice=bill.paid(charges), charges=charges)


def _failed(bill: _Bill) -> Story:
    charges = [bill.charge(place, failure="insufficient_funds") for place in range(2)]
    again = {"amount_remaining": bill.total(), "next_payment_attempt": bill.created + 9 * DAY}
    return Story(invoice=bill.invoice(charges, attempt_count=2, **again), charges=charges)


def _void(bill: _Bill) -> Story:
    return Story(invoice=bill.invoice(status="void"))


def _uncollectible(bill: _Bill) -> Story:
    charges = [bill.charge(failure="expired_card")]
    return Story(invoice=bill.invoice(charges, status="uncollectible"), charges=charges)


def _by_balance(bill: _Bill) -> Story:
    return Story(invoice=bill.paid(amount_due=0, amount_paid=0, starting_balance=-bill.total()))


def _elsewhere(bill: _Bill) -> Story:
    return Story(invoice=bill.paid(attempted=False))


def _zero(bill: _Bill) -> Story:
    """Something that was free."""
    nothing: Object = dict.fromkeys(
        ("amount_due", "amount_paid", "total", "subtotal", "total_excluding_tax"), 0
    )
    invoice = bill.paid(**nothing)
    free = [line | {"amount": 0, "subtotal": 0} for line in bill.lines()]
    return Story(invoice=invoice | {"lines": shapes.listing(free)})


def _draft(bill: _Bill) -> Story:
    return Story(invoice=bill.invoice(status="draft", number=None, attempted=False))


def _second_try(bill: _Bill) -> Story:
    charges = [bill.charge(failure="do_not_honor"), bill.charge(1)]
    return Story(invoice=bill.paid(charges), charges=charges)


def _part_back(bill: _Bill) -> Story:
    charges = [bill.charge(refunds=[bill.refund(0, 500)])]
    return Story(invoice=bill.paid(charges), charges=charges)


def _all_back(bill: _Bill) -> Story:
    refunds = [
        bill.refund(2, 700),
        bill.refund(1, bill.total() - 700),
        bill.refund(0, 700, status="failed"),
    ]
    charges = [bill.charge(refunds=refunds)]
    return Story(invoice=bill.paid(charges), charges=charges)


def _disputed(status: str) -> Callable[[_Bill], Story]:
    def told(bill: _Bill) -> Story:
        charges = [bill.charge(disputed=True)]
        taken = money.dispute(
            f"dp_{bill.reference}",
            charge=charges[0]["id"],
            amount=bill.total(),
            currency=bill.currency,
            created=bill.created + 20 * DAY,
            status=status,
        )
        return Story(invoice=bill.paid(charges), charges=charges, disputes=[taken])

    return told


def _taxed(bill: _Bill) -> Story:
    """A discount of 200, and a tax on what is left of it."""
    net = bill.total() - 200
    tax = net * 19 // 100 // 10 * 10
    taxes = {
        "amount": tax,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": VAT},
        "taxability_reason": "standard_rated",
        "taxable_amount": net,
        "type": "tax_rate_details",
    }
    charges = [bill.charge(amount=net + tax)]
    whole = dict.fromkeys(("total", "amount_due", "amount_paid"), net + tax)
    return Story(
        invoice=bill.paid(
            charges,
            total_taxes=[taxes],
            total_discount_amounts=[{"amount": 200, "discount": "di_1"}],
            discounts=["di_1"],
            **whole,
        ),
        charges=charges,
    )


def _two_payments(bill: _Bill) -> Story:
    half = bill.total() // 20 * 10
    charges = [
        bill.charge(amount=half, intent=f"pi_{bill.reference}_a"),
        bill.charge(1, amount=bill.total() - half, intent=f"pi_{bill.reference}_b"),
    ]
    return Story(invoice=bill.paid(charges), charges=charges)


def _one_off(bill: _Bill) -> Story:
    return _paid(replace(bill, subscription=None))


_STORIES: dict[int, Callable[[_Bill], Story]] = {
    0: _failed,
    1: _void,
    2: _uncollectible,
    3: _by_balance,
    4: _elsewhere,
    5: _zero,
    6: _draft,
    7: _second_try,
    8: _part_back,
    9: _all_back,
    10: _disputed("lost"),
    11: _disputed("won"),
    12: _disputed("warning_needs_response"),
    13: _taxed,
    14: _two_payments,
    15: _one_off,
}
