"""Stripe as the tests meet it: every request is checked against today's contract, then localstripe answers it.

Beside Stripe's own addresses: `/_begin_again` empties the account, `/_violations` and `/_journal` say what was asked,
`/_faults` and `/_declines` say what shall go wrong, `/_events` and `/_changes` what localstripe cannot have;
`/_hosted_invoice/...` and `/_confirm/...` are the pages on which a customer passes 3-D Secure.
Run as `stripe_proxy.py PORT LOCALSTRIPE_URL CONTRACT_FOLDER`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import stripe
from aiohttp import web

from tests.doubles.stripe_calls import make
from tests.doubles.stripe_contract import Contract, Violation
from tests.doubles.stripe_shapes import Known, Object, invalid_request
from tests.doubles.stripe_upstream import Answer, Call, Upstream, refused

SECRET_KEY = "sk_test_double"
PAGING = ("limit", "starting_after", "ending_before")
_HOP_BY_HOP = {"content-length", "transfer-encoding", "content-encoding", "connection", "date", "server"}


class Proxy:
    """The state of the double: what was asked, which keys were used, what shall go wrong."""

    def __init__(self, url: str, upstream_url: str, folder: Path) -> None:
        self._url = url
        self._upstream_url = upstream_url
        self._contract = Contract(folder)
        self._forget()

    def _forget(self) -> None:
        self.known = Known(url=self._url)
        self._violations: list[str] = []
        self._journal: list[Object] = []
        self._faults: list[Object] = []
        self._answered: dict[str, tuple[str, Answer]] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def application(self) -> web.Application:
        application = web.Application()
        application.cleanup_ctx.append(self._connect)
        application.add_routes(
            [
                web.post("/_begin_again", self._begin_again),
                web.get("/_violations", self._say_violations),
                web.get("/_journal", self._say_journal),
                web.post("/_faults", self._take_fault),
                web.delete("/_faults", self._forget_faults),
                web.post("/_declines", self._take_decline),
                web.post("/_events", self._take_event),
                web.post("/_changes", self._take_change),
                web.get("/_hosted_invoice/{invoice}", self._show_page),
                web.post("/_hosted_invoice/{invoice}", self._finish_invoice),
                web.get("/_confirm/{intent}", self._show_page),
                web.post("/_confirm/{intent}", self._finish_intent),
                web.route("*", "/{path:.*}", self._answer),
            ]
        )
        return application

    async def _connect(self, _application: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            self._session = session
            self._upstream = Upstream(self._upstream_url, session, self.known)
            yield

    async def _begin_again(self, _request: web.Request) -> web.Response:
        """Empty the account: localstripe gets slower with all that it holds."""
        self._forget()
        self._upstream = Upstream(self._upstream_url, self._session, self.known)
        await self._upstream.call("DELETE", "/_config/data")
        return web.json_response({})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/v1/") or "Authorization" not in request.headers:
            return await self._pass_on(request)
        try:
            fault = self._fault_of(request)
            kind = fault["kind"] if fault else ""
            if kind == "lost_before":
                return _hang_up(request)
            if fault and kind.isdecimal():
                wanted = invalid_request("A fault that a test asked for.", code=fault.get("code", ""))
                return web.json_response(wanted, status=int(kind), headers=fault.get("headers"))
            answer = await self._once(request, declines_as_open=kind == "declines_as_open")
            if kind == "slow":
                await asyncio.sleep(float(fault["seconds"]) if fault else 0)
            return _hang_up(request) if kind == "lost_after" else _response(answer)
        except Violation as broken:
            self._violations.append(str(broken))
            return web.json_response(invalid_request(str(broken), code="parameter_unknown"), status=400)

    async def _once(self, request: web.Request, *, declines_as_open: bool) -> Answer:
        """Replay a key: the same answer to the same request, 400 to another (Stripe API, "Idempotent requests")."""
        body = await request.text()
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return await self._ask(request, body, declines_as_open)
        asked = f"{request.path} {body}"
        async with self._locks[key]:
            if key not in self._answered:
                answer = await self._ask(request, body, declines_as_open)
                self._answered[key] = asked, answer
            before, answer = self._answered[key]
        if before != asked:
            error = invalid_request("Keys for idempotent requests can only be used with the same parameters.")
            error["error"]["type"] = "idempotency_error"
            return refused(error)
        return answer

    async def _ask(self, request: web.Request, body: str, declines_as_open: bool) -> Answer:
        if request.headers["Authorization"] != f"Bearer {SECRET_KEY}":
            return refused(invalid_request("Invalid API Key provided"), 401)
        if request.headers.get("Stripe-Version") != stripe.api_version:
            raise Violation(
                f"{request.method} {request.path}: version {request.headers.get('Stripe-Version')}"
            )
        asked = self._contract.check(request.method, request.path, body or request.query_string)
        key = request.headers.get("Idempotency-Key", "")
        self._journal.append({"method": request.method, "path": request.path, "asked": asked, "key": key})
        expand = asked.pop("expand", [])
        if deep := [path for path in expand if path.count(".") > 3]:
            raise Violation(f"{request.path}: {deep} expands more than four levels")
        paging = {name: asked.pop(name) for name in PAGING if name in asked}
        call = Call(
            method=request.method,
            path=request.path,
            asked=asked,
            expand=expand,
            limit=paging.get("limit", 10),
            starting_after=paging.get("starting_after", ""),
            declines_as_open=declines_as_open,
        )
        try:
            return await make(call, self._upstream)
        except KeyError as unknown:
            raise Violation(f"{request.path}: {unknown} cannot be expanded") from None

    async def _pass_on(self, request: web.Request) -> web.Response:
        """The browser's own requests, the fake Stripe.js and localstripe's settings go through as they are."""
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        async with self._session.request(
            request.method,
            self._upstream_url + request.path_qs,
            data=await request.read(),
            headers=headers,
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    def _fault_of(self, request: web.Request) -> Object | None:
        """Take the first fault that fits; it strikes once, unless it stays."""
        for fault in self._faults:
            if fault["method"] == request.method and re.fullmatch(fault["path"], request.path):
                if not fault.get("stays"):
                    self._faults.remove(fault)
                return fault
        return None

    async def _say_violations(self, _request: web.Request) -> web.Response:
        return web.json_response(self._violations)

    async def _say_journal(self, _request: web.Request) -> web.Response:
        return web.json_response(self._journal)

    async def _take_fault(self, request: web.Request) -> web.Response:
        self._faults.append(await request.json())
        return web.json_response({})

    async def _forget_faults(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({})

    async def _take_decline(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.known.decline_codes[asked["payment_method"]] = asked["code"]
        return web.json_response({})

    async def _take_event(self, request: web.Request) -> web.Response:
        self.known.events.append(await request.json())
        return web.json_response({})

    async def _take_change(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.known.changed.setdefault(asked["id"], {}).update(asked["fields"])
        return web.json_response({})

    async def _show_page(self, _request: web.Request) -> web.Response:
        buttons = "".join(
            f'<button name="success" value="{value}">{words}</button>'
            for value, words in (("true", "Complete authentication"), ("false", "Fail authentication"))
        )
        page = f'<!doctype html><title>3-D Secure</title><form method="post">{buttons}</form>'
        return web.Response(text=page, content_type="text/html")

    async def _finish_invoice(self, request: web.Request) -> web.Response:
        invoice = await self._upstream.get(request.match_info["invoice"]) or {}
        await self._finish(invoice["payment_intent"], request)
        return web.Response(text="Thank you. You may close this page.")

    async def _finish_intent(self, request: web.Request) -> web.Response:
        intent = request.match_info["intent"]
        await self._finish(intent, request)
        raise web.HTTPFound(self.known.return_urls[intent])

    async def _finish(self, reference: str, request: web.Request) -> None:
        pressed = await request.post()
        intent = await self._upstream.get(reference) or {}
        asked = {"client_secret": intent["client_secret"], "success": pressed["success"]}
        await self._upstream.call("POST", f"/v1/payment_intents/{reference}/_authenticate", asked)


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport:
        request.transport.close()
    return web.Response()


def _response(answer: Answer) -> web.Response:
    return web.json_response(answer.body, status=answer.status, headers={"Request-Id": "req_double"})


def main(port: str, upstream_url: str, folder: str) -> None:
    proxy: Any = Proxy(f"http://127.0.0.1:{port}", upstream_url, Path(folder))
    web.run_app(
        proxy.application(),
        host="127.0.0.1",
        port=int(port),
        print=lambda *_words: None,
        access_log=None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:4])
