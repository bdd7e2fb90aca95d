"""Catch letters instead of sending them, and read what was caught: the demo's mailbox, on loopback only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from paydesk.kit import clock
from paydesk.notices.models import MailboxMessage

SHOWN_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class CaughtLetter:
    """A letter that was caught."""

    id: int
    sender: str
    recipient: str
    title: str
    text: str
    html: str
    caught_at: datetime


class MailboxBackend(BaseEmailBackend):
    """A mail backend that keeps every letter in a table."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the letters and say how many they were."""
        MailboxMessage.objects.bulk_create(_caught(message) for message in email_messages)
        return len(email_messages)


def newest_letters() -> list[CaughtLetter]:
    """List what was caught, the newest first."""
    return [_letter(row) for row in MailboxMessage.objects.order_by("-id")[:SHOWN_MAX]]


def caught_letter(letter_id: int) -> CaughtLetter | None:
    """Give one letter."""
    row = MailboxMessage.objects.filter(id=letter_id).first()
    return _letter(row) if row else None


def _caught(message: EmailMessage) -> MailboxMessage:
    alternatives: list[Any] = getattr(message, "alternatives", [])
    html = next((str(content) for content, kind in alternatives if kind == "text/html"), "")
    return MailboxMessage(
        sender=message.from_email,
        recipient=", ".join(message.recipients()),
        title=str(message.subject),
        text=str(message.body),
        html=html,
        caught_at=clock.wall_now(),
    )


def _letter(row: MailboxMessage) -> CaughtLetter:
    return CaughtLetter(
        id=row.id,
        sender=row.sender,
        recipient=row.recipient,
        title=row.title,
        text=row.text,
        html=row.html,
        caught_at=row.caught_at,
    )
