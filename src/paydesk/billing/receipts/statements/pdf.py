"""Print a statement as PDF. The same books on the same day give the same bytes."""

from __future__ import annotations

from paydesk.billing.receipts.printing.compiler import forget_what_was_laid_out
from paydesk.billing.receipts.printing.pdf import Sheet, draw_sheet, print_sheet
from paydesk.billing.receipts.statements.paper import LAYOUT, RULED_MAX, Addressed, lay_out


def print_statement(addressed: Addressed, *, merchant_id: int, language: str) -> bytes:
    """Give the PDF. Raises LettersMissing rather than print boxes where letters should be."""
    printed = print_sheet(_sheet(addressed, merchant_id, language))
    if addressed.statement.lines_count > RULED_MAX:
        forget_what_was_laid_out()
    return printed


def draw_statement(
    addressed: Addressed, *, merchant_id: int, language: str, pixels_per_inch: int = 110
) -> list[bytes]:
    """Draw the pages as PNG, to be looked at."""
    return draw_sheet(_sheet(addressed, merchant_id, language), pixels_per_inch=pixels_per_inch)


def _sheet(addressed: Addressed, merchant_id: int, language: str) -> Sheet:
    return Sheet(
        name=f"the statement of {addressed.statement.year} of merchant {merchant_id}",
        layout=f"{LAYOUT}/statement.typ",
        prints=lay_out(addressed, language),
        merchant_id=merchant_id,
        logo_digest=addressed.seller["logo_digest"],
        at=addressed.made_at.replace(hour=0, minute=0, second=0, microsecond=0),
    )
