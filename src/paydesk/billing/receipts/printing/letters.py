"""Make a text fit to be printed: what cannot be seen goes, what no font can draw is named, nothing becomes a box."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from threading import Lock

from paydesk.billing.receipts.printing.compiler import can_draw
from paydesk.billing.receipts.printing.fonts import families_for

#: Joiners that Arabic, Persian and Indian scripts need, and the marks that Babel puts around amounts.
_KEPT_UNSEEN = {"\u200c", "\u200d", "\u200e", "\u200f", "\u061c"}
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: Pictures: emoji and their skin tones. A receipt says the same without them.
_PICTURES = {"So", "Sk", "Cn"}
#: Typst breaks lines between words and at hyphens; an unbroken text as long as this may be broken anywhere.
_LONG_RUN = re.compile(r"\S{36,}")
_BREAK_EVERY = 12
_MAY_BREAK = "\u200b"
#: An isolate keeps a name in another direction from turning the words around it.
_ISOLATE, _ISOLATE_LTR, _END = "\u2068", "\u2066", "\u2069"
_LATIN_1 = 0xFF
_BASIC_LATIN = frozenset(map(chr, range(0x20, 0x7F)))

known: dict[str, bool] = {}
_knowing = Lock()


def undrawable(texts: Iterable[str]) -> str:
    """Name the letters that no font has, each once, in order; empty when all can be printed.

    Typst itself is asked, once a process for each letter: it alone knows what its fonts can draw.
    """
    letters = set().union(*texts) - _BASIC_LATIN - _KEPT_UNSEEN - {_MAY_BREAK, _ISOLATE, _ISOLATE_LTR, _END}
    _find_out({letter for letter in letters if letter not in known})
    return "".join(sorted(letter for letter in letters if not known[letter]))


def printable(text: str, *, is_rtl_page: bool) -> str:
    """Take out what cannot be seen and pictures that cannot be drawn, and let very long words be broken."""
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(_seen(letter) for letter in plain)
    plain = "".join(_stand_in(letter) for letter in plain)
    plain = re.sub(r"\s+", " ", plain.replace("\ufe0f", "").replace("\ufe0e", "")).strip(" \u200d")
    plain = _LONG_RUN.sub(_breakable, plain)
    return f"{_ISOLATE}{plain}{_END}" if plain and (is_rtl_page or is_right_to_left(plain)) else plain


def is_right_to_left(text: str) -> bool:
    """Say whether a text holds letters that are written from right to left."""
    return any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)


def _seen(letter: str) -> str:
    if letter in _KEPT_UNSEEN:
        return letter
    if letter in "\t\n\r\v\f\u2028\u2029":
        return " "
    return "" if unicodedata.category(letter) in _UNSEEN else letter


def _stand_in(letter: str) -> str:
    """Where no font has a letter, its plain form will do (a ligature, a wide letter), and a picture is left out."""
    if ord(letter) <= _LATIN_1:
        return letter
    plainer = unicodedata.normalize("NFKC", letter)
    is_picture = unicodedata.category(letter) in _PICTURES
    if (plainer == letter and not is_picture) or not undrawable([letter]):
        return letter
    return "" if is_picture else plainer


def _breakable(run: re.Match[str]) -> str:
    word = run.group()
    return _MAY_BREAK.join(word[place : place + _BREAK_EVERY] for place in range(0, len(word), _BREAK_EVERY))


def _find_out(letters: set[str]) -> None:
    if not letters:
        return
    families = json.dumps(families_for("", ""))
    together = can_draw(" ".join(sorted(letters)), families)
    found = {letter: together or can_draw(letter, families) for letter in letters}
    with _knowing:
        known.update(found)
