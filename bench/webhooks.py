"""Measure webhooks: taking 2,000 signed events, and working them off while the company answers at once or slowly.

`webhook.ack` is the web server alone, one event a request. `webhook.done` is one worker that finds all of them waiting;
its percentiles are of single events on a calm day, from the answer to the company until our books agree.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bench.client import Ask, ask_all
from bench.company import Account, running_company
from bench.machine import cpu_ms, database_cpu_ms, family, percentile, rss_mib
from bench.scene import database_name, prepare_installation, say, serving, working

EVENTS = 2_000
CALM_EVENTS = 40
CONNECTIONS = 2
COMPANY_TAKES_MS = (0, 150)
SLUG = "bench"

#: Until the worker has started and we have looked at what it has used so far.
HELD_FOR = timedelta(seconds=4)


def main() -> None:
    """Measure taking and working off, once for each speed of the company."""
    url = prepare_installation()
    with running_company(SLUG) as account:
        for milliseconds in COMPANY_TAKES_MS:
            account.answer_after(milliseconds)
            print(json.dumps(_measure_ack(url, account, milliseconds)), flush=True)
            print(json.dumps(_measure_done(url, account, milliseconds)), flush=True)


def _measure_ack(url: str, account: Account, company_ms: int) -> dict[str, object]:
    with serving(url) as server:
        _post(url, account, 200)
        account.forget_events()
        web = family(server.pid)
        web_before, database_before = cpu_ms(web), database_cpu_ms()
        taken = _post(url, account, EVENTS)
        return _line(
            "webhook.ack",
            company_ms,
            app_cpu_ms=(cpu_ms(web) - web_before) / EVENTS,
            db_cpu_ms=(database_cpu_ms() - database_before) / EVENTS,
            taken=taken,
            rss=rss_mib(web),
        )


def _measure_done(url: str, account: Account, company_ms: int) -> dict[str, object]:
    """The events wait until the worker stands, so that its start is not counted."""
    account.hold_events(until=datetime.now(UTC) + HELD_FOR)
    with working() as worker:
        _wait_until(lambda: account.due_count() == EVENTS)
        workers = family(worker.pid)
        worker_before, database_before, began = cpu_ms(workers), database_cpu_ms(), time.monotonic()
        _wait_until(lambda: account.waiting_count() == 0)
        say(f"{EVENTS / (time.monotonic() - began):.0f} events a second")
        app = (cpu_ms(workers) - worker_before) / EVENTS
        database = (database_cpu_ms() - database_before) / EVENTS
        account.require_all_well()
        with serving(url):
            taken = [_one_on_a_calm_day(url, account) for _ in range(CALM_EVENTS)]
        return _line(
            "webhook.done",
            company_ms,
            app_cpu_ms=app,
            db_cpu_ms=database,
            taken=taken,
            rss=rss_mib(workers),
        )


def _post(url: str, account: Account, count: int) -> list[float]:
    asks = [_signed(account, number) for number in range(count)]
    return ask_all(url, asks, connections=CONNECTIONS, is_right=lambda status, _: status == 204)


def _signed(account: Account, number: int) -> Ask:
    body = account.event(f"evt_{uuid4().hex}", number)
    return Ask(path=account.webhook_path, method="POST", headers=account.signed(body), body=body)


def _one_on_a_calm_day(url: str, account: Account) -> float:
    began = time.perf_counter()
    _post(url, account, 1)
    _wait_until(lambda: account.waiting_count() == 0)
    return (time.perf_counter() - began) * 1000


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 600
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("The worker did not work the events off in ten minutes.")
        time.sleep(0.01)


def _line(
    name: str, company_ms: int, *, app_cpu_ms: float, db_cpu_ms: float, taken: list[float], rss: float
) -> dict[str, object]:
    return {
        "name": name,
        "database": database_name(),
        "gateway_ms": company_ms,
        "app_cpu_ms": round(app_cpu_ms, 2),
        "db_cpu_ms": round(db_cpu_ms, 2),
        "p50_ms": round(percentile(taken, 0.5), 2),
        "p99_ms": round(percentile(taken, 0.99), 2),
        "rss_mib": round(rss, 1),
    }


if __name__ == "__main__":
    main()
