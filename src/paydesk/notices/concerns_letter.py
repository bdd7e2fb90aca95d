"""The letter to staff about many concerns: how many came, of what kind, over how much. It gathers until it is sent."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from paydesk.billing.concerns.look import open_concern_count
from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.words import WORDS, amount_of
from paydesk.database.transactions import in_transaction, locked
from paydesk.kit.language import number_text
from paydesk.kit.money import total
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Merchant
from paydesk.notices.concern_letter import about, command_for, in_full, in_time
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written

KIND = "concerns"


def lock_gathering(merchant_id: int) -> None:
    """Let one at a time add to what is gathered or close it: nothing falls between two letters."""
    locked(Merchant.objects.filter(id=merchant_id)).get()


def is_gathering(merchant_id: int) -> bool:
    """Say whether a letter for many waits and will tell of what is still untold when it is made."""
    return Letter.objects.filter(
        merchant_id=merchant_id, kind=KIND, subject={}, sent_at__isnull=True, dead_at__isnull=True
    ).exists()


def concerns_letter(letter: Letter, merchant: MerchantInSight, now: datetime) -> Written | None:
    """Make the letter: the same ones however often it is tried. None when all these doubts have ended meanwhile."""
    concerns = in_transaction(lambda: _gathered(letter))
    if not concerns:
        return None
    return _about_many(concerns, merchant, now) if len(concerns) > 1 else about(concerns[0], merchant, now)


def _gathered(letter: Letter) -> list[Concern]:
    """Close the letter to further concerns, and give those that it tells of and that are still open."""
    lock_gathering(letter.merchant_id)
    mine = Concern.objects.filter(merchant_id=letter.merchant_id, resolved_at__isnull=True)
    closed = Letter.objects.filter(merchant_id=letter.merchant_id, id=letter.id, subject={})
    if closed.update(subject={"is_closed": 1}):
        mine.filter(told_in="").update(told_in=letter.public_id)
    return list(mine.filter(told_in=letter.public_id).order_by("opened_at", "id"))


def _about_many(concerns: list[Concern], merchant: MerchantInSight, now: datetime) -> Written:
    by_kind: defaultdict[str, list[Concern]] = defaultdict(list)
    for concern in concerns:
        by_kind[concern.kind].append(concern)
    return Written(
        template=KIND,
        title=ngettext(
            "%(count)s more doubt about money waits for a person",
            "%(count)s more doubts about money wait for a person",
            len(concerns),
        )
        % {"count": _number(len(concerns), merchant)},
        words={
            "kinds": [
                (_(WORDS[kind].title), _number(len(some), merchant), _sums(some, merchant))
                for kind, some in by_kind.items()
            ],
            "since": in_time(concerns[0].opened_at, merchant, now),
            "all_count": _number(open_concern_count(merchant.id), merchant),
            "command": command_for(merchant),
        },
    )


def _sums(concerns: list[Concern], merchant: MerchantInSight) -> list[str]:
    """Add up what is in doubt, each currency on its own."""
    amounts = [amount for concern in concerns if (amount := amount_of(concern.facts))]
    currencies = dict.fromkeys(amount.currency for amount in amounts)
    return [
        in_full(total([one for one in amounts if one.currency == currency], currency=currency), merchant)
        for currency in currencies
    ]


def _number(count: int, merchant: MerchantInSight) -> str:
    return number_text(count, get_language() or merchant.language)
