"""Say to staff why customers cancelled, and what they chose where something was offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from paydesk.billing.arrangements.models import CancelNote
from paydesk.merchants.find import MerchantInSight

SHOWN_MAX = 100


def said_cancels(merchant: MerchantInSight) -> Iterator[str]:
    """Give lines: how often each reason was given, then what each of the latest said."""
    notes = CancelNote.objects.filter(merchant_id=merchant.id)
    if not notes.exists():
        yield "Nobody has cancelled here yet."
        return
    counts = Counter(notes.values_list("reason", flat=True))
    named = ", ".join(f"{reason or 'no reason'} {count}" for reason, count in counts.most_common())
    yield f"Why customers cancelled: {named}."
    for note in notes.select_related("subscription").order_by("-created_at", "-id")[:SHOWN_MAX]:
        yield f"{note.created_at:%Y-%m-%d %H:%M}  {note.subscription.public_id}  {_line(note)}"


def _line(note: CancelNote) -> str:
    """A comment is in one line, and moves nothing on a terminal: it is somebody's own words."""
    said = [note.subscription.name, note.reason or "no reason", _became(note)]
    comment = "".join(letter for letter in " ".join(note.comment.split()) if letter.isprintable())
    return " | ".join([*said, *([f'"{comment}"'] if comment else [])])


def _became(note: CancelNote) -> str:
    if note.answer == CancelNote.Answer.ACCEPTED:
        return f"took the offer to {note.offered}"
    when = "at once" if note.wanted == "now" else "at the end of what is paid"
    became = "cancelled " + when + (f", was offered to {note.offered}" if note.offered else "")
    return f"{became}, taken back" if note.undone_at else became
