"""Measure yearly statements: the page and the PDF of a usual year and of one with 4,000 payments. Prints JSON lines.

Both customers stand among 200 others with 10,000 payments in the same books. CPU is that of one request.
"""

import json
import os
from typing import Any

from bench.client import Ask, ask_all
from bench.machine import cpu_ms, database_cpu_ms, family, percentile, rss_mib
from bench.scene import database_name, prepare_installation, say, serving

CROWD = int(os.environ.get("CROWD", "200"))
CROWD_PAYMENTS = 50
SLUG = "bench"
YEAR = 2024
#: Payments in the year, and how often each page is asked for.
LIVES = {"usual": (24, 400), "many": (4000, 12)}
PAGES = {"list": "/statements", "page": f"/statements/{YEAR}", "pdf": f"/statements/{YEAR}.pdf"}


def main() -> None:
    """Measure each page of each customer on its own."""
    url = prepare_installation()
    say(f"Writing {CROWD * CROWD_PAYMENTS} payments")
    cookies = _books()
    with serving(url) as server:
        for life, (payments, times) in LIVES.items():
            for page, path in PAGES.items():
                figures = _measure(path, url, server.pid, cookies[life], times)
                name = {"name": f"statement.{page}", "payments": payments, "database": database_name()}
                print(json.dumps(name | figures), flush=True)


def _measure(path: str, url: str, pid: int, cookie: str, times: int) -> dict[str, object]:
    asks = [Ask(path=f"/m/{SLUG}{path}", headers={"Cookie": cookie})] * times
    sizes: list[int] = []

    def is_right(status: int, body: bytes) -> bool:
        sizes.append(len(body))
        return status == 200

    ask_all(url, asks[: max(4, times // 10)], connections=2, is_right=is_right)
    web = family(pid)
    web_before, database_before = cpu_ms(web), database_cpu_ms()
    taken = ask_all(url, asks, connections=2, is_right=is_right)
    return {
        "app_cpu_ms": round((cpu_ms(web) - web_before) / times, 2),
        "db_cpu_ms": round((database_cpu_ms() - database_before) / times, 2),
        "p50_ms": round(percentile(taken, 0.5), 2),
        "p99_ms": round(percentile(taken, 0.99), 2),
        "kib": round(sizes[-1] / 1024, 1),
        "rss_mib": round(rss_mib(web), 1),
    }


def _books() -> dict[str, str]:
    from django.db import connection

    from tests import builders

    shop = builders.merchant(SLUG, mode="live")
    account = builders.connection(shop)
    for number in range(CROWD):
        _life(shop, account, f"Crowd {number}", CROWD_PAYMENTS)
    cookies = {life: _life(shop, account, life, payments) for life, (payments, _) in LIVES.items()}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cookies


def _life(shop: Any, account: Any, name: str, payments: int) -> str:
    from paydesk.access.cookies import session_cookie
    from tests import books, builders

    who = builders.customer(shop, name, f"{name.replace(' ', '-')}@example.com")
    books.many_paid(builders.order(who, account, "Espresso"), payments, year=YEAR)
    return f"{session_cookie(shop)}={builders.session_token(who)}"


if __name__ == "__main__":
    main()
