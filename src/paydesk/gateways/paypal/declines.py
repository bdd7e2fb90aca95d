"""What PayPal's and the banks' codes for a no mean, as tables, and what to do about each.

Issues: the enumerations of `orders.capture-403`, `orders.capture-422` and `subscriptions.capture-422` in PayPal's
published files. What may be the echo of a charge that was made, or says that we asked wrongly, is none. Processor
response codes: developer.paypal.com/api/rest/reference/orders/v2/errors, "Processor response codes", each with a name
of its own (5120 INSUFFICIENT_FUNDS); codes that only say that a request was ill-formed stay unnamed here. A card
network's advice, where an answer carries one (`payment_advice_code`), goes before the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paydesk.gateways.records import CALLED_OFF, Advice, Decline, DeclineReason, Outcome, Verdict

_R, _A = DeclineReason, Advice
_Table = dict[tuple[DeclineReason, Advice], str]

_ISSUES: _Table = {
    (_R.EXPIRED_CARD, _A.OTHER_METHOD): "REFERENCED_CARD_EXPIRED CARD_EXPIRED",
    (_R.METHOD_GONE, _A.OTHER_METHOD): (
        "TOKEN_ID_NOT_FOUND IDENTIFIER_NOT_FOUND CARD_CLOSED MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE"
        " PAYER_ACCOUNT_LOCKED_OR_CLOSED USER_ACCOUNT_CLOSED SUBSCRIBER_ACCOUNT_CLOSED SUBSCRIBER_ACCOUNT_LOCKED"
        # What was saved rests on an earlier payment that serves no more.
        " PAYPAL_TRANSACTION_ID_EXPIRED PAYPAL_TRANSACTION_ID_NOT_FOUND PNREF_EXPIRED PNREF_NOT_FOUND"
        " MISSING_PREVIOUS_REFERENCE INVALID_PREVIOUS_TRANSACTION_REFERENCE PREVIOUS_TRANSACTION_REFERENCE_VOIDED"
        " PREVIOUS_TRANSACTION_REFERENCE_HAS_CHARGEBACK PAYMENT_SOURCE_MISMATCH"
    ),
    (_R.INCORRECT_DETAILS, _A.OTHER_METHOD): (
        "CARD_NUMBER_REQUIRED CARD_EXPIRY_REQUIRED INVALID_SECURITY_CODE_LENGTH INVALID_IBAN"
    ),
    (_R.REVOKED, _A.STOP): "AGREEMENT_ALREADY_CANCELLED BILLING_AGREEMENT_NOT_FOUND",
    (_R.NOT_PERMITTED, _A.OTHER_METHOD): (
        "PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED SUBSCRIBER_ACCOUNT_RESTRICTED CARD_BRAND_NOT_SUPPORTED"
        " DOMESTIC_TRANSACTION_REQUIRED COMPLIANCE_VIOLATION REDIRECT_PAYER_FOR_ALTERNATE_FUNDING CONSENT_NEEDED"
        " PAYMENT_SOURCE_NOT_SUPPORTED CURRENCY_NOT_SUPPORTED_FOR_BANK IBAN_COUNTRY_NOT_SUPPORTED"
        " BANK_NOT_SUPPORTED_FOR_VERIFICATION"
    ),
    (_R.SUSPECTED_FRAUD, _A.STOP): "PAYEE_BLOCKED_TRANSACTION TRANSACTION_BLOCKED_BY_PAYEE",
    (_R.LIMIT_EXCEEDED, _A.RETRY_LATER): "TRANSACTION_LIMIT_EXCEEDED",
    # A charge is made without its customer: where the bank wants them, nothing is charged, and nobody else captures.
    (_R.AUTHENTICATION_FAILED, _A.OTHER_METHOD): "PAYER_ACTION_REQUIRED",
    (_R.OTHER, _A.OTHER_METHOD): "TRANSACTION_REFUSED MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    (_R.OTHER, _A.RETRY): "INSTRUMENT_DECLINED DECLINED_DUE_TO_RELATED_TXN",
    # The merchant's own account cannot take it: nothing that a customer could mend.
    (_R.OTHER, _A.RETRY_LATER): (
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED NOT_ENABLED_FOR_CARD_PROCESSING PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING"
        " NOT_ENABLED_FOR_BANK_PROCESSING PAYEE_NOT_ENABLED_FOR_BANK_PROCESSING SETUP_ERROR_FOR_BANK"
        " NOT_ELIGIBLE_FOR_TOKEN_PROCESSING NOT_ELIGIBLE_FOR_PNREF_PROCESSING AUTH_CAPTURE_NOT_ENABLED"
        " NOT_ELIGIBLE_FOR_PAYPAL_TRANSACTION_ID_PROCESSING"
    ),
}
_CODES: _Table = {
    (_R.INSUFFICIENT_FUNDS, _A.RETRY): "5120",
    (_R.EXPIRED_CARD, _A.OTHER_METHOD): "5400 1380 PPEF PPEX",
    (_R.INCORRECT_DETAILS, _A.OTHER_METHOD): (
        "00N7 0390 1330 1335 1382 5110 5130 5170 5190 5500 6300 7800 7900 PCVV PPAD PPAV PPC2 PPFI PPIM"
    ),
    (_R.LOST_OR_STOLEN, _A.STOP): "9520 5150",
    (_R.LIMIT_EXCEEDED, _A.RETRY_LATER): "5135 5710 PPAX PPEL PPNL",
    (_R.NOT_PERMITTED, _A.OTHER_METHOD): (
        "0580 1310 1320 1352 5160 5180 5210 5700 5930 9540 PPAB PPAE PPAI PPCO PPCT PPCU PPDI PPFR PPMC PPPM PPUA PPUC"
    ),
    (_R.AUTHENTICATION_FAILED, _A.OTHER_METHOD): "0880 5650 7700 7710 PPAR PPD3",
    (_R.METHOD_GONE, _A.OTHER_METHOD): "5140 5950 PP06 PPTE PPTI PPTV",
    (_R.SUSPECTED_FRAUD, _A.STOP): "9500 9510 9530 PPSC",
    (_R.TRY_LATER, _A.RETRY_LATER): (
        "0100 0800 0960 5200 5920 8000 8100 8110 8220 9100 PPER PPNT 5910 1384 8010 8020 8030"
    ),
    (_R.REVOKED, _A.STOP): "0R00 PPTR",
    (_R.OTHER, _A.STOP): "PPRN",
    (_R.OTHER, _A.RETRY): "0500 10BR 1393 5100 9600 PPAU PPSE",
}


def _by_code(table: _Table) -> Mapping[str, tuple[DeclineReason, Advice]]:
    return {code: found for found, codes in table.items() for code in codes.split()}


#: Every documented no to money: with one of these nothing has moved. All else is no answer (R6).
DECLINED_ISSUES = _by_code(_ISSUES)
RESPONSE_CODES = _by_code(_CODES)
#: Mastercard's and Visa's advice for payments that recur, as PayPal names it in its v1 `advice_code`.
_ADVICE = {"01": _A.OTHER_METHOD, "02": _A.RETRY_LATER, "03": _A.STOP, "21": _A.STOP}
_UNNAMED = (_R.OTHER, _A.RETRY)

#: Nobody refused: it was ended before any money was asked for.
NOBODY_ASKED = Outcome(
    verdict=Verdict.DECLINED, decline=Decline(reason=_R.OTHER, advice=_A.RETRY, code=CALLED_OFF)
)


def decline_of_issue(issue: str) -> Decline:
    """Translate the issue of a refused request; an unknown one is an ordinary no, with PayPal's word kept for staff."""
    reason, advice = DECLINED_ISSUES.get(issue, _UNNAMED)
    return Decline(reason=reason, advice=advice, code=issue or "DECLINED")


def decline_of_response(response: Mapping[str, Any] | None, status: str) -> Decline:
    """Translate a bank's `processor_response`; a wallet has none, and says no more than its `status`."""
    said = response or {}
    code = str(said.get("response_code") or "")
    reason, advice = RESPONSE_CODES.get(code, _UNNAMED)
    advice = _ADVICE.get(str(said.get("payment_advice_code") or ""), advice)
    return Decline(reason=reason, advice=advice, code=code or status)
