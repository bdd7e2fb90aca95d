"""Ask one server many times over kept connections, and time each answer."""

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class WrongAnswer(AssertionError):
    """The page was not the one that is measured."""


def ask_all(
    url: str, asks: Sequence[Ask], *, connections: int, is_right: Callable[[int, bytes], bool]
) -> list[float]:
    """Ask everything, shared out among some connections; gives the milliseconds of each answer."""
    with ThreadPoolExecutor(connections) as pool:
        shares = [asks[number::connections] for number in range(connections)]
        taken = pool.map(lambda share: _ask_share(url, share, is_right), shares)
        return [milliseconds for share in taken for milliseconds in share]


def _ask_share(url: str, asks: Sequence[Ask], is_right: Callable[[int, bytes], bool]) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    taken = []
    for ask in asks:
        began = time.perf_counter()
        connection.request(ask.method, ask.path, body=ask.body or None, headers=dict(ask.headers))
        answer = connection.getresponse()
        body = answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        if not is_right(answer.status, body):
            raise WrongAnswer(f"{ask.method} {ask.path} answered {answer.status}: {body[:500]!r}")
    connection.close()
    return taken
