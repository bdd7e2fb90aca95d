"""How long each key lives, in wall time, and the one rule by which it is still alive."""

from __future__ import annotations

from datetime import datetime, timedelta

#: ASVS 5.0, 6.5.5: an out-of-band code is good for 10 minutes at most. Links may live longer: see docs/access.md.
CODE_LIFETIME = timedelta(minutes=10)
#: For what is sensitive the customer has come in, by a link or a code, no longer ago than this.
PROOF_LIFETIME = timedelta(minutes=10)
SESSION_IDLE = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(hours=12)
#: For so long the old address can take a change of address back.
UNDO_LIFETIME = timedelta(days=7)
TICKET_LIFETIME = timedelta(seconds=60)
REQUEST_COOKIE_LIFETIME = timedelta(minutes=15)
KNOWN_BROWSER_LIFETIME = timedelta(days=180)

CODE_TRIES_MAX = 5

#: Clocks of our own machines may differ by this much.
_SKEW = timedelta(seconds=60)


def is_alive(*, since: datetime, until: datetime, now: datetime) -> bool:
    """A key lives from its making to its end. A clock that was set back must not lengthen a life, so it ends it."""
    return since - _SKEW <= now < until


def is_idle(*, seen_at: datetime, now: datetime) -> bool:
    """Say whether a session was left alone too long."""
    return now - seen_at >= SESSION_IDLE
