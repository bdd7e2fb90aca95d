"""What the company's words for a no mean in ours."""

from __future__ import annotations

from datetime import datetime

from paydesk.gateways.records import Advice, Decline, DeclineReason

DECLINES = {
    "not_enough_money": (DeclineReason.INSUFFICIENT_FUNDS, Advice.RETRY_LATER),
    "card_expired": (DeclineReason.EXPIRED_CARD, Advice.OTHER_METHOD),
    "wrong_details": (DeclineReason.INCORRECT_DETAILS, Advice.OTHER_METHOD),
    "card_reported": (DeclineReason.LOST_OR_STOLEN, Advice.STOP),
    "over_limit": (DeclineReason.LIMIT_EXCEEDED, Advice.RETRY_LATER),
    "not_allowed": (DeclineReason.NOT_PERMITTED, Advice.OTHER_METHOD),
    "verification_failed": (DeclineReason.AUTHENTICATION_FAILED, Advice.RETRY),
    # The bank wants to ask the customer, who was not there: with the customer there, it may succeed.
    "customer_not_verified": (DeclineReason.AUTHENTICATION_FAILED, Advice.RETRY),
    "method_unknown": (DeclineReason.METHOD_GONE, Advice.OTHER_METHOD),
    "looks_fraudulent": (DeclineReason.SUSPECTED_FRAUD, Advice.STOP),
    "bank_silent": (DeclineReason.TRY_LATER, Advice.RETRY_LATER),
    "stopped_by_customer": (DeclineReason.REVOKED, Advice.STOP),
    "no_reason_given": (DeclineReason.OTHER, Advice.OTHER_METHOD),
    # The company's own noes, in which no bank was asked.
    "canceled": (DeclineReason.OTHER, Advice.RETRY),
    "bill_not_payable": (DeclineReason.OTHER, Advice.STOP),
    "payment_under_way": (DeclineReason.OTHER, Advice.STOP),
}


def decline_for(code: str, *, retry_not_before: datetime | None = None) -> Decline:
    """Translate a code; one that we have never seen is a no all the same, and staff read its own word."""
    reason, advice = DECLINES.get(code, (DeclineReason.OTHER, Advice.OTHER_METHOD))
    return Decline(reason=reason, advice=advice, code=code, retry_not_before=retry_not_before)
