"""The parts of a plan add up to the minor unit, in every currency, and no part is a unit more than need be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paydesk.billing.subscriptions.composition import Part, PlanTerms, TermsRefused, parts_of
from paydesk.kit.money import Money, exponent

#: ISO 4217, list one of 2026, without those that have no minor unit (gold, drawing rights, for tests).
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XOF XPF YER
ZAR ZMW ZWG
"""
CURRENCIES = _CODES.split()


@st.composite
def _terms(draw: st.DrawFn) -> PlanTerms:
    code = draw(st.sampled_from(CURRENCIES))
    price = draw(st.integers(1, 10**10))
    deposit = draw(st.none() | st.integers(1, max(1, price - 1)))
    fee = draw(st.none() | st.integers(1, 10**8))
    payments_count = draw(st.integers(1, 400))
    assume(deposit is None or deposit < price)
    assume(price - (deposit or 0) + (fee or 0) >= payments_count)
    return PlanTerms(
        price=Money(price, code),
        payments_count=payments_count,
        deposit=Money(deposit, code) if deposit else None,
        fee=Money(fee, code) if fee else None,
    )


def spread(amounts: list[Money]) -> int:
    """How many minor units the largest is above the smallest."""
    return max(amount.minor for amount in amounts) - min(amount.minor for amount in amounts)


def regular(terms: PlanTerms) -> list[Part]:
    """The parts without the deposit."""
    return parts_of(terms)[1:] if terms.deposit else parts_of(terms)


def minor(amount: Money | None) -> int:
    return amount.minor if amount else 0


@given(terms=_terms())
def test_the_parts_are_price_and_fee_exactly(terms: PlanTerms) -> None:
    parts = parts_of(terms)

    assert sum(part.amount.minor for part in parts) == terms.price.minor + minor(terms.fee)
    assert sum(part.fee.minor for part in parts) == minor(terms.fee)
    assert {money.currency for part in parts for money in (part.amount, part.fee)} == {terms.price.currency}


@given(terms=_terms())
def test_there_are_as_many_as_agreed_and_each_is_more_than_nothing(terms: PlanTerms) -> None:
    assert len(regular(terms)) == terms.payments_count
    assert all(part.amount.minor > 0 and 0 <= part.fee.minor <= part.amount.minor for part in parts_of(terms))


@given(terms=_terms())
def test_amounts_fees_and_principals_differ_by_one_minor_unit_at_most(terms: PlanTerms) -> None:
    parts = regular(terms)

    assert spread([part.amount for part in parts]) <= 1
    assert spread([part.fee for part in parts]) <= 1
    assert spread([part.amount - part.fee for part in parts]) <= 1


@given(terms=_terms())
def test_the_larger_parts_come_first(terms: PlanTerms) -> None:
    amounts = [part.amount.minor for part in regular(terms)]

    assert amounts == sorted(amounts, reverse=True)


@given(terms=_terms())
def test_a_deposit_is_paid_first_and_without_a_fee(terms: PlanTerms) -> None:
    if terms.deposit:
        assert parts_of(terms)[0] == Part(amount=terms.deposit, fee=Money(0, terms.price.currency))


@pytest.mark.parametrize("currency", CURRENCIES)
def test_in_every_currency_what_people_read_adds_up_as_well(currency: str) -> None:
    terms = PlanTerms(
        price=Money(100_001, currency),
        payments_count=7,
        deposit=Money(333, currency),
        fee=Money(1_003, currency),
    )
    parts = parts_of(terms)
    unit = Decimal(1).scaleb(-exponent(currency))

    assert sum(part.amount.decimal() for part in parts) == 101_004 * unit
    assert {part.amount.decimal() for part in parts[1:]} == {14_381 * unit, 14_382 * unit}


def test_the_currencies_are_those_of_iso_4217() -> None:
    places = [exponent(currency) for currency in CURRENCIES]

    assert {number: places.count(number) for number in sorted(set(places))} == {0: 17, 2: 139, 3: 7, 4: 2}


def test_a_hundred_in_three() -> None:
    parts = parts_of(PlanTerms(price=Money(10_000, "EUR"), payments_count=3))

    assert [part.amount.minor for part in parts] == [3334, 3333, 3333]
    assert {part.fee for part in parts} == {Money(0, "EUR")}


def test_both_rests_together_are_no_two_units() -> None:
    """Principal 10 and fee 4 in three: split apart and then added, the first would be 6 and the last 4."""
    parts = parts_of(PlanTerms(price=Money(10, "EUR"), payments_count=3, fee=Money(4, "EUR")))

    assert [part.amount.minor for part in parts] == [5, 5, 4]
    assert [part.fee.minor for part in parts] == [2, 1, 1]


def test_a_deposit_bears_no_fee() -> None:
    terms = PlanTerms(
        price=Money(100_000, "EUR"), payments_count=4, deposit=Money(20_000, "EUR"), fee=Money(4_002, "EUR")
    )

    assert [(part.amount.minor, part.fee.minor) for part in parts_of(terms)] == [
        (20_000, 0),
        (21_001, 1_001),
        (21_001, 1_001),
        (21_000, 1_000),
        (21_000, 1_000),
    ]


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (PlanTerms(price=Money(0, "EUR"), payments_count=1), "The price must be more than nothing"),
        (PlanTerms(price=Money(-5, "EUR"), payments_count=1), "The price must be more than nothing"),
        (PlanTerms(price=Money(100, "EUR"), payments_count=0), "one regular payment at least"),
        (
            PlanTerms(price=Money(100, "EUR"), payments_count=1, deposit=Money(0, "EUR")),
            "The deposit must be more than nothing",
        ),
        (
            PlanTerms(price=Money(100, "EUR"), payments_count=1, deposit=Money(100, "EUR")),
            "leaves nothing to pay",
        ),
        (
            PlanTerms(price=Money(100, "EUR"), payments_count=1, deposit=Money(10, "USD")),
            "The deposit is in USD, and the price in EUR",
        ),
        (
            PlanTerms(price=Money(100, "EUR"), payments_count=1, fee=Money(10, "CHF")),
            "The fee is in CHF, and the price in EUR",
        ),
        (
            PlanTerms(price=Money(100, "EUR"), payments_count=1, fee=Money(-1, "EUR")),
            "The fee must be more than nothing",
        ),
        (PlanTerms(price=Money(11, "JPY"), payments_count=12), "JPY 11 cannot be paid in 12 payments"),
        (
            PlanTerms(
                price=Money(20, "JPY"), payments_count=12, deposit=Money(10, "JPY"), fee=Money(1, "JPY")
            ),
            "JPY 11 cannot be paid in 12 payments",
        ),
    ],
)
def test_terms_of_which_no_plan_can_be_made_are_refused_in_words(terms: PlanTerms, words: str) -> None:
    with pytest.raises(TermsRefused, match=words):
        parts_of(terms)
