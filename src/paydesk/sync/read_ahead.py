"""Ask a company many things side by side and give the answers in their order; one that is busy is waited for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from datetime import datetime
from functools import partial
from typing import TypeVar

from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.gateways.contract import Capability, Gateway, GatewayBusy
from paydesk.gateways.pace import unhurried
from paydesk.gateways.records import CollectibleRecord, CustomerRecord, Page
from paydesk.kit import clock
from paydesk.sync.take_over import read_known, read_whole

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

#: Customers read at a time: what waits for the network waits side by side.
_THREADS = 8
_LOOK_UP_SECONDS = 20.0


class Stopped(Exception):
    """Whoever asked has ended: nobody wants the answer any more."""


class Readers:
    """Threads that read. `on_wait` is called every so often while the next answer is waited for.

    Without `is_patient`, a company that is busy is not waited for: the ask raises GatewayBusy.
    """

    def __init__(self, gateway: Gateway, *, on_wait: Callable[[], None], is_patient: bool = True) -> None:
        self._gateway = gateway
        self._on_wait = on_wait
        self._is_patient = is_patient
        self._busy_until: datetime | None = None
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="import")

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._pool.shutdown(cancel_futures=True)

    @property
    def busy_until(self) -> datetime | None:
        """Say until when the company wants to be left alone, where that is not over."""
        return self._busy_until if self._busy_until and self._busy_until > clock.wall_now() else None

    @property
    def lists_customers(self) -> bool:
        """Say whether the company keeps a list of its customers."""
        return Capability.LIST_CUSTOMERS in self._gateway.capabilities()

    def list_customers(self, cursor: str) -> Page[CustomerRecord]:
        """Read one page of customers."""
        return self._result(self._pool.submit(self._patiently, lambda: self._list(cursor)))

    def read(self, records: Sequence[CustomerRecord]) -> Iterator[WholeCustomer]:
        """Give each customer of a page whole, in the order of the records."""
        if not self.lists_customers:
            return self.read_known(records)
        return self.answers([partial(read_whole, self._gateway, record) for record in records])

    def read_known(self, records: Sequence[CustomerRecord]) -> Iterator[WholeCustomer]:
        """The same for those whom no list has told of just now: each is asked for by itself."""
        return self.answers([partial(read_known, self._gateway, record) for record in records])

    def collectibles(self, references: Iterable[str]) -> Iterator[CollectibleRecord]:
        """Ask for each by name, and give those that the company knows."""
        asks = [partial(self._gateway.read_collectible, reference) for reference in references]
        return (found for found in self.answers(asks) if found is not None)

    def answers(self, asks: Sequence[Callable[[], Answer]]) -> Iterator[Answer]:
        """Ask side by side, and give the answers in the order of the asks."""
        futures = [self._pool.submit(self._patiently, ask) for ask in asks]
        for future in futures:
            yield self._result(future)

    def _list(self, cursor: str) -> Page[CustomerRecord]:
        return self._gateway.list_customers(cursor=cursor)

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Nobody waits for what is asked here, so it waits for everybody."""
        with unhurried():
            while not self._stopping.is_set():
                try:
                    return ask()
                except GatewayBusy as busy:
                    if not self._is_patient:
                        raise
                    self._busy_until = clock.wall_now() + busy.retry_after
                    log.info("the company asked us to wait %s", busy.retry_after)
                    self._stopping.wait(busy.retry_after.total_seconds())
        raise Stopped

    def _result(self, future: Future[Answer]) -> Answer:
        while True:
            try:
                return future.result(timeout=_LOOK_UP_SECONDS)
            except NotYet:
                if future.done():
                    raise
                self._on_wait()
