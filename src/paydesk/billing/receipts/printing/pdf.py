"""Print a paper as PDF. The same receipt in the same language gives the same bytes, in every process."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.compiler import CannotPrint, compile_layout, draw_layout
from paydesk.billing.receipts.printing.letters import undrawable
from paydesk.billing.receipts.printing.paper import lay_out
from paydesk.billing.receipts.snapshot import Snapshot
from paydesk.merchants.branding import logo_by_digest

log = logging.getLogger(__name__)

#: The box of the logo in the layout: it keeps its proportions, and stands where lines begin.
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 130"><image width="620" height="130"'
    ' preserveAspectRatio="{place} meet" href="data:{media_type};base64,{content}"/></svg>'
)


class LettersMissing(Exception):
    """No font has these letters: staff can install the font packages, or name a folder of fonts."""

    def __init__(self, letters: str) -> None:
        super().__init__(f"no font has {letters!r}; see docs/receipts.md")
        self.letters = letters


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A paper that is laid out: what `layouts/LAYOUT` prints, whose logo it bears, and the one date in the file.

    `name` tells staff which paper it is.
    """

    name: str
    layout: str
    prints: dict[str, Any]
    merchant_id: int
    logo_digest: str
    at: datetime


def print_receipt(receipt: Receipt, *, language: str) -> bytes:
    """Give the PDF. Raises LettersMissing rather than print boxes where letters should be."""
    return print_sheet(_sheet(receipt, language))


def draw_receipt(receipt: Receipt, *, language: str, pixels_per_inch: int = 110) -> list[bytes]:
    """Draw the pages as PNG, to be looked at."""
    return draw_sheet(_sheet(receipt, language), pixels_per_inch=pixels_per_inch)


def missing_letters(receipt: Receipt, *, language: str) -> str:
    """Name the letters that keep a receipt from being printed; empty when nothing does."""
    return undrawable(_texts(lay_out(receipt, language)))


def print_sheet(sheet: Sheet) -> bytes:
    """Give a paper as PDF. Raises LettersMissing."""
    letters = undrawable(_texts(sheet.prints))
    if letters:
        log.warning("%s cannot be printed: no font has %r", sheet.name, letters)
        raise LettersMissing(letters)
    inputs = _inputs(sheet)
    try:
        return compile_layout(sheet.layout, inputs, at=sheet.at)
    except CannotPrint as refused:
        if not inputs["logo"]:
            raise
        # A picture that cannot be read must not keep a customer from the proof of a payment.
        log.warning("%s is printed without its logo: %s", sheet.name, refused)
        return compile_layout(sheet.layout, inputs | {"logo": ""}, at=sheet.at)


def draw_sheet(sheet: Sheet, *, pixels_per_inch: int) -> list[bytes]:
    """Draw the pages of a paper as PNG, to be looked at."""
    return draw_layout(sheet.layout, _inputs(sheet), pixels_per_inch=pixels_per_inch)


def _sheet(receipt: Receipt, language: str) -> Sheet:
    said: Snapshot = receipt.snapshot
    return Sheet(
        name=f"receipt {receipt.public_id}",
        layout=f"{said['layout']}/receipt.typ",
        prints=lay_out(receipt, language),
        merchant_id=receipt.merchant_id,
        logo_digest=said["seller"]["logo_digest"],
        at=receipt.issued_at,
    )


def _inputs(sheet: Sheet) -> dict[str, str]:
    return {"data": json.dumps(sheet.prints), "logo": _logo(sheet)}


def _texts(part: Any) -> Iterator[str]:
    """Give every text that is printed, however deep it lies."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _texts(inner)


def _logo(sheet: Sheet) -> str:
    if not sheet.logo_digest:
        return ""
    place = "xMaxYMid" if sheet.prints["rtl"] else "xMinYMid"
    try:
        return _drawing(sheet.merchant_id, sheet.logo_digest, place)
    except LookupError:
        log.error("the logo of %s is gone: %s", sheet.name, sheet.logo_digest)
        return ""


@lru_cache(maxsize=64)
def _drawing(merchant_id: int, digest: str, place: str) -> str:
    """Wrap a picture as the SVG that Typst places; pictures are kept by digest and never change."""
    logo = logo_by_digest(merchant_id=merchant_id, digest=digest)
    if logo is None:
        raise LookupError(digest)
    content = base64.b64encode(logo.content).decode("ascii")
    return _LOGO.format(place=place, media_type=logo.media_type, content=content)
