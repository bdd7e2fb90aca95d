"""The letter that tells a customer which method was declined, and whether the backup was charged in its place."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paydesk.billing.backups.models import BackupTry
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.gateways.records import DeclineReason
from paydesk.kit.brands import brand_name
from paydesk.kit.language import amount_text, full_day_text
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written
from paydesk.notices.write import address_of, write_letter

KIND = "backup"


def write_backup_letter(event: Event, now: datetime) -> None:
    """React to backup.tried: one letter for each try, be the event delivered twice."""
    in_transaction(lambda: _write(event, now))


def backup_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written | None:
    """Make the letter. None when by now the company says the opposite: that is looked at by a person."""
    tried = _tried(merchant.id, str(letter.subject["try"]))
    attempt, payment = tried.attempt, tried.payment
    if attempt is None or attempt.payment.contradicted_at is not None:
        return None
    is_charged = tried.state == BackupTry.State.CHARGED
    amount = _amount(attempt.amount_minor, attempt.currency, merchant)
    title = (
        _("%(amount)s was charged to your backup") if is_charged else _("Your backup was declined as well")
    )
    shown = attempt.payment if is_charged else payment
    return Written(
        template=KIND,
        title=title % {"amount": amount},
        words={
            "is_charged": is_charged,
            "name": payment.title,
            "amount": amount,
            "first": _name_of(tried.declined),
            "has_first": not _had_no_method(tried.declined),
            "backup": _name_of(attempt),
            "declined_on": _day((tried.declined or attempt).created_at, merchant),
            "coming": _coming(payment, merchant) if is_charged else None,
            "next_try": _next_try(payment, merchant) if not is_charged else "",
            "is_test": merchant.mode == "test",
            "link": f"{merchant.portal_url}/payments/{shown.public_id}" + ("" if is_charged else "/pay"),
            "methods_link": f"{merchant.portal_url}/methods/backup",
        },
    )


def _write(event: Event, now: datetime) -> None:
    tried = _tried(event.merchant_id, str(event.subject["try"]))
    customer_id = tried.payment.customer_id
    address = address_of(merchant_id=event.merchant_id, customer_id=customer_id)
    told = Letter.objects.filter(merchant_id=event.merchant_id, kind=KIND, subject__try=tried.public_id)
    if address is None or told.exists():
        return
    write_letter(
        merchant_id=event.merchant_id,
        kind=KIND,
        customer_id=customer_id,
        recipient=address,
        subject={"try": tried.public_id},
        now=now,
    )


def _tried(merchant_id: int, public_id: str) -> BackupTry:
    rows = BackupTry.objects.select_related("payment__subscription", "attempt__payment", "declined")
    return rows.get(merchant_id=merchant_id, public_id=public_id)


def _had_no_method(declined: Attempt | None) -> bool:
    return (
        declined is not None
        and declined.decline_reason == DeclineReason.METHOD_GONE
        and not declined.method_last_four
    )


def _name_of(attempt: Attempt | None) -> str:
    """Name a method as its owner knows it; what is not known any more is what pays first."""
    if attempt is None or not (attempt.method_brand or attempt.method_last_four):
        return _("What pays it first")
    brand = brand_name(attempt.method_brand) or _("Card")
    if not attempt.method_last_four:
        return brand
    return _("%(brand)s ending in %(last_four)s") % {"brand": brand, "last_four": attempt.method_last_four}


def _coming(payment: Payment, merchant: MerchantInSight) -> tuple[str, str] | None:
    """Write the amount and the day of the agreement's next payment, where there is one."""
    agreement: Subscription | None = payment.subscription
    if agreement is None or agreement.next_payment_at is None or agreement.ends_at is not None:
        return None
    minor = agreement.next_amount_minor
    amount = agreement.amount_minor if minor is None else minor
    return _amount(amount, agreement.currency, merchant), _day(agreement.next_payment_at, merchant)


def _next_try(payment: Payment, merchant: MerchantInSight) -> str:
    """Write the day on which a company that collects tries again; empty where nothing more is tried."""
    is_open = payment.state == Payment.State.FAILED and payment.next_attempt_at is not None
    return _day(payment.next_attempt_at, merchant) if is_open and payment.next_attempt_at else ""


def _amount(minor: int, currency: str, merchant: MerchantInSight) -> str:
    return amount_text(minor, currency, get_language() or merchant.language)


def _day(moment: datetime, merchant: MerchantInSight) -> str:
    local = moment.astimezone(ZoneInfo(merchant.time_zone)).date()
    return full_day_text(local, get_language() or merchant.language)
