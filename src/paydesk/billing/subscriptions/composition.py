"""Say what each payment of a plan comes to: parts differ by a minor unit at most, the sum is exact."""

from __future__ import annotations

from dataclasses import dataclass

from paydesk.kit.money import Money, total


class TermsRefused(ValueError):
    """No plan can be made of these terms. The words are for whoever wrote them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanTerms:
    """What is bought and how it is paid.

    The deposit is a part of the price and paid first, on a day of its own; the regular payments come without it. The
    finance fee comes on top of the price and is spread over the regular payments.
    """

    price: Money
    payments_count: int
    deposit: Money | None = None
    fee: Money | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One payment of a plan; the fee is the share of the finance fee that is in the amount."""

    amount: Money
    fee: Money


def parts_of(terms: PlanTerms) -> list[Part]:
    """Give the deposit, if there is one, then the regular payments. Raises TermsRefused.

    Amount and fee are each split by largest remainder, the larger first. So amounts, fees and what is left between them
    each differ by one minor unit at most; were principal and fee split instead, amounts could differ by two.
    """
    said = refusal(terms)
    if said is not None:
        raise TermsRefused(said)
    nothing = Money(0, terms.price.currency)
    fee = terms.fee or nothing
    amounts, fees = _regular_total(terms).split(terms.payments_count), fee.split(terms.payments_count)
    parts = [Part(amount=terms.deposit, fee=nothing)] if terms.deposit else []
    parts += [Part(amount=amount, fee=share) for amount, share in zip(amounts, fees, strict=True)]
    if total((part.amount for part in parts), currency=fee.currency) != terms.price + fee:
        raise AssertionError(f"the parts do not add up to {terms.price + fee}")
    return parts


def refusal(terms: PlanTerms) -> str | None:
    """Say why no plan can be made of these terms, or None if one can."""
    if terms.payments_count < 1:
        return "A plan has one regular payment at least."
    for name, amount in (("price", terms.price), ("deposit", terms.deposit), ("fee", terms.fee)):
        if amount is None:
            continue
        if amount.currency != terms.price.currency:
            return f"The {name} is in {amount.currency}, and the price in {terms.price.currency}."
        if amount.minor < 1:
            return f"The {name} must be more than nothing, and {amount} is not."
    if terms.deposit and terms.price <= terms.deposit:
        return f"A deposit of {terms.deposit} leaves nothing to pay of {terms.price}."
    left = _regular_total(terms)
    if left.minor < terms.payments_count:
        return f"{left} cannot be paid in {terms.payments_count} payments: some would be nothing."
    return None


def _regular_total(terms: PlanTerms) -> Money:
    """Give what all the regular payments come to."""
    more = [terms.fee] if terms.fee else []
    less = [-terms.deposit] if terms.deposit else []
    return total([terms.price, *more, *less], currency=terms.price.currency)
