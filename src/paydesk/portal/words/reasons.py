"""Why somebody cancels, as a customer would say it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from paydesk.merchants.canceling import CancelReason

_WORDS: dict[CancelReason, str] = {
    CancelReason.TOO_EXPENSIVE: _("It costs too much"),
    CancelReason.UNUSED: _("I do not use it enough"),
    CancelReason.MISSING_FEATURES: _("Something that I need is missing"),
    CancelReason.SWITCHED_SERVICE: _("I have changed to something else"),
    CancelReason.LOW_QUALITY: _("It is not as good as I expected"),
    CancelReason.TOO_COMPLEX: _("It is too complicated"),
    CancelReason.CUSTOMER_SERVICE: _("I was not helped well"),
    CancelReason.OTHER: _("Something else"),
}


def reason_words() -> Mapping[CancelReason, str]:
    """Give them all in the reader's language, in the order in which they are shown."""
    return {reason: gettext(words) for reason, words in _WORDS.items()}
