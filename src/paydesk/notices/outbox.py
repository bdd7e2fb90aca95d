"""Send the letters that wait in the outbox; the worker calls this for each that is due."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from paydesk.billing.customers.models import Customer
from paydesk.database.transactions import let_go
from paydesk.kit.faults import fault
from paydesk.merchants.find import merchant_by_id
from paydesk.notices.kinds import LETTERS
from paydesk.notices.models import Letter
from paydesk.notices.rendering import rendered
from paydesk.notices.sending import message_of
from paydesk.work.claim import Claim


def send_due_letter(taken: Claim, now: datetime) -> None:
    """Render and send one letter. What fails is raised, and the queue tries again later until it gives the letter up.

    Sending twice is possible when the mail server took the letter and its yes was lost: the Message-ID stays the same.
    """
    letter = Letter.objects.get(merchant_id=taken.merchant_id or 0, id=taken.row_id)
    if letter.sent_at is not None:
        return
    merchant = merchant_by_id(letter.merchant_id)
    with translation.override(_language(letter, merchant.language)):
        written = LETTERS[letter.kind](letter, merchant, now)
        if written is None:
            return
        message = message_of(letter, merchant, rendered(written, merchant))
    let_go()
    message.send()
    fault("F18")
    Letter.objects.filter(merchant_id=letter.merchant_id, id=letter.id).update(sent_at=now)


def _language(letter: Letter, merchant_language: str) -> str:
    """Write to people in their own language, else in the merchant's."""
    if letter.customer_id is None:
        return merchant_language
    known = Customer.objects.filter(merchant_id=letter.merchant_id, id=letter.customer_id)
    return known.values_list("language", flat=True).first() or merchant_language
