"""Measure the pages that customers open most, signed in, on 220,000 payments. Prints a JSON line for each.

`portal.history.page_1` and `page_1000` are of one customer with 20,020 payments.

`app_cpu_ms` and `db_cpu_ms` are for one request; `rss_mib` is the web server with its two workers.
"""

import json
import os
from collections.abc import Sequence

from bench.client import Ask, ask_all
from bench.machine import cpu_ms, database_cpu_ms, family, percentile, rss_mib
from bench.scene import database_name, prepare_installation, say, serving

REQUESTS = int(os.environ.get("REQUESTS", "3000"))
WARM_UP = 200
CONNECTIONS = 2
SLUG = "bench"

#: The page, and words that only it has.
PAGES = {"portal.home": ("/", b"kiln"), "portal.history": ("/payments", b"kiln")}


def main() -> None:
    """Measure each page on its own."""
    url = prepare_installation()
    from bench.visitors import sign_in_everybody, write_merchant

    say("Writing 220,000 payments")
    merchant = write_merchant(SLUG)
    *cookies, busy = sign_in_everybody(merchant)
    with serving(url) as server:
        for name, (path, words) in PAGES.items():
            print(json.dumps(_measure(name, f"/m/{SLUG}{path}", words, url, server.pid, cookies)), flush=True)
        for number in (1, 1_000):
            name, path = f"portal.history.page_{number}", _page(merchant.id, number)
            print(json.dumps(_measure(name, path, b"kiln", url, server.pid, [busy])), flush=True)


def _page(merchant_id: int, number: int) -> str:
    """Give the address of a page of the busy customer's history, as the pager of the page before it gives it."""
    from bench.books import BUSY
    from paydesk.billing.payments.models import Payment
    from paydesk.kit.pages import Cursor
    from paydesk.portal.reads.history import PAGE_ROWS

    before = PAGE_ROWS * (number - 1)
    if not before:
        return f"/m/{SLUG}/payments"
    mine = Payment.objects.filter(merchant_id=merchant_id, customer_id=BUSY).order_by("-due_at", "-id")
    last = mine[before - 1]
    return f"/m/{SLUG}/payments?after={Cursor(moment=last.due_at, row_id=last.id).text()}"


def _measure(
    name: str, path: str, words: bytes, url: str, pid: int, cookies: Sequence[str]
) -> dict[str, object]:
    def is_right(status: int, body: bytes) -> bool:
        return status == 200 and words in body

    asks = [Ask(path=path, headers={"Cookie": cookies[number % len(cookies)]}) for number in range(REQUESTS)]
    ask_all(url, asks[:WARM_UP], connections=CONNECTIONS, is_right=is_right)
    web = family(pid)
    web_before, database_before = cpu_ms(web), database_cpu_ms()
    taken = ask_all(url, asks, connections=CONNECTIONS, is_right=is_right)
    return {
        "name": name,
        "database": database_name(),
        "app_cpu_ms": round((cpu_ms(web) - web_before) / REQUESTS, 2),
        "db_cpu_ms": round((database_cpu_ms() - database_before) / REQUESTS, 2),
        "p50_ms": round(percentile(taken, 0.5), 2),
        "p99_ms": round(percentile(taken, 0.99), 2),
        "rss_mib": round(rss_mib(web), 1),
    }


if __name__ == "__main__":
    main()
