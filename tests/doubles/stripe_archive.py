"""Serve a large account at Stripe, read-only: `python stripe_archive.py PORT CUSTOMERS BILLS [BUSY_EVERY]`.

Pages as Stripe does. With BUSY_EVERY, every so many requests get a 429. `/_account` gives the account's own books,
`/_requests` how often each kind of thing was asked for.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.doubles import stripe_archive_money as money
from tests.doubles import stripe_archive_shapes as shapes
from tests.doubles.stripe_archive_account import PRODUCTS, Account
from tests.doubles.stripe_archive_shapes import Object
from tests.doubles.stripe_archive_stories import VAT

EVENTS = 500
Query = dict[str, str]


class Archive:
    """Answers to requests by path; what it does not have is None."""

    def __init__(self, account: Account, busy_every: int = 0) -> None:
        self.account = account
        self.requests: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._busy_every = busy_every
        one, other = r"/v1/{}/(\w+)".format, "/v1/{}".format
        self._routes: list[tuple[str, Callable[[Query, str], Object | None]]] = [
            (other("account"), lambda _query, _: {"id": "acct_1", "object": "account", "settings": None}),
            (other("customers"), lambda query, _: self._customers(query)),
            (one("customers"), lambda _query, it: account.customer(_number(it))),
            (
                one("customers") + "/payment_methods",
                lambda query, it: _page(account.methods(_number(it)), query),
            ),
            (other("subscriptions"), lambda query, _: _page(account.subscriptions(_owner(query)), query)),
            (other("products"), lambda query, _: self._products(query)),
            (other("charges"), lambda query, _: _page(account.charges(_owner(query)), query)),
            (other("invoices"), lambda query, _: _page(account.invoices(_owner(query)), query)),
            (one("invoices"), lambda _query, it: self._invoice(it)),
            (other("disputes"), lambda query, _: _page(account.disputes(query["charge"]), query)),
            (
                one("tax_rates"),
                lambda _query, it: money.tax_rate(VAT, percentage=19.0) if it == VAT else None,
            ),
            (other("events"), lambda query, _: _page(list(account.events(EVENTS)), query)),
            ("/_account", lambda _query, _: account.totals()),
            ("/_requests", lambda _query, _: dict(self.requests)),
        ]

    def answer(self, target: str) -> tuple[int, Object]:
        """Give a status and a body."""
        parts = urlsplit(target)
        for pattern, found in self._routes:
            if match := re.fullmatch(pattern, parts.path):
                if self._is_busy(parts.path, pattern):
                    return 429, {"error": {"type": "invalid_request_error", "message": "Too many requests."}}
                body = found(dict(parse_qsl(parts.query)), match.group(1) if match.groups() else "")
                if body is not None:
                    return 200, body
        return 404, {
            "error": {"type": "invalid_request_error", "message": "No such thing.", "code": "missing"}
        }

    def _is_busy(self, path: str, pattern: str) -> bool:
        if not path.startswith("/v1/"):
            return False
        self.requests[re.sub(r"\(.+?\)", "ID", pattern)] += 1
        return bool(self._busy_every) and next(self._numbers) % self._busy_every == 0

    def _customers(self, query: Query) -> Object:
        """The only listing that is long: made from the numbers of its page."""
        begin = _number(query["starting_after"]) + 1 if "starting_after" in query else 0
        end = min(begin + int(query.get("limit", "10")), self.account.customers)
        found = map(self.account.customer, range(begin, end))
        return shapes.listing(found, "/v1/customers", has_more=end < self.account.customers)

    def _products(self, query: Query) -> Object:
        ids = [value for name, value in query.items() if name.startswith("ids")]
        return shapes.listing(shapes.product(one, PRODUCTS[int(one.removeprefix("prod_"))]) for one in ids)

    def _invoice(self, reference: str) -> Object | None:
        number = int(reference.removeprefix("in_").split("x")[0])
        return next((one for one in self.account.invoices(number) if one["id"] == reference), None)


def _page(found: Sequence[Object], query: Query) -> Object:
    """Cut a page out of a listing. The real answer holds `payments` and `refunds` only when they are expanded."""
    after = query.get("starting_after")
    begin = 1 + [one["id"] for one in found].index(after) if after else 0
    end = begin + int(query.get("limit", "10"))
    expanded = {value.removeprefix("data.") for name, value in query.items() if name.startswith("expand")}
    hidden = {"payments", "refunds"} - {name.partition(".")[0] for name in expanded}
    shown = [{name: value for name, value in one.items() if name not in hidden} for one in found[begin:end]]
    return shapes.listing(shown, has_more=end < len(found))


def _number(reference: str) -> int:
    return int(reference.removeprefix("cus_"))


def _owner(query: Query) -> int:
    """A charge's intent names its customer as well."""
    named = query.get("customer") or query["payment_intent"].removeprefix("pi_")
    return int(re.split("[x_]", named.removeprefix("cus_"))[0])


class Server(ThreadingHTTPServer):
    """One archive on loopback."""

    daemon_threads = True

    def __init__(self, port: int, archive: Archive) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.archive = archive


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open: what is sent goes out at once."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        status, found = self.server.archive.answer(self.path)
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "1")
            self.send_header("Stripe-Rate-Limited-Reason", "global-rate")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    port, customers, bills, *busy = map(int, sys.argv[1:])
    Server(port, Archive(Account(customers=customers, bills=bills), *busy)).serve_forever()
