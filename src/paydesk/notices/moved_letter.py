"""The letter that says how a move to another way of paying has ended: what charges now, and what is next."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.kit.brands import brand_name
from paydesk.kit.language import amount_text, full_day_text
from paydesk.merchants.connect import company_name
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written
from paydesk.notices.write import address_of, write_letter

KIND = "moved"
#: What the customer has done a moment ago, on a page that says so, needs no letter.
_TOLD = frozenset({"done", "stands", "dropped"})


def write_moved_letter(event: Event, now: datetime) -> None:
    """React to subscription.moved: one letter for each move that has come to its end."""
    if event.subject["what"] in _TOLD:
        in_transaction(lambda: _write(event, now))


def moved_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written:
    """Make the letter."""
    both = ("source__connection", "target", "method")
    move = Move.objects.select_related(*both).get(
        merchant_id=merchant.id, public_id=str(letter.subject["move"])
    )
    what, source = str(letter.subject["what"]), move.source
    agreement = move.target if what != "dropped" and move.target is not None else source
    return Written(
        template="moving/moved",
        title=_title(what) % {"name": source.name},
        words={
            "what": what,
            "why": move.why,
            "is_same": move.target is None and what == "done",
            "company": company_name(move.source.connection),
            "method": _method(move),
            "paid": _paid(move) if what == "done" else "",
            "coming": _coming(agreement, merchant),
            "address": f"{merchant.portal_url}/subscriptions/{agreement.public_id}",
        },
    )


def _title(what: str) -> str:
    if what == "done":
        return _("%(name)s is paid another way now")
    if what == "stands":
        return _("%(name)s is moved, and its first payment is open")
    return _("%(name)s was not moved")


def _write(event: Event, now: datetime) -> None:
    """An event may be delivered twice; the letter names it, and is written once."""
    move = Move.objects.get(merchant_id=event.merchant_id, public_id=str(event.subject["move"]))
    address = address_of(merchant_id=event.merchant_id, customer_id=move.customer_id)
    mine = Letter.objects.filter(merchant_id=event.merchant_id, kind=KIND, subject__event=event.id)
    if address is None or mine.exists():
        return
    subject: dict[str, str | int | None] = {
        "move": move.public_id,
        "what": event.subject["what"],
        "event": event.id,
    }
    write_letter(
        merchant_id=event.merchant_id,
        kind=KIND,
        customer_id=move.customer_id,
        recipient=address,
        subject=subject,
        now=now,
    )


def _method(move: Move) -> str:
    name = brand_name(move.method.brand) or _("Card")
    return f"{name} •• {move.method.last_four}" if move.method.last_four else name


def _paid(move: Move) -> str:
    """Write what was charged first."""
    first = Payment.objects.filter(
        merchant_id=move.merchant_id, subscription_id=move.target_id or 0, position=1
    ).first()
    if first is None or first.state != Payment.State.PAID:
        return ""
    return amount_text(first.amount_minor, first.currency, get_language() or "en")


def _coming(agreement: Subscription, merchant: MerchantInSight) -> tuple[str, str] | None:
    """Write the amount and the day of the next payment, where there is one."""
    if agreement.next_payment_at is None:
        return None
    minor = agreement.next_amount_minor
    language = get_language() or merchant.language
    amount = amount_text(agreement.amount_minor if minor is None else minor, agreement.currency, language)
    local = agreement.next_payment_at.astimezone(ZoneInfo(merchant.time_zone)).date()
    return amount, full_day_text(local, language)
