"""Hash every secret of access with the installation's key before it is stored or looked up."""

from __future__ import annotations

from django.conf import settings

from paydesk.kit.secrets import keyed_hash

LINK = "access.link"
CODE = "access.code"
BROWSER = "access.browser"
KNOWN_BROWSER = "access.known_browser"
SESSION = "access.session"
TICKET = "access.ticket"
LIMIT = "access.limit"
PAGE = "access.page"
CALENDAR = "access.calendar"


def hash_of(secret: str, *, purpose: str) -> bytes:
    """Give the only form of a secret that is kept."""
    return keyed_hash(secret, key=settings.SECRET_KEY.encode(), purpose=purpose)
