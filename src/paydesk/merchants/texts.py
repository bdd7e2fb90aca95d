"""What a merchant says in its own words at a step of the portal: the steps, and the text that a reader is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paydesk.kit.language import is_language

#: By the name of the step: where its text stands.
STEPS = {
    "sign_in": "on the page that asks for the e-mail address",
    "overview": "on the overview, below what needs the customer",
    "pay": "where a payment is paid, or several",
    "methods": "on the page of the payment methods",
    "upcoming": "on the page of what is coming up",
    "orders": "on the page of an order",
    "cancel": "before something is cancelled, also where that is switched off",
    "canceled": "on the page of what was cancelled, and in the letter that confirms it",
    "letters": "at the foot of every letter to customers",
}
LETTERS_MAX = 400

Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWords:
    """A merchant's own words, and the language that they are in."""

    words: str
    language: str


def text_for(texts: Texts, step: str, *, language: str, of_merchant: str) -> OwnWords | None:
    """Give the text of a step in the reader's language, else in the merchant's; None where it says nothing."""
    for wanted in dict.fromkeys((language, language.partition("-")[0], of_merchant)):
        words = texts.get(wanted, {}).get(step, "")
        if words:
            return OwnWords(words=words, language=wanted)
    return None


def refusal_of_texts(texts: Texts) -> str | None:
    """Say what is wrong with them, or None."""
    for language, by_step in texts.items():
        if not is_language(language):
            return f"There is no language {language!r}; they look like en or pt-br."
        for step, words in by_step.items():
            if step not in STEPS:
                return f"There is no step {step!r}. There are: {', '.join(STEPS)}."
            if len(words) > LETTERS_MAX or not words.isprintable():
                return f"texts.{language}.{step} takes at most {LETTERS_MAX} letters, in one line."
    return None
