"""Keyset pages: a cursor names the last row that was shown, so page 1,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadCursor(ValueError):
    """The cursor in the address was not made by us."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """The place after which a page begins: newest first, the row's id breaks a tie."""

    moment: datetime
    row_id: int

    def text(self) -> str:
        """Give the form for an address."""
        micros = (self.moment - _EPOCH) // timedelta(microseconds=1)
        return base64.urlsafe_b64encode(f"{micros}.{self.row_id}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Read the form that `Cursor.text` gave, or raise BadCursor."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        micros, row_id = raw.split(".")
        return Cursor(moment=_EPOCH + timedelta(microseconds=int(micros)), row_id=int(row_id))
    except (ValueError, binascii.Error, OverflowError) as bad:
        raise BadCursor(text) from bad
