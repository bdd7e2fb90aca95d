"""Signed webhooks: delivered by a thread of their own, again and again until the answer is 2xx."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby

import urllib3

from paydesk_simulator.clock import wall_now
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.events import Delivery
from paydesk_simulator.database import Books

log = logging.getLogger(__name__)

SIGNATURE_HEADER = "Simulated-Signature"
TOLERANCE = timedelta(seconds=300)
#: What can be wrong with a forged webhook.
FORGERIES = ("other_secret", "old_timestamp", "changed_body", "no_signature")

_TRIES_MAX = 500
_WAIT_MAX_SECONDS = 60
_ANSWER_SECONDS = 15
_POOL = urllib3.PoolManager(maxsize=8, retries=False)


def sign(body: bytes, *, secret: str, timestamp: int) -> str:
    """Give the signature header: HMAC-SHA256 over `timestamp.body`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class Deliverer:
    """Delivers until it is stopped; wakes when there is something to deliver."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the deliveries that are under way."""
        self._stopped.set()
        self._books.deliveries_waiting.set()
        self._thread.join(timeout=_ANSWER_SECONDS)

    def _run(self) -> None:
        with ThreadPoolExecutor(8) as posts:
            while not self._stopped.is_set():
                self._books.deliveries_waiting.wait(timeout=0.2)
                self._books.deliveries_waiting.clear()
                try:
                    self._deliver_what_is_due(posts)
                except Exception:
                    log.exception("a round of deliveries failed")

    def _deliver_what_is_due(self, posts: ThreadPoolExecutor) -> None:
        while not self._stopped.is_set() and (due := self._due()):
            # One account's webhooks go one after the other, so that their order is what was asked for.
            list(posts.map(self._deliver_in_order, due))

    def _due(self) -> list[list[tuple[Account, Delivery]]]:
        with self._books.open():
            condition = "status = 'waiting' AND due_at <= ? ORDER BY account_id, due_at, rowid LIMIT 200"
            found = self._books.find(Delivery, condition, wall_now())
            accounts = {row.account_id: self._books.get(Account, row.account_id) for row in found}
        return [list(_with_account(accounts, rows)) for _, rows in groupby(found, lambda row: row.account_id)]

    def _deliver_in_order(self, due: list[tuple[Account, Delivery]]) -> None:
        for account, delivery in due:
            if not self._stopped.is_set():
                answer = post(account, delivery)
                with self._books.open():
                    _record(self._books, delivery, answer)


def _with_account(
    accounts: dict[str, Account | None], rows: Iterator[Delivery]
) -> Iterator[tuple[Account, Delivery]]:
    for row in rows:
        account = accounts[row.account_id]
        if account is not None:
            yield account, row


def post(account: Account, delivery: Delivery) -> str:
    """Post one webhook; gives the status that came back, or what went wrong."""
    body, headers = forged(delivery.body.encode(), secret=account.webhook_secret, forgery=delivery.forgery)
    try:
        answer = _POOL.request(
            "POST",
            delivery.url,
            body=body,
            headers={"Content-Type": "application/json", **headers},
            timeout=urllib3.Timeout(connect=2, read=_ANSWER_SECONDS),
            redirect=False,
        )
    except urllib3.exceptions.HTTPError as broken:
        return type(broken).__name__
    return str(answer.status)


def forged(body: bytes, *, secret: str, forgery: str) -> tuple[bytes, dict[str, str]]:
    """Give the body and the headers of a webhook, with what a forger would get wrong; no forgery is an honest one."""
    timestamp = int(wall_now().timestamp())
    if forgery == "no_signature":
        return body, {}
    if forgery == "old_timestamp":
        timestamp -= int(TOLERANCE.total_seconds()) + 60
    if forgery == "other_secret":
        secret = secrets.token_urlsafe(24)
    headers = {SIGNATURE_HEADER: sign(body, secret=secret, timestamp=timestamp)}
    return (body.replace(b'"id"', b'"ID"', 1) if forgery == "changed_body" else body), headers


def _record(books: Books, delivery: Delivery, answer: str) -> None:
    tries = delivery.tries + 1
    if answer.startswith("2"):
        books.change(delivery, status="delivered", tries=tries, last_answer=answer)
    elif delivery.forgery or tries >= _TRIES_MAX:
        books.change(delivery, status="given_up", tries=tries, last_answer=answer)
    else:
        wait = timedelta(seconds=min(2.0 ** (tries - 2), _WAIT_MAX_SECONDS))
        books.change(delivery, tries=tries, last_answer=answer, due_at=wall_now() + wait)
