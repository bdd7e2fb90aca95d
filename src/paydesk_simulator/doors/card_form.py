"""The card form: what was typed, what is wrong with it, and the test card that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from paydesk_simulator.cards import CARD_OF_NUMBER, Card
from paydesk_simulator.clock import step


@dataclass(frozen=True, kw_only=True, slots=True)
class CardForm:
    """A form as it was typed. `errors` stand beside their fields, a `refusal` of the card above them."""

    number: str = ""
    expiry: str = ""
    security_code: str = ""
    holder: str = ""
    card: Card | None = None
    expires: tuple[int, int] = (0, 0)
    errors: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""

    @classmethod
    def prefilled(cls, number: str) -> CardForm:
        """Fill in a test card, for people who try things out."""
        if number not in CARD_OF_NUMBER:
            return cls()
        return cls(number=number, expiry="12 / 34", security_code="123", holder="Test Card")


def read_card_form(typed: Mapping[str, str], *, now: datetime) -> CardForm:
    """Read what was typed. The security code is looked at and dropped: nobody may keep it."""
    number = re.sub(r"[\s-]", "", typed.get("number", ""))
    expires = _expiry(typed.get("expiry", ""))
    card = CARD_OF_NUMBER.get(number)
    errors = {
        "number": _number_error(number, card),
        "expiry": _expiry_error(expires, now),
        "security_code": ""
        if re.fullmatch(r"\d{3,4}", typed.get("security_code", "").strip())
        else "Enter the 3 or 4 digits of the security code.",
    }
    mistakes = {name: words for name, words in errors.items() if words}
    form = CardForm(
        number=typed.get("number", "").strip(),
        expiry=typed.get("expiry", "").strip(),
        holder=typed.get("holder", "").strip(),
        card=card,
        expires=expires or (0, 0),
        errors=mistakes,
    )
    return form if mistakes or card is None or not card.refused_when_saved else _refused(form, card)


def _refused(form: CardForm, card: Card) -> CardForm:
    """The bank said no: beside the field that it is about, or above a form that is empty for another card."""
    if card.refused_field:
        return replace(form, errors={card.refused_field: card.refused_when_saved})
    return CardForm(holder=form.holder, refusal=card.refused_when_saved)


def _number_error(number: str, card: Card | None) -> str:
    if not re.fullmatch(r"\d{12,19}", number):
        return "Enter the card number: 12 to 19 digits."
    if card is None:
        return "This company takes test cards only. Choose one from the list below."
    return ""


def _expiry(typed: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,2})\s*[/ -]?\s*(\d{2}|\d{4})\s*", typed)
    if not found or not 1 <= int(found[1]) <= 12:
        return None
    year = int(found[2])
    return (year if year > 99 else 2000 + year), int(found[1])


def _expiry_error(expires: tuple[int, int] | None, now: datetime) -> str:
    if expires is None:
        return "Enter the month and year, such as 08 / 29."
    if now >= step(datetime(expires[0], expires[1], 1, tzinfo=UTC), unit="month", count=1):
        return "This card has expired."
    return ""
