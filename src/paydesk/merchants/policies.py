"""What a merchant lets its customers do with what is still to come; kept with the merchant, with a default for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from paydesk.merchants.canceling import MayCancel, OffersRefused, read_offers
from paydesk.merchants.models import Merchant


class PolicyRefused(Exception):
    """The words say what is wrong with the wish; staff read them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policies:
    """Each says whether customers may do it, or how far: see MEANINGS."""

    pay_next: bool = True
    pay_several: bool = True
    pay_off: bool = True
    pay_off_waives_fee: bool = True
    move_days: int = 14
    skip_in_a_row: int = 1
    pause_days: int = 90
    change_method: bool = True
    backup_method: bool = True
    move_subscription: bool = True
    cancel_subscription: str = MayCancel.BOTH.value
    cancel_plan: str = MayCancel.BOTH.value
    cancel_off_for: str = ""
    cancel_offers: str = ""
    discount_percent: int = 20
    discount_payments: int = 3

    def may_cancel(self, name: str, *, is_plan: bool) -> MayCancel:
        """Say when customers may end what goes by this name."""
        if name in self.cancel_off_for.split("|"):
            return MayCancel.OFF
        return MayCancel(self.cancel_plan if is_plan else self.cancel_subscription)


#: By the name of the policy: what it lets customers do. Days are calendar days; 0 switches it off.
MEANINGS = {
    "pay_next": "the next payment may be made before its day",
    "pay_several": "several payments may be made with one charge",
    "pay_off": "all that remains of a payment plan may be paid at once",
    "pay_off_waives_fee": "what is left of the finance fee is let off then",
    "move_days": "how far a payment may be moved from the day that the plan gave it",
    "skip_in_a_row": "payments of a subscription that may be skipped one after the other",
    "pause_days": "how long a subscription or plan may pause",
    "change_method": "what pays a plan or subscription may be changed",
    "backup_method": "a backup may be chosen, which is tried once when what pays first was declined",
    "move_subscription": "a plan or subscription may be moved to a method at another company",
    "cancel_subscription": "when a subscription may be cancelled: off, at_end, now or both",
    "cancel_plan": "when a payment plan may be cancelled: off, at_end, now or both",
    "cancel_off_for": "names of what customers cannot cancel, whatever those two say: Studio, yearly|Kiln hours",
    "cancel_offers": "what is offered once before an end, by its reason: too_expensive:discount,unused:skip",
    "discount_percent": "so much less than the price, where a discount is offered",
    "discount_payments": "for so many payments",
}
#: By the name of the policy: the most that makes sense.
_MOST = {
    "move_days": 60,
    "skip_in_a_row": 12,
    "pause_days": 366,
    "discount_percent": 90,
    "discount_payments": 12,
}
_NAMES_MAX = 2000
_WHEN_TO_CANCEL = {"cancel_subscription", "cancel_plan"}


def policies_of(kept: Mapping[str, Any]) -> Policies:
    """Read what is kept with a merchant; what is not said has its default."""
    known = {field.name for field in fields(Policies)}
    return Policies(**{name: value for name, value in kept.items() if name in known})


def check_policies(given: Mapping[str, str]) -> None:
    """Raise PolicyRefused for words that `set_policies` would not take; writes nothing."""
    for name, text in given.items():
        _read(name, text)


def policies_said(policies: Policies) -> str:
    """Say them all in one line, in the words by which they are set."""
    return " ".join(f"{name}={_written(value)}" for name, value in asdict(policies).items())


def read_policies(given: Mapping[str, bool | int | str]) -> Policies:
    """Read values that have their types already; raises PolicyRefused."""
    return policies_of({name: _read(name, _written(value)) for name, value in given.items()})


def set_policies(*, merchant_id: int, given: Mapping[str, str]) -> Policies:
    """Keep policies by name, from the words of a command: yes, no, or a number. Raises PolicyRefused."""
    kept = Merchant.objects.filter(id=merchant_id).values_list("policies", flat=True).get()
    wanted = policies_of(kept | {name: _read(name, text) for name, text in given.items()})
    keep_policies(merchant_id=merchant_id, policies=wanted)
    return wanted


def keep_policies(*, merchant_id: int, policies: Policies) -> None:
    """Keep all of them."""
    Merchant.objects.filter(id=merchant_id).update(policies=asdict(policies))


def _written(value: bool | int | str) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _read(name: str, text: str) -> bool | int | str:
    defaults = asdict(Policies())
    if name not in defaults:
        raise PolicyRefused(f"There is no policy {name!r}. There are: {', '.join(defaults)}.")
    if isinstance(defaults[name], bool):
        if text not in ("yes", "no"):
            raise PolicyRefused(f"{name} is yes or no.")
        return text == "yes"
    if isinstance(defaults[name], str):
        return _read_words(name, text)
    if not text.isdecimal() or int(text) > _MOST[name]:
        raise PolicyRefused(f"{name} is a whole number from 0 to {_MOST[name]}.")
    return int(text)


def _read_words(name: str, text: str) -> str:
    if name in _WHEN_TO_CANCEL:
        if text not in set(MayCancel):
            raise PolicyRefused(f"{name} is one of: {', '.join(MayCancel)}.")
        return text
    if name == "cancel_off_for":
        names = [one.strip() for one in text.split("|") if one.strip()]
        if len(text) > _NAMES_MAX or not text.isprintable():
            raise PolicyRefused(f"{name} is names in one line, with | between them.")
        return "|".join(names)
    try:
        return ",".join(f"{reason}:{offer}" for reason, offer in read_offers(text).items())
    except OffersRefused as refused:
        raise PolicyRefused(f"{name}: {refused}") from refused
