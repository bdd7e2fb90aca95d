"""Print a receipt or a note as PDF. The same row in the same language gives the same bytes, in every process."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.compiler import CannotPrint, compile_layout, draw_layout
from paydesk.billing.receipts.printing.letters import undrawable
from paydesk.billing.receipts.printing.paper import lay_out
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


def print_receipt(receipt: Receipt, *, language: str) -> bytes:
    """Give the PDF. Raises LettersMissing rather than print boxes where letters should be."""
    paper = lay_out(receipt, language)
    letters = undrawable(_texts(paper))
    if letters:
        log.warning("receipt %s cannot be printed: no font has %r", receipt.public_id, letters)
        raise LettersMissing(letters)
    layout: int = receipt.snapshot["layout"]
    inputs = {"data": json.dumps(paper), "logo": _logo(receipt, is_rtl=paper["rtl"])}
    try:
        return compile_layout(layout, inputs, at=receipt.issued_at)
    except CannotPrint as refused:
        if not inputs["logo"]:
            raise
        # A picture that cannot be read must not keep a customer from the proof of a payment.
        log.warning("receipt %s is printed without its logo: %s", receipt.public_id, refused)
        return compile_layout(layout, inputs | {"logo": ""}, at=receipt.issued_at)


def draw_receipt(receipt: Receipt, *, language: str, pixels_per_inch: int = 110) -> list[bytes]:
    """Draw the pages as PNG, to be looked at."""
    paper = lay_out(receipt, language)
    inputs = {"data": json.dumps(paper), "logo": _logo(receipt, is_rtl=paper["rtl"])}
    return draw_layout(receipt.snapshot["layout"], inputs, pixels_per_inch=pixels_per_inch)


def missing_letters(receipt: Receipt, *, language: str) -> str:
    """Name the letters that keep a receipt from being printed; empty when nothing does."""
    return undrawable(_texts(lay_out(receipt, language)))


def _texts(part: Any) -> Iterator[str]:
    """Give every text that is printed, however deep it lies."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _texts(inner)


def _logo(receipt: Receipt, *, is_rtl: bool) -> str:
    digest: str = receipt.snapshot["seller"]["logo_digest"]
    if not digest:
        return ""
    try:
        return _drawing(receipt.merchant_id, digest, "xMaxYMid" if is_rtl else "xMinYMid")
    except LookupError:
        log.error("the logo of receipt %s is gone: %s", receipt.public_id, digest)
        return ""


@lru_cache(maxsize=64)
def _drawing(merchant_id: int, digest: str, place: str) -> str:
    """Wrap a picture as the SVG that Typst places; pictures are kept by digest and never change."""
    logo = logo_by_digest(merchant_id=merchant_id, digest=digest)
    if logo is None:
        raise LookupError(digest)
    content = base64.b64encode(logo.content).decode("ascii")
    return _LOGO.format(place=place, media_type=logo.media_type, content=content)
