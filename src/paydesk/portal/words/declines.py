"""Why a bank said no, and what to do about it, in words a customer can use. Nobody is blamed."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from paydesk.gateways.records import DeclineReason
from paydesk.kit.brands import brand_name, is_wallet


class DeclineWords(NamedTuple):
    """`happened` ends a sentence that begins with the bank; `todo` is what helps."""

    happened: str
    todo: str


WORDS: dict[str, DeclineWords] = {
    DeclineReason.INSUFFICIENT_FUNDS: DeclineWords(
        _("Your bank declined this payment: not enough funds."),
        _("Pay again when there is money on the account, or use another card."),
    ),
    DeclineReason.EXPIRED_CARD: DeclineWords(
        _("Your bank declined this payment: the card has expired."),
        _("Use another card, or the new one that replaced it."),
    ),
    DeclineReason.INCORRECT_DETAILS: DeclineWords(
        _("Your bank declined this payment: a detail of the card does not match."),
        _("Enter the card again, or use another one."),
    ),
    DeclineReason.LOST_OR_STOLEN: DeclineWords(
        _("Your bank declined this payment: it has blocked this card."),
        _("Use another card, or ask your bank about this one."),
    ),
    DeclineReason.LIMIT_EXCEEDED: DeclineWords(
        _("Your bank declined this payment: it is above the card’s limit."),
        _("Pay again when the limit allows it, or use another card."),
    ),
    DeclineReason.NOT_PERMITTED: DeclineWords(
        _("Your bank does not allow this kind of payment with this card."),
        _("Use another card, or ask your bank to allow it."),
    ),
    DeclineReason.AUTHENTICATION_FAILED: DeclineWords(
        _("The payment was not confirmed with your bank."),
        _("Pay again and confirm it, or use another card."),
    ),
    DeclineReason.METHOD_GONE: DeclineWords(
        _("The saved payment method can no longer be used."), _("Use another card.")
    ),
    DeclineReason.SUSPECTED_FRAUD: DeclineWords(
        _("Your bank declined this payment as a precaution."),
        _("Ask your bank to allow it, or use another card."),
    ),
    DeclineReason.TRY_LATER: DeclineWords(
        _("Your bank could not answer at that moment."), _("Pay again in a little while.")
    ),
    DeclineReason.REVOKED: DeclineWords(
        _("Your bank was told to stop payments of this kind."),
        _("Use another card, or ask your bank to allow them again."),
    ),
    DeclineReason.OTHER: DeclineWords(
        _("Your bank declined this payment and did not say why."),
        _("Your bank can tell you the reason. You can also use another card."),
    ),
}

_LOOK_THERE = _(
    "Look in your %(wallet)s account which card or bank it draws on, or use another payment method."
)
#: Of a wallet one knows less: whose card or bank it asked, it keeps to itself.
WALLET_WORDS: dict[str, DeclineWords] = {
    DeclineReason.INSUFFICIENT_FUNDS: DeclineWords(
        _("%(wallet)s could not collect this payment: not enough funds."), _LOOK_THERE
    ),
    DeclineReason.TRY_LATER: DeclineWords(
        _("%(wallet)s could not answer at that moment."), _("Pay again in a little while.")
    ),
    DeclineReason.REVOKED: DeclineWords(
        _("%(wallet)s was told to stop payments of this kind."), _("Use another payment method.")
    ),
    DeclineReason.OTHER: DeclineWords(
        _("%(wallet)s declined this payment and did not say why."), _LOOK_THERE
    ),
}


def decline_sentence(reason: str, brand: str = "") -> str:
    """Say why a payment was declined; a reason that we do not know reads like one that was not given."""
    return gettext(_words(reason, brand).happened) % {"wallet": brand_name(brand)}


def decline_todo(reason: str, brand: str = "") -> str:
    """Say what helps against a decline."""
    return gettext(_words(reason, brand).todo) % {"wallet": brand_name(brand)}


def _words(reason: str, brand: str) -> DeclineWords:
    known = WALLET_WORDS if is_wallet(brand) else WORDS
    return known.get(reason, known[DeclineReason.OTHER])
