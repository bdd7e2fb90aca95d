"""The passing of time: a thread that looks, once a second, what has fallen due at each account."""

from __future__ import annotations

import logging
import threading

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.collecting import collect_until
from paydesk_simulator.database import Books

log = logging.getLogger(__name__)


class Ticker:
    """Ticks until it is stopped."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped.wait(timeout=1):
            try:
                tick(self._books)
            except Exception:
                log.exception("a tick failed")


def tick(books: Books) -> None:
    """Collect what is due now, account by account."""
    with books.open():
        account_ids = [row[0] for row in books.ask("SELECT id FROM accounts")]
    for account_id in account_ids:
        with books.open():
            account = books.get(Account, account_id)
            if account is not None:
                collect_until(books, account, account.now())
