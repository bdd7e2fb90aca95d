"""Ask Stripe through its SDK, and say in the contract's words what a failed request means.

The SDK (`stripe/_http_client.py`) calls `HTTPClient.request`; ours goes out by `paydesk.gateways.http`. The SDK's own
retries stay off: only the caller knows whether asking again is safe. Objects leave as Stripe sent them: the SDK's raise
for every field that an answer left out, and making them costs more than all else that an import does. So an answer that
we read ourselves is shown to the SDK without its contents: enough to find the next page by.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

import stripe

from paydesk.gateways import http
from paydesk.gateways.contract import GatewayBusy, GatewayRefused, GatewayUnreachable, Settings
from paydesk.gateways.records import Page
from paydesk.gateways.stripe.settings import DEFAULT_BASE_URL, SECRET_KEY, requests_a_second

Json = Mapping[str, Any]
Asked = ParamSpec("Asked")
Record = TypeVar("Record")

PAGE = 100

#: The answers that came in while somebody reads them, who gets them whole.
_READ: ContextVar[list[Any] | None] = ContextVar("read", default=None)

#: docs.stripe.com/rate-limits: what is over the limit gets a 429 with its reason in a header; a 429 without one is a
#: `lock_timeout`: two requests wanted the same object, and nobody has to slow down.
_REASON = "stripe-rate-limited-reason"
_TOO_MANY = 429
_BY_THE_MINUTE = timedelta(minutes=1)
#: A clear no. 409, 429, 5xx, a reused key and everything unexpected are not one (R6).
_REFUSALS = (stripe.InvalidRequestError, stripe.CardError, stripe.AuthenticationError, stripe.PermissionError)
_SECRETS = re.compile(
    r"\b(?:[sr]k|pk|ek)_(?:org_)?(?:live|test)_\w+|\bwhsec_[\w+/=]+|\b\w+_secret_\w+|\b\d(?:[ -]?\d){12,18}\b"
    r"|(?<=cvc=)\d{3,4}|(?<=cvc\]=)\d{3,4}|(?<=cvc%5D=)\d{3,4}|(?<=\"cvc\": \")\d{3,4}|(?<=\"cvc\":\")\d{3,4}"
    r"|(?<=Bearer )\S+|(?<=Basic )\S+|(?<=v1=)[0-9a-f]{64}"
)


def scrub(transcript: str) -> str:
    """Take out keys, signing secrets, client secrets, signatures, card numbers and security codes."""
    return _SECRETS.sub("[scrubbed]", transcript)


class Line:
    """The line of one connection to Stripe: the SDK's services in `v1`, made with our settings, without a state."""

    def __init__(self, settings: Settings) -> None:
        client = stripe.StripeClient(
            settings.credentials[SECRET_KEY],
            base_addresses={"api": settings.base_url or DEFAULT_BASE_URL},
            http_client=_WayOut(settings),
            max_network_retries=0,
        )
        self.v1 = client.v1

    def ask(
        self, call: Callable[Asked, stripe.StripeObject], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Json:
        """Make one call that moves no money; raises GatewayRefused for a clear no."""
        with clear_answers(), _reading() as answers:
            call(*args, **kwargs)
            return _whole(answers[-1])

    def read(
        self, call: Callable[Asked, stripe.StripeObject], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Json | None:
        """Read one object, or None when Stripe does not know it. No id would ask for the listing of all of its kind."""
        if args and not args[0]:
            return None
        with clear_answers(), _reading() as answers:
            try:
                call(*args, **kwargs)
                return _whole(answers[-1])
            except stripe.InvalidRequestError as refused:
                if refused.http_status == 404:
                    return None
                raise

    def listing(self, call: Callable[..., stripe.ListObject[Any]], cursor: str, **asked: Any) -> Json:
        """Read one page of a listing, from the object on that the page before ended with."""
        return self.ask(call, asked | ({"starting_after": cursor} if cursor else {}))

    def every(self, call: Callable[[], stripe.ListObject[Any]]) -> list[Json]:
        """Read a listing to its end."""
        with clear_answers(), _reading() as answers:
            for _ in call().auto_paging_iter():
                """Each page is asked for when the one before is read."""
            return [found for page in answers for found in _whole(page)["data"]]


def page(listing: Json, parse: Callable[[Json], Record]) -> Page[Record]:
    """Give one page and its cursor: the last object's id, as `starting_after` wants it."""
    found = listing["data"]
    return Page(
        records=[parse(one) for one in found], next_cursor=found[-1]["id"] if listing.get("has_more") else ""
    )


def _whole(found: Any) -> Json:
    """Every object and listing of Stripe names its kind; what does not is no answer of Stripe's."""
    if not isinstance(found, dict) or "object" not in found:
        raise GatewayUnreachable("The answer is none of Stripe's objects.")
    return found


@contextmanager
def _reading() -> Iterator[list[Any]]:
    """Collect the answers whole, in the order in which they come."""
    answers: list[Any] = []
    before = _READ.set(answers)
    try:
        yield answers
    finally:
        _READ.reset(before)


def _without_contents(found: Any) -> Any:
    """Leave an answer its name, and a listing the names of what it lists."""
    if not isinstance(found, dict):
        return found
    kept = {name: found[name] for name in ("id", "object", "url", "has_more") if name in found}
    if isinstance(found.get("data"), list):
        kept["data"] = [_without_contents(one) for one in found["data"]]
    return kept


@contextmanager
def clear_answers() -> Iterator[None]:
    """Translate what the SDK raises; an answer that it stumbles over is no clear one."""
    try:
        yield
    except stripe.StripeError as failed:
        words = scrub(f"{type(failed).__name__}: {failed.user_message or failed.http_status}")
        if isinstance(failed, _REFUSALS):
            raise GatewayRefused(words) from None
        raise GatewayUnreachable(words) from None
    except (AttributeError, KeyError, TypeError, ValueError) as odd:
        raise GatewayUnreachable(f"The answer is not one of Stripe's: {type(odd).__name__}") from odd


def _too_many(answer: http.HttpAnswer) -> GatewayUnreachable:
    """Read a 429 here: the SDK would lose its headers where it does not like the body.

    Stripe documents no Retry-After, and some limits of one object are by the minute.
    """
    if b'"lock_timeout"' in answer.body:
        return GatewayUnreachable("Stripe is at work on the same object (lock_timeout).")
    reason, said = answer.headers.get(_REASON, ""), http.retry_after_of(answer.headers)
    wait = max(said, _BY_THE_MINUTE) if reason == "resource-specific" else said
    return GatewayBusy(f"Stripe answered 429 {reason}".strip(), retry_after=wait)


class _WayOut(stripe.HTTPClient):
    """The SDK's requests on our one way out. The key and the pinned version are in its headers already."""

    name = "paydesk"

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._timeout = settings.timeout
        self._a_second = requests_a_second(settings)

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_usage: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        asked = http.HttpRequest(
            method=method.upper(), url=url, headers=headers or {}, body=body, a_second=self._a_second
        )
        answer = http.send(asked, timeout=self._timeout, scrub=scrub)
        if answer.status == _TOO_MANY:
            raise _too_many(answer)
        text, answers = answer.body.decode(errors="replace"), _READ.get()
        if answers is None or answer.status >= 300:
            return text, answer.status, answer.headers
        answers.append(json.loads(text))
        return json.dumps(_without_contents(answers[-1])), answer.status, answer.headers

    def close(self) -> None:
        """Nothing to close: the sockets are shared."""
