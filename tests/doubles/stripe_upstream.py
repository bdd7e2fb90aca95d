"""Speak to localstripe: raw calls, and whole objects in current shapes with what a request wants expanded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.doubles.stripe_shapes import (
    Known,
    Object,
    Store,
    current,
    in_order,
    invalid_request,
    invoice_payments,
    listing,
)

#: The whole of a listing; the proxy pages itself, newest first, as Stripe does and localstripe does not.
_ALL = {"limit": "1000000"}
#: How many of its refunds a charge carries when they are expanded.
_REFUNDS = 10
_HEADERS = {"Authorization": "Bearer sk_test_upstream"}
_FOLDERS = {
    "cus": "customers",
    "pm": "payment_methods",
    "ch": "charges",
    "pi": "payment_intents",
    "seti": "setup_intents",
    "sub": "subscriptions",
    "in": "invoices",
    "re": "refunds",
    "prod": "products",
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A checked request: its parameters are typed, `expand` and paging are taken out of `asked`."""

    method: str
    path: str
    asked: Object
    expand: list[str]
    limit: int = 10
    starting_after: str = ""
    declines_as_open: bool = False  # answer a declined invoice with 200, as older versions did

    @property
    def reference(self) -> str:
        return self.path.split("/")[3]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, or goes back: a status and a JSON body."""

    status: int
    body: Object

    @property
    def is_good(self) -> bool:
        return self.status < 300


def refused(body: Object, status: int = 400) -> Answer:
    return Answer(status=status, body=body)


class Upstream:
    """localstripe behind the proxy."""

    def __init__(self, url: str, session: aiohttp.ClientSession, known: Known) -> None:
        self.url = url
        self.known = known
        self._session = session

    async def call(self, method: str, path: str, asked: Mapping[str, Any] | None = None) -> Answer:
        """Send one request; an answer that is not JSON (an unknown route) becomes one."""
        by_query = method != "POST"
        query = {key: str(value) for key, value in (asked or {}).items()} if by_query else None
        body = None if by_query else asked or {}
        async with self._session.request(
            method, self.url + path, params=query, json=body, headers=_HEADERS
        ) as response:
            text = await response.text()
            try:
                found: Object = json.loads(text)
            except ValueError:
                status = 404 if response.status == 404 else 500
                return refused(invalid_request(f"localstripe: {text[:200]}"), status)
            return Answer(status=response.status, body=_worded(found, path, response.status))

    async def get(self, reference: str) -> Object | None:
        """Read one object as localstripe has it, by its id."""
        folder = _FOLDERS.get(reference.split("_")[0])
        answer = await self.call("GET", f"/v1/{folder}/{reference}") if folder else None
        return answer.body if answer and answer.is_good else None

    async def every(self, folder: str, **asked: str) -> list[Object]:
        """List objects as localstripe has them, newest first."""
        answer = await self.call("GET", f"/v1/{folder}", {**_ALL, **asked})
        found: list[Object] = answer.body["data"] if answer.is_good else []
        placed = list(enumerate(found))
        placed.sort(key=lambda one: (one[1].get("created", 0), one[0]), reverse=True)
        return [one for _, one in placed]

    async def put_default(self, customer: str, method: str | None) -> None:
        settings = {"invoice_settings": {"default_payment_method": method or ""}}
        await self.call("POST", f"/v1/customers/{customer}", settings)

    async def translated(self, objects: Iterable[Object], expand: Iterable[str] = ()) -> list[Object]:
        """Give objects in current shapes, expanded; raises KeyError for a path that cannot be expanded."""
        olds = list(objects)
        store = await self._store(olds)
        found = [current(old, self.known, store) for old in olds]
        for path in expand:
            for old, one in zip(olds, found, strict=True):
                await self._expand(old, one, path.split("."), store)
        return found

    async def one(self, old: Object, expand: Iterable[str] = ()) -> Answer:
        return Answer(status=200, body=(await self.translated([old], expand))[0])

    async def _store(self, olds: list[Object]) -> Store:
        kinds = {old.get("object") for old in olds}
        intents = await self.every("payment_intents") if kinds & {"invoice", "charge"} else []
        charged = {old["payment_method"] for old in olds if old.get("object") == "charge"}
        methods = [await self.get(method) for method in charged]
        return Store(
            methods={method["id"]: method for method in methods if method},
            # Oldest first, so that the last try of an invoice is the last of its payments.
            intents={intent["id"]: intent for intent in reversed(intents)},
        )

    async def _expand(self, old: Object, found: Object, path: list[str], store: Store) -> None:
        name, *rest = path
        kind = found.get("object")
        if (kind, name) == ("invoice", "payments"):
            # What a scene says of it is a part that was paid beside localstripe's own tries, in the order of all.
            said = found.get("payments", {}).get("data", [])
            found["payments"] = listing(in_order([*invoice_payments(old, store), *said], store))
        elif (kind, name) == ("charge", "refunds"):
            refunds = await self.translated(await self.every("refunds", charge=old["id"]))
            found["refunds"] = listing(refunds[:_REFUNDS], has_more=len(refunds) > _REFUNDS)
        elif (kind, name) == ("subscription", "discounts"):
            found["discounts"] = [self.known.discounts[one] for one in found["discounts"]]
        elif isinstance(found.get(name), str):
            inner = await self.get(found[name])
            if inner is None:
                raise KeyError(name)
            found[name] = (await self.translated([inner], [".".join(rest)] if rest else []))[0]
        elif name not in found:
            raise KeyError(name)


def _worded(body: Object, path: str, status: int) -> Object:
    """Put the code of a missing object into localstripe's bare errors, as Stripe does."""
    error = body.get("error")
    if isinstance(error, dict) and status == 404:
        error.setdefault("code", "resource_missing")
        error["message"] = f"No such object: {path}"
    return body
