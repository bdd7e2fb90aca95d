"""Accounts of merchants at the company: a `billing` account owns subscriptions, a `vault` account only charges."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from paydesk_simulator.clock import business_now, wall_now
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused

BILLING = "billing"
VAULT = "vault"
RETRY_DAYS = [1, 3, 5]
KEY_MEMORY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One account. `retry_days` counts from the due day of a bill; `after_retries` is what its subscription becomes.

    Of a wallet (`is_wallet`) the customer alone says what pays an agreement, on a page of the company. What is overdue
    is not tried while the agreement pauses, and owed no more once it has ended; no date for an end is kept.

    Its merchant may call `calls_a_second` times in any second (0: as often as they like).
    """

    TABLE: ClassVar[str] = "accounts"
    id: str
    kind: str
    name: str
    api_key: str
    webhook_secret: str
    webhook_url: str
    retry_days: list[int]
    after_retries: str
    is_wallet: bool
    key_memory_seconds: int
    clock_offset_seconds: int
    delivery_held: bool
    delivery_copies: int
    delivery_delay_milliseconds: int
    calls_a_second: int
    latency_milliseconds: int
    created_at: datetime

    def now(self) -> datetime:
        """Give the business time of this account."""
        return business_now(self.clock_offset_seconds)


def open_account(
    books: Books, *, kind: str, name: str, webhook_url: str, key_memory_seconds: int = KEY_MEMORY_SECONDS
) -> Account:
    """Open an account with secrets of its own."""
    if kind not in (BILLING, VAULT):
        raise Refused(400, "unknown_kind", "An account is of kind billing or vault.")
    return books.add(
        Account(
            id=new_id("acct"),
            kind=kind,
            name=name,
            api_key="sim_sk_" + secrets.token_urlsafe(24),
            webhook_secret="sim_wh_" + secrets.token_urlsafe(24),
            webhook_url=webhook_url,
            retry_days=list(RETRY_DAYS),
            after_retries="unpaid",
            is_wallet=False,
            key_memory_seconds=key_memory_seconds,
            clock_offset_seconds=0,
            delivery_held=False,
            delivery_copies=1,
            delivery_delay_milliseconds=0,
            calls_a_second=0,
            latency_milliseconds=0,
            created_at=wall_now(),
        )
    )


def account_of_key(books: Books, api_key: str) -> Account | None:
    """Find the account that an API key opens."""
    return next(iter(books.find(Account, "api_key = ?", api_key)), None)
