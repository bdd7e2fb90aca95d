"""Find payments by number, title or amount, whatever the capitals, accents, dots and leading zeros.

A person's history is small enough to be read whole, and the databases do not agree on what a letter is.
"""

from __future__ import annotations

import re
import unicodedata

from paydesk.billing.payments.models import Payment
from paydesk.database.compiled import CompiledQuery
from paydesk.kit.money import exponent
from paydesk.portal.reads.history import COLUMNS, IS_COMING, PastPayment

#: Beyond this the oldest are not searched; the page says so.
SEARCHED_MAX = 10_000

_ALL = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        Payment.objects.filter(merchant_id=merchant_id, customer_id=customer_id)
        .exclude(IS_COMING)
        .order_by("-due_at", "-id")
        .values_list(*COLUMNS)[:SEARCHED_MAX]
    ),
    into=PastPayment,
    slots={"merchant_id": int, "customer_id": int},
)
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_NOT_WORDS = re.compile(r"[^\w]+")
_NOT_DIGITS = re.compile(r"\D+")
_AMOUNT = re.compile(r"^\D{0,4}\d[\d.,'’  ]*\D{0,4}$")


def search_payments(*, merchant_id: int, customer_id: int, words: str) -> list[PastPayment]:
    """Give every payment in which each of the words is found, the newest first."""
    asked = [(fold(word), _amount_digits(word)) for word in words.split()]
    asked = [(word, digits) for word, digits in asked if word or digits]
    rows = _ALL.rows(merchant_id=merchant_id, customer_id=customer_id)
    return [row for row in rows if _is_found(row, asked)]


def fold(text: str) -> str:
    """Take capitals, accents, punctuation and leading zeros away: `INV-0042` and `inv 42` are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_WORDS.sub("", _LEADING_ZEROS.sub("", plain))


def _is_found(row: PastPayment, asked: list[tuple[str, str]]) -> bool:
    said = "|".join(
        fold(part) for part in (row.title, row.number, row.order_title, row.order_number, row.currency)
    )
    return all((word and word in said) or (digits and digits in _amount_forms(row)) for word, digits in asked)


def _amount_digits(word: str) -> str:
    """Give the digits of what may be an amount: 49, 49.00, 49,00, €49, 1'234.50."""
    return _NOT_DIGITS.sub("", word) if _AMOUNT.match(word) else ""


def _amount_forms(row: PastPayment) -> tuple[str, str]:
    """An amount is found by all of its digits or by its whole part."""
    return (str(row.amount_minor), str(row.amount_minor // 10 ** exponent(row.currency)))
