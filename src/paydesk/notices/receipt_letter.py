"""The letter with a receipt that its customer asked for: the amount first, the PDFs with it, the page's address."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paydesk.billing.receipts.issue import issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.pdf import LettersMissing, print_receipt
from paydesk.billing.receipts.printing.words import language_for, words_of
from paydesk.billing.receipts.snapshot import Snapshot
from paydesk.kit.language import amount_text, full_day_text
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Attached, Written

KIND = "receipt"


def receipt_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written:
    """Make the letter as the receipt and its notes stand now."""
    asked_for = Receipt.objects.select_related("payment").get(
        merchant_id=letter.merchant_id, public_id=str(letter.subject["receipt"])
    )
    issued = issue_receipt(merchant=merchant, payment_id=asked_for.payment_id, now=now)
    said, language = issued.receipt.snapshot, get_language() or merchant.language
    papers = [issued.receipt, *issued.notes]
    attached = [file for paper in papers if (file := _attached(paper, language, merchant)) is not None]
    amount = amount_text(said["amount_minor"], said["currency"], language)
    return Written(
        template=KIND,
        title=_("Receipt %(number)s: %(amount)s") % {"number": issued.receipt.number, "amount": amount},
        words={
            "amount": amount,
            "paid_on": _paid_on(said, merchant, language),
            "what": said["title"],
            "paid_with": _last_four(said),
            "is_test": said["seller"]["mode"] == "test",
            "is_attached": len(attached) == len(papers),
            "notes_count": len(issued.notes),
            "link": f"{merchant.portal_url}/payments/{asked_for.payment.public_id}/receipt",
        },
        attached=attached,
    )


def _attached(paper: Receipt, language: str, merchant: MerchantInSight) -> Attached | None:
    """What no font can print is read on its page."""
    speaks = language_for(paper.snapshot["layout"], language, merchant.language)
    try:
        printed = print_receipt(paper, language=speaks)
    except LettersMissing:
        return None
    word = words_of(paper.snapshot["layout"], speaks)[paper.kind]
    return Attached(name=f"{word} {paper.number}.pdf", media_type="application/pdf", content=printed)


def _paid_on(said: Snapshot, merchant: MerchantInSight, language: str) -> str:
    if said["happened_at"] is None:
        return ""
    local = datetime.fromisoformat(said["happened_at"]).astimezone(ZoneInfo(merchant.time_zone))
    return full_day_text(local.date(), language)


def _last_four(said: Snapshot) -> str:
    """Name the one card that paid; of several the receipt tells."""
    parts = said["paid_with"]
    if len(parts) != 1 or not parts[0]["last_four"]:
        return ""
    words = _("%(brand)s ending in %(last_four)s")
    return words % {"brand": parts[0]["brand"] or _("Card"), "last_four": parts[0]["last_four"]}
