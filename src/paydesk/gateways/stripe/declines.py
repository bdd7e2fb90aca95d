"""What Stripe's decline codes mean, as a table, and what to do about each.

Codes from docs.stripe.com/declines/codes and docs.stripe.com/error-codes; Stripe's own advice, where an answer carries
one, goes before the table (`advice_code`, docs.stripe.com/declines/codes#advice-codes).
"""

from __future__ import annotations

from paydesk.gateways.records import Advice, Decline, DeclineReason
from paydesk.gateways.stripe.requests import Json

#: Not declines: the bank wants the customer to confirm, and the payment is still open.
NEEDS_CUSTOMER = {
    "authentication_required",
    "invoice_payment_intent_requires_action",
    "payment_intent_action_required",
    "subscription_payment_intent_requires_action",
}

_R, _A = DeclineReason, Advice
_TABLE: dict[tuple[DeclineReason, Advice], str] = {
    (_R.INSUFFICIENT_FUNDS, _A.RETRY): "insufficient_funds",
    (_R.EXPIRED_CARD, _A.OTHER_METHOD): "expired_card",
    (_R.INCORRECT_DETAILS, _A.OTHER_METHOD): (
        "incorrect_number invalid_number incorrect_cvc invalid_cvc incorrect_zip incorrect_address incorrect_pin"
        " invalid_pin invalid_expiry_month invalid_expiry_year invalid_account no_account invalid_account_number"
    ),
    (_R.LOST_OR_STOLEN, _A.STOP): "lost_card stolen_card pickup_card",
    (_R.LIMIT_EXCEEDED, _A.RETRY_LATER): (
        "card_velocity_exceeded withdrawal_count_limit_exceeded pin_try_exceeded charge_exceeds_source_limit"
        " charge_exceeds_transaction_limit charge_exceeds_weekly_limit amount_too_large"
    ),
    (_R.NOT_PERMITTED, _A.OTHER_METHOD): (
        "card_not_supported currency_not_supported invalid_amount merchant_blacklist not_permitted restricted_card"
        " service_not_allowed transaction_not_allowed testmode_decline live_mode_test_card debit_not_authorized"
        " amount_too_small offline_pin_required online_or_offline_pin_required call_issuer"
    ),
    (_R.AUTHENTICATION_FAILED, _A.OTHER_METHOD): (
        "payment_intent_authentication_failure setup_intent_authentication_failure"
        " mobile_device_authentication_required authentication_required"
    ),
    (_R.METHOD_GONE, _A.OTHER_METHOD): (
        "resource_missing account_closed bank_account_closed payment_method_not_available"
    ),
    (_R.SUSPECTED_FRAUD, _A.STOP): (
        "fraudulent security_violation highest_risk_level elevated_risk_level rule previously_declined_do_not_honor"
    ),
    (_R.TRY_LATER, _A.RETRY_LATER): (
        "issuer_not_available processing_error reenter_transaction try_again_later approve_with_id"
        " payment_method_provider_timeout duplicate_transaction"
    ),
    (_R.REVOKED, _A.STOP): (
        "revocation_of_all_authorizations revocation_of_authorization stop_payment_order"
        " payment_method_customer_decline customer_canceled"
    ),
    (_R.OTHER, _A.STOP): "do_not_try_again",
    (_R.OTHER, _A.RETRY): (
        "card_declined generic_decline do_not_honor no_action_taken new_account_information_available"
    ),
}
DECLINES = {code: found for found, codes in _TABLE.items() for code in codes.split()}
#: Nobody refused: it was called off, or its time ran out, before any money was taken.
CALLED_OFF = Decline(reason=_R.OTHER, advice=_A.RETRY, code="canceled")
_ADVICE = {
    "try_again_later": _A.RETRY_LATER,
    "do_not_try_again": _A.STOP,
    "confirm_card_data": _A.OTHER_METHOD,
}


def decline(code: str, advice_code: str | None = None) -> Decline:
    """Translate one code; an unknown one is an ordinary no, with Stripe's word kept for staff."""
    reason, advice = DECLINES.get(code, (_R.OTHER, _A.RETRY))
    return Decline(reason=reason, advice=_ADVICE.get(advice_code or "", advice), code=code)


def decline_of_charge(charge: Json) -> Decline:
    """Read why a charge took no money: `outcome.reason` says more than `failure_code` (`stripe/_charge.py`)."""
    if charge.get("status") == "succeeded":
        return CALLED_OFF
    outcome = charge.get("outcome") or {}
    code = outcome.get("reason") or charge.get("failure_code") or "generic_decline"
    return decline(code, outcome.get("advice_code"))


def decline_of_error(error: Json) -> Decline:
    """Read why a request was declined, from an error or a `last_payment_error` (`stripe/_error_object.py`)."""
    code = error.get("decline_code") or error.get("code") or "generic_decline"
    return decline(code, error.get("advice_code"))
