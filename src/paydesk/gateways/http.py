"""The only way out to a payment company: time limits, the idempotency header, a scrubbed transcript.

R6: a time-out, a reset, a 5xx, 409 and 429 are no answer: GatewayUnreachable, which for money means doubt.
Nothing is retried here: only the caller knows whether asking again is safe.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import urllib3

from paydesk.gateways.contract import GatewayUnreachable

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 5.0
_BODY_BYTES_MAX = 8 * 1024 * 1024
_NO_ANSWER = {409, 425, 429}
#: A pool for each process, not for each connection: idle sockets are shared by all that speak to one host.
_POOL = urllib3.PoolManager(num_pools=64, maxsize=64, retries=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpRequest:
    """One request. `headers` hold the credentials and never reach a log."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    idempotency_key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAnswer:
    """A clear answer: 1xx to 4xx, without 409, 425 and 429. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(request: HttpRequest, *, timeout: timedelta, scrub: Callable[[str], str]) -> HttpAnswer:
    """Send one request and give its answer; raise GatewayUnreachable when there is no clear one."""
    answer = send(request, timeout=timeout, scrub=scrub)
    if answer.status >= 500 or answer.status in _NO_ANSWER:
        raise GatewayUnreachable(f"{request.method} {scrub(request.url)} answered {answer.status}")
    return answer


def send(request: HttpRequest, *, timeout: timedelta, scrub: Callable[[str], str]) -> HttpAnswer:
    """Send one request and give whatever came back; for an official SDK that judges the status itself."""
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
