"""The letter to staff about one concern: what is known, what it means for the money, and what to do."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.words import FACT_NAMES, WORDS, amount_of, other_facts
from paydesk.kit.language import amount_text, moment_text
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written

KIND = "concern"


def concern_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written | None:
    """Make the letter. None when the doubt has ended meanwhile."""
    concern = Concern.objects.get(merchant_id=merchant.id, public_id=str(letter.subject["concern"]))
    return None if concern.resolved_at is not None else about(concern, merchant, now)


def about(concern: Concern, merchant: MerchantInSight, now: datetime) -> Written:
    """Write about one concern in the language that is active."""
    words = WORDS[concern.kind]
    return Written(
        template=KIND,
        title=_title(_(words.title), amount_of(concern.facts), merchant),
        words={
            "facts": _facts(concern, merchant, now),
            "meaning": _(words.meaning),
            "to_do": _(words.to_do),
            "command": command_for(merchant),
        },
    )


def command_for(merchant: MerchantInSight) -> str:
    """Give the command that lists what waits for a person."""
    return f"paydesk concerns --merchant {merchant.slug}"


def in_full(amount: Money, merchant: MerchantInSight) -> str:
    """Write an amount in the letter's language."""
    return amount_text(amount.minor, amount.currency, get_language() or merchant.language)


def in_time(moment: datetime, merchant: MerchantInSight, now: datetime) -> str:
    """Write a moment in the merchant's zone and the letter's language."""
    zone = ZoneInfo(merchant.time_zone)
    language = get_language() or merchant.language
    said = moment_text(moment.astimezone(zone), language, this_year=now.astimezone(zone).year)
    return f"{said} ({merchant.time_zone})"


def _title(title: str, amount: Money | None, merchant: MerchantInSight) -> str:
    if amount is None:
        return title
    return _("%(what)s: %(amount)s") % {"what": title, "amount": in_full(amount, merchant)}


def _facts(concern: Concern, merchant: MerchantInSight, now: datetime) -> list[tuple[str, str]]:
    amount = amount_of(concern.facts)
    known = [(_("Amount"), in_full(amount, merchant))] if amount else []
    known += [
        (
            _(FACT_NAMES[name]) if name in FACT_NAMES else name,
            in_full(value, merchant) if isinstance(value, Money) else value,
        )
        for name, value in other_facts(concern.facts).items()
    ]
    return [
        *known,
        (_("Noticed"), in_time(concern.opened_at, merchant, now)),
        (_("Concern"), concern.public_id),
    ]
