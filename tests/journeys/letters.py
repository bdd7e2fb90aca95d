"""Read the sign-in letters that the installation's worker has sent into the mailbox."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from paydesk.notices.models import MailboxMessage

WAIT_SECONDS = 15
QUIET_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class ReadLetter:
    """A sign-in letter as its reader sees it."""

    id: int
    link: str
    secret: str
    code: str


def letter_to(address: str, *, after: int = 0) -> ReadLetter:
    """Wait for the next sign-in letter to an address; whatever else is written to it is passed over."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        for caught in MailboxMessage.objects.filter(recipient=address, id__gt=after).order_by("-id"):
            if found := _read(caught):
                return found
        time.sleep(0.05)
    raise AssertionError(f"no letter to {address} came in {WAIT_SECONDS} s")


def no_letter_comes(address: str) -> bool:
    """Wait a while, and say whether none came."""
    time.sleep(QUIET_SECONDS)
    return not MailboxMessage.objects.filter(recipient=address).exists()


def _read(caught: MailboxMessage) -> ReadLetter | None:
    link = re.search(r"https?://\S+#([\w-]+)", caught.text)
    code = re.search(r"\b(\d{8})\b", caught.text)
    if not (link and code):
        return None
    return ReadLetter(id=caught.id, link=link.group(0), secret=link.group(1), code=code.group(1))
