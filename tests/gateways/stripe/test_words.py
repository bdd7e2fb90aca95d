"""Stripe's amounts and decline codes in our words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.records import Advice, DeclineReason
from paydesk.gateways.stripe.amounts import from_stripe, to_stripe
from paydesk.gateways.stripe.declines import (
    DECLINES,
    NEEDS_CUSTOMER,
    decline,
    decline_of_charge,
    decline_of_error,
)
from paydesk.kit.money import Money

# docs.stripe.com/declines/codes, in Stripe's order.
PUBLISHED = """
approve_with_id call_issuer card_not_supported card_velocity_exceeded currency_not_supported do_not_honor
do_not_try_again duplicate_transaction expired_card fraudulent generic_decline incorrect_number incorrect_cvc
incorrect_pin incorrect_zip insufficient_funds invalid_account invalid_amount invalid_cvc invalid_expiry_month
invalid_expiry_year invalid_number invalid_pin issuer_not_available lost_card merchant_blacklist
mobile_device_authentication_required new_account_information_available no_action_taken not_permitted
offline_pin_required online_or_offline_pin_required pickup_card pin_try_exceeded processing_error reenter_transaction
restricted_card revocation_of_all_authorizations revocation_of_authorization security_violation service_not_allowed
stolen_card stop_payment_order testmode_decline transaction_not_allowed try_again_later
withdrawal_count_limit_exceeded authentication_required
"""
# docs.stripe.com/currencies, "Zero-decimal currencies"; UGX is there too, and is written with two all the same.
ZERO_DECIMALS = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"


@pytest.mark.parametrize(
    ("written", "currency", "meant"),
    [
        (1900, "eur", Money(1900, "EUR")),
        (500, "jpy", Money(500, "JPY")),
        (500, "mga", Money(50000, "MGA")),
        (50000, "isk", Money(500, "ISK")),
        (50000, "ugx", Money(500, "UGX")),
        (5120, "kwd", Money(5120, "KWD")),
    ],
)
def test_amounts_are_read_and_written_as_stripe_does(written: int, currency: str, meant: Money) -> None:
    assert from_stripe(written, currency) == meant
    assert to_stripe(meant) == written


@given(
    minor=st.integers(0, 10**9).map(lambda amount: amount * 100),
    currency=st.sampled_from(["EUR", "USD", "JPY", "KRW", "MGA", "ISK", "UGX", "KWD", "BHD", "XOF"]),
)
def test_an_amount_comes_back_as_it_went(minor: int, currency: str) -> None:
    amount = Money(minor, currency)

    assert from_stripe(to_stripe(amount), currency.lower()) == amount


@pytest.mark.parametrize("amount", [Money(5123, "KWD"), Money(150, "MGA")])
def test_an_amount_that_stripe_cannot_charge_is_refused_and_never_rounded(amount: Money) -> None:
    with pytest.raises(GatewayRefused):
        to_stripe(amount)


def test_parts_of_a_krona_from_before_2023_are_read_and_never_asked_for() -> None:
    assert from_stripe(50040, "isk") == Money(500, "ISK")
    assert from_stripe(-50050, "isk") == Money(-501, "ISK")
    assert to_stripe(from_stripe(50040, "isk")) == 50000


@pytest.mark.parametrize("currency", ZERO_DECIMALS.split())
def test_what_stripe_writes_without_decimals_is_whole(currency: str) -> None:
    assert from_stripe(500, currency.lower()).decimal() == 500
    assert to_stripe(from_stripe(500, currency.lower())) == 500


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_what_is_without_decimals_in_payouts_alone_is_charged_to_the_cent(currency: str) -> None:
    assert to_stripe(Money(1045, currency)) == 1045
    assert from_stripe(1045, currency.lower()) == Money(1045, currency)


@pytest.mark.parametrize("currency", ["BHD", "JOD", "KWD", "OMR", "TND"])
def test_three_decimals_are_read_exactly_and_charged_in_steps_of_ten(currency: str) -> None:
    assert from_stripe(5124, currency.lower()) == Money(5124, currency)
    assert to_stripe(Money(5120, currency)) == 5120
    with pytest.raises(GatewayRefused, match="steps of ten"):
        to_stripe(Money(5124, currency))


def test_every_published_code_is_in_the_table() -> None:
    assert [code for code in PUBLISHED.split() if code not in DECLINES and code not in NEEDS_CUSTOMER] == []


def test_a_code_becomes_a_reason_with_advice_and_stripes_own_advice_goes_first() -> None:
    assert decline("insufficient_funds").advice == Advice.RETRY
    assert decline("stolen_card").advice == Advice.STOP
    assert decline("insufficient_funds", "do_not_try_again").advice == Advice.STOP
    assert decline("fraudulent").reason == DeclineReason.SUSPECTED_FRAUD


def test_a_code_that_is_new_is_an_ordinary_no_and_its_word_is_kept() -> None:
    found = decline("brand_new_reason")

    assert (found.reason, found.code) == (DeclineReason.OTHER, "brand_new_reason")


def test_the_reason_of_the_bank_goes_before_the_kind_of_failure() -> None:
    charge = {"failure_code": "card_declined", "outcome": {"reason": "expired_card", "advice_code": None}}
    error = {"code": "card_declined", "decline_code": "lost_card"}

    assert decline_of_charge(charge).reason == DeclineReason.EXPIRED_CARD
    assert decline_of_error(error).reason == DeclineReason.LOST_OR_STOLEN
    assert decline_of_charge({"failure_code": "card_declined", "outcome": None}).reason == DeclineReason.OTHER
