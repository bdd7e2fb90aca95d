"""The only way out to a payment company: time limits, its rate limit, the idempotency header, a scrubbed transcript.

R6: a time-out, a reset, a 5xx, 409 and 429 are no answer: GatewayUnreachable, which for money means doubt.
Nothing is retried here: only the caller knows whether asking again is safe.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import urllib3

from paydesk.gateways.contract import GatewayBusy, GatewayUnreachable
from paydesk.gateways.pace import Pacer
from paydesk.kit import clock
from paydesk.kit.faults import fault

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 5.0
_BODY_BYTES_MAX = 8 * 1024 * 1024
_NO_ANSWER = {409, 425}
_TOO_MANY = 429
_BUSY_AT_LEAST, _BUSY_AT_MOST = timedelta(seconds=1), timedelta(hours=1)
#: A pool for each process, not for each connection: idle sockets are shared by all that speak to one host.
_POOL = urllib3.PoolManager(num_pools=64, maxsize=64, retries=False)
_PACER = Pacer(clock=time.monotonic_ns, sleep=lambda pause: time.sleep(pause.total_seconds()))


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpRequest:
    """One request. `headers` hold the credentials and never reach a log.

    `a_second`: how many requests a second the company allows this account, as it documents; 0: it names no figure.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    idempotency_key: str = ""
    a_second: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAnswer:
    """A clear answer: 1xx to 4xx, without 409, 425 and 429. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def share_limits(parts: int) -> None:
    """Keep to one part in so many of every company's limit: so many workers ask them."""
    _PACER.share(parts)


def ask(request: HttpRequest, *, timeout: timedelta, scrub: Callable[[str], str]) -> HttpAnswer:
    """Send one request and give its answer; raise GatewayBusy for a 429, GatewayUnreachable without a clear answer."""
    answer = send(request, timeout=timeout, scrub=scrub)
    if answer.status == _TOO_MANY:
        words = f"{request.method} {scrub(request.url)} answered {answer.status}"
        raise GatewayBusy(words, retry_after=retry_after_of(answer.headers))
    if answer.status >= 500 or answer.status in _NO_ANSWER:
        raise GatewayUnreachable(f"{request.method} {scrub(request.url)} answered {answer.status}")
    return answer


def send(request: HttpRequest, *, timeout: timedelta, scrub: Callable[[str], str]) -> HttpAnswer:
    """Send one request in its turn and give whatever came back; for an official SDK that judges the status itself.

    Raises GatewayBusy, without asking, for what nobody waits for while the company wants to be left alone.
    """
    account = _account_of(request)
    _PACER.wait_turn(account, a_second=request.a_second)
    answer = _exchange(request, timeout, scrub)
    if answer.status == _TOO_MANY:
        _PACER.hold(account, retry_after=retry_after_of(answer.headers))
    return answer


def retry_after_of(headers: Mapping[str, str]) -> timedelta:
    """Read for how long a 429 wants us to wait: what it says (seconds, or a date), else a guess of 1 to 3 seconds.

    Never less than a second nor more than an hour. Header names may have any case.
    """
    said = {name.lower(): value.strip() for name, value in headers.items()}
    asked = said.get("retry-after", "")
    wait = _seconds(asked) if asked.isdecimal() else _until(asked, said.get("date", ""))
    # Whoever was told the same moment must not come back at the same moment.
    guess = timedelta(milliseconds=1_000 + secrets.randbelow(2_000))
    return max(_BUSY_AT_LEAST, min(_BUSY_AT_MOST, guess if wait is None else wait))


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=min(int(text), 10**9))


def _until(text: str, date: str) -> timedelta | None:
    """Count from the company's own clock where the answer is dated: ours may be wrong."""
    until = _moment(text)
    return None if until is None else until - (_moment(date) or clock.wall_now())


def _moment(text: str) -> datetime | None:
    """Read a date as HTTP writes it."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _account_of(request: HttpRequest) -> str:
    """Tell accounts apart by host and credentials; of these only a digest is kept."""
    authorization = next(
        (value for name, value in request.headers.items() if name.lower() == "authorization"), ""
    )
    return hashlib.sha256(f"{urlsplit(request.url).netloc} {authorization}".encode()).hexdigest()


def _exchange(request: HttpRequest, timeout: timedelta, scrub: Callable[[str], str]) -> HttpAnswer:
    headers = dict(request.headers)
    if request.idempotency_key:
        headers["Idempotency-Key"] = request.idempotency_key
    limits = urllib3.Timeout(
        connect=min(_CONNECT_SECONDS, timeout.total_seconds()), read=timeout.total_seconds()
    )
    try:
        response = _POOL.request(
            request.method,
            request.url,
            body=request.body or None,
            headers=headers,
            timeout=limits,
            redirect=False,
            preload_content=False,
        )
        fault("F05")
        body = response.read(_BODY_BYTES_MAX, decode_content=True)
        response.release_conn()
    except urllib3.exceptions.HTTPError as broken:
        log.info("gateway %s %s: %s", request.method, scrub(request.url), type(broken).__name__)
        raise GatewayUnreachable(f"{request.method} {scrub(request.url)}: {type(broken).__name__}") from None
    log.debug("gateway %s %s %s", request.method, scrub(request.url), response.status)
    return HttpAnswer(
        status=response.status,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
    )
