"""Check the truths of a merchant; while one is broken that merchant's charging waits, and a person is told (R12)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.holds.held import holds_of
from paydesk.billing.holds.hold import hold_charging
from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.holds.release import release_hold
from paydesk.config.truths.table import TRUTHS
from paydesk.config.truths.truth import Truth
from paydesk.database.transactions import in_transaction
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id

log = logging.getLogger(__name__)

_BY_ITSELF = "the truths hold again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """A truth that does not hold, with a few examples of what breaks it."""

    truth: Truth
    examples: Sequence[str]


def check_truths(merchant: MerchantInSight, *, now: datetime) -> list[Broken]:
    """Ask each truth; changes nothing. `now` is wall time."""
    found = [(truth, truth.broken_by(merchant, now)) for truth in TRUTHS]
    return [Broken(truth=truth, examples=examples) for truth, examples in found if examples]


def watch_truths(now: datetime) -> None:
    """The hourly job: what is broken once may be money that moves just now, so it is asked twice before it counts."""
    for merchant_id in all_merchant_ids():
        merchant = merchant_by_id(merchant_id)
        names = {one.truth.name for one in check_truths(merchant, now=now)}
        broken = [one for one in check_truths(merchant, now=now) if one.truth.name in names] if names else []
        in_transaction(lambda: act_on(merchant, broken, now=now))  # noqa: B023  it is run before the next merchant


def act_on(merchant: MerchantInSight, broken: Sequence[Broken], *, now: datetime) -> None:
    """Hold the merchant's charging while something stops it, tell a person of each; and let go what holds again."""
    for one in broken:
        log.error("%s is broken at %s: %s", one.truth.name, merchant.slug, "; ".join(one.examples))
        open_concern(
            merchant_id=merchant.id,
            kind=Concern.Kind.TRUTH_BROKEN,
            subject=_subject(one.truth),
            facts={"truth": f"{one.truth.name}: {one.truth.says}", "found": "; ".join(one.examples)[:500]},
            now=now,
        )
    names = {one.truth.name for one in broken}
    for truth in TRUTHS:
        if truth.name not in names:
            resolve_quietly(
                merchant_id=merchant.id,
                kind=Concern.Kind.TRUTH_BROKEN,
                subject=_subject(truth),
                note=_BY_ITSELF,
                now=now,
            )
    stopping = [one for one in broken if one.truth.stops]
    if stopping:
        hold_charging(
            merchant_id=merchant.id,
            connection_id=None,
            kind=ChargeHold.Kind.TRUTH,
            why="; ".join(f"{one.truth.name}: {one.examples[0]}" for one in stopping)[:500],
            now=now,
        )
        return
    for hold in holds_of(merchant.id):
        if hold.kind == ChargeHold.Kind.TRUTH:
            release_hold(merchant_id=merchant.id, hold_id=hold.id, released_by=_BY_ITSELF, now=now)


def _subject(truth: Truth) -> str:
    return f"truth:{truth.name}"
