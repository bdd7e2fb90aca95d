"""Remembered keys: the same key gives the same answer until the account forgets it, by its business clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class RememberedKey:
    TABLE: ClassVar[str] = "remembered_keys"
    id: str
    account_id: str
    key: str
    fingerprint: str
    status: int
    body: str
    created_at: datetime


def recall(
    books: Books, account: Account, *, key: str, fingerprint: str, now: datetime
) -> RememberedKey | None:
    """Give the answer that this key had, or refuse when it was used for something else."""
    known = next(iter(books.find(RememberedKey, "account_id = ? AND key = ?", account.id, key)), None)
    if known is None:
        return None
    if now - known.created_at > timedelta(seconds=account.key_memory_seconds):
        books.remove(known)
        return None
    if known.fingerprint != fingerprint:
        raise Refused(409, "key_reused", "This key was used with other parameters.")
    return known


def remember(
    books: Books, account: Account, *, key: str, fingerprint: str, status: int, body: str, now: datetime
) -> None:
    """Keep an answer with what it changed, in one transaction."""
    row = RememberedKey(
        id=new_id("key"),
        account_id=account.id,
        key=key,
        fingerprint=fingerprint,
        status=status,
        body=body,
        created_at=now,
    )
    books.add(row)


def forget_all(books: Books, account: Account) -> int:
    """Forget every key of an account; gives how many there were."""
    return len(books.ask("DELETE FROM remembered_keys WHERE account_id = ? RETURNING id", account.id))
