"""Compare what a company says of some customers with what the books have of them, once all that is safe was mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments.mirrored.unknown_marks import marked_charge
from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.restate import UNPAID
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import CollectibleRecord, CollectibleState
from paydesk.kit.money import Money
from paydesk.merchants.models import Connection
from paydesk.sync.read_ahead import Readers
from paydesk.sync.reconciliation.books import Books
from paydesk.sync.reconciliation.differences import Difference, Kind
from paydesk.sync.reconciliation.money_facts import Fact, Moved, facts_said

#: Money that moves while customers are read is not there on both sides yet; two clocks differ a little as well.
_MOVES_WITHIN = timedelta(minutes=5)
_UNPAID_THERE = {CollectibleState.DUE, CollectibleState.PROCESSING, CollectibleState.FAILED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """Two sides of some customers: the company's records, and the books.

    Of what happened after `until` nothing is said: a company may list a charge later (`LISTING_LAG`).
    """

    wholes: Sequence[WholeCustomer]
    # What the company lists for none of them, and knows all the same when it is asked by name.
    named: Sequence[CollectibleRecord]
    books: Books
    until: datetime

    def records(self) -> list[CollectibleRecord]:
        return [*(record for whole in self.wholes for record in whole.collectibles), *self.named]

    def said(self) -> dict[Moved, Fact]:
        """List what the company says has moved, dated as the ledger dates it where it has it."""
        kept = self.books.kept
        return {
            moved: fact
            for moved, fact in facts_said(self.records()).items()
            if (kept[moved].at if moved in kept else fact.at) <= self.until
        }

    def kept(self) -> dict[Moved, Fact]:
        """List what the ledger has of it."""
        return {moved: fact for moved, fact in self.books.kept.items() if fact.at <= self.until}


def told_until(gateway: Gateway, asked_at: datetime) -> datetime:
    """Say until when all that moved is surely listed on both sides."""
    return asked_at - gateway.LISTING_LAG - _MOVES_WITHIN


def sides_of(gateway: Gateway, wholes: Sequence[WholeCustomer], books: Books, *, readers: Readers) -> Sides:
    """Ask the company by name for whatever the books have and its lists lack.

    Call outside of any transaction. Raises GatewayUnreachable, GatewayRefused.
    """
    asked_at = min(whole.asked_at for whole in wholes)
    until = told_until(gateway, asked_at)
    listed = Sides(wholes=wholes, named=(), books=books, until=until)
    named = list(readers.collectibles(dict.fromkeys(_to_ask_for(listed))))
    return Sides(wholes=wholes, named=named, books=books, until=until)


def _to_ask_for(sides: Sides) -> Iterator[str]:
    yield from (payment.reference for payment in _unlisted(sides))
    payments = {payment.id: payment for payment in sides.books.payments()}
    said = sides.said()
    for moved, fact in sides.kept().items():
        payment = payments.get(fact.payment_id)
        if payment is not None and moved not in said:
            yield from _charges_of(payment, moved, sides.books) if payment.is_ours else [payment.reference]


def _charges_of(payment: Payment, moved: Moved, books: Books) -> list[str]:
    """A charge of ours stands alone at its company; what went back of it is told with it."""
    if moved.kind == LedgerEntry.Kind.CHARGE:
        return [moved.reference]
    attempts = books.rows["attempts"].values()
    return [one.reference for one in attempts if one.payment_id == payment.id and one.reference]


def _unlisted(sides: Sides) -> list[Payment]:
    """List mirrored payments that the company names neither in its lists nor when it is asked."""
    named = {record.reference for record in sides.records()}
    return [
        payment
        for payment in sides.books.payments()
        if not payment.is_ours and payment.reference not in named and payment.due_at <= sides.until
    ]


def differences_of(connection: Connection, sides: Sides) -> Iterator[Difference]:
    """Name all that differs."""
    customers = {owner.id: owner.reference for owner in sides.books.owners().values()}
    for payment in _unlisted(sides):
        yield _about(
            payment, Kind.UNKNOWN_PAYMENT, customers, here=Money(payment.amount_minor, payment.currency)
        )
    yield from _contradictions(sides, customers)
    yield from _money(sides, customers)
    yield from _marks(sides)
    yield from _without_address(sides)


def _contradictions(sides: Sides, customers: Mapping[int, str]) -> Iterator[Difference]:
    payments = {payment.reference: payment for payment in sides.books.payments() if not payment.is_ours}
    for record in sides.records():
        payment = payments.get(record.reference)
        if payment is None or record.created_at > sides.until or _is_newer(payment, record, sides):
            continue
        here = Money(payment.amount_minor, payment.currency)
        if here != record.amount:
            yield _about(payment, Kind.AMOUNT, customers, there=record.amount, here=here)
        if what := _states_differ(payment, record):
            yield _about(payment, Kind.STATE, customers, what=what, there=record.amount, here=here)
    for payment in sides.books.payments():
        kept_minor = payment.paid_minor - payment.refunded_minor
        if payment.paid_minor > payment.amount_minor < kept_minor:
            yield _about(
                payment,
                Kind.SECOND,
                customers,
                there=Money(payment.paid_minor, payment.currency),
                here=Money(payment.amount_minor, payment.currency),
            )


def _is_newer(payment: Payment, record: CollectibleRecord, sides: Sides) -> bool:
    """Say whether the books have heard of it since it was asked for, or of money that no list needs to have yet."""
    asked_at = next(
        (whole.asked_at for whole in sides.wholes if whole.customer.reference == record.customer_reference),
        None,
    )
    was_heard_of_since = asked_at is not None and payment.observed_at > asked_at
    return was_heard_of_since or (payment.paid_at is not None and payment.paid_at > sides.until)


def _states_differ(payment: Payment, record: CollectibleRecord) -> str:
    if payment.state == Payment.State.PAID and record.state in _UNPAID_THERE:
        return f"paid here, {record.state.value} at the company"
    if payment.state in UNPAID and record.state is CollectibleState.PAID:
        return f"{payment.state} here, paid at the company"
    return ""


def _money(sides: Sides, customers: Mapping[int, str]) -> Iterator[Difference]:
    payments = {payment.id: payment for payment in sides.books.payments()}
    said, kept = sides.said(), sides.kept()
    for moved, fact in said.items():
        if moved not in kept:
            yield Difference(
                kind=Kind.NOT_HERE, reference=moved.reference, what=moved.kind, there=fact.amount
            )
        elif kept[moved].amount != fact.amount:
            yield Difference(
                kind=Kind.AMOUNT,
                reference=moved.reference,
                what=moved.kind,
                there=fact.amount,
                here=kept[moved].amount,
            )
    for moved, fact in kept.items():
        payment = payments.get(fact.payment_id)
        if moved not in said and payment is not None:
            yield Difference(
                kind=Kind.NOT_THERE,
                reference=moved.reference,
                what=moved.kind,
                customer=customers.get(payment.gateway_customer_id or 0, ""),
                payment=payment.public_id,
                here=fact.amount,
            )


def _marks(sides: Sides) -> Iterator[Difference]:
    for record in sides.records():
        charge = marked_charge(record)
        if charge is not None and record.reference in sides.books.unknown_marks:
            yield Difference(
                kind=Kind.MARK,
                reference=record.reference,
                customer=record.customer_reference,
                there=charge.outcome.amount or record.amount,
                is_told=True,
            )


def _without_address(sides: Sides) -> Iterator[Difference]:
    owners = sides.books.owners()
    for whole in sides.wholes:
        owner = owners.get(whole.customer.reference)
        if owner is not None and owner.customer_id is None and not whole.customer.is_deleted:
            yield Difference(kind=Kind.ADDRESS, reference=owner.reference, customer=owner.reference)


def _about(
    payment: Payment,
    kind: Kind,
    customers: Mapping[int, str],
    *,
    what: str = "",
    there: Money | None = None,
    here: Money | None = None,
) -> Difference:
    return Difference(
        kind=kind,
        reference=payment.reference,
        what=what or payment.state,
        customer=customers.get(payment.gateway_customer_id or 0, ""),
        payment=payment.public_id,
        there=there,
        here=here,
        is_told=payment.contradicted_at is not None,
    )
