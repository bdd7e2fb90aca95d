"""PayPal as the tests meet it: a stateful double of what Paydesk uses, held to PayPal's published files.

Run as `server.py PORT CONTRACTS`. `/control/...` is the tests' own door (`control.py`); everything else is
PayPal's API and the few pages where a payer acts. Each request is checked against the files before it is
answered, and each answer after; what breaks them is kept among the account's violations.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.doubles.paypal import (
    captures,
    control,
    keys,
    orders,
    reporting,
    subscriptions,
    vault,
    webhooks,
)
from tests.doubles.paypal.amounts import Unwritable
from tests.doubles.paypal.pages import Pages
from tests.doubles.paypal.published.contract import Contract, Violation
from tests.doubles.paypal.state import Account, Answer, Call, Json, Refusal, some_id

Handler = Callable[[Call], Answer]

ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/v1/billing/plans/{id}", subscriptions.get_plan),
    ("GET", "/v1/billing/subscriptions", subscriptions.list_subscriptions),
    ("GET", "/v1/billing/subscriptions/{id}", subscriptions.get_subscription),
    ("PATCH", "/v1/billing/subscriptions/{id}", subscriptions.patch),
    ("GET", "/v1/billing/subscriptions/{id}/transactions", subscriptions.list_transactions),
    ("POST", "/v1/billing/subscriptions/{id}/suspend", subscriptions.suspend),
    ("POST", "/v1/billing/subscriptions/{id}/activate", subscriptions.activate),
    ("POST", "/v1/billing/subscriptions/{id}/cancel", subscriptions.cancel),
    ("POST", "/v1/billing/subscriptions/{id}/capture", subscriptions.capture),
    ("POST", "/v2/checkout/orders", orders.create),
    ("GET", "/v2/checkout/orders/{id}", orders.get),
    ("PATCH", "/v2/checkout/orders/{id}", orders.patch),
    ("POST", "/v2/checkout/orders/{id}/capture", orders.capture),
    ("GET", "/v2/payments/captures/{capture_id}", captures.get_capture),
    ("POST", "/v2/payments/captures/{capture_id}/refund", captures.refund),
    ("GET", "/v2/payments/refunds/{refund_id}", captures.get_refund),
    ("POST", "/v3/vault/setup-tokens", vault.create_setup_token),
    ("GET", "/v3/vault/setup-tokens/{id}", vault.get_setup_token),
    ("POST", "/v3/vault/payment-tokens", vault.create_payment_token),
    ("GET", "/v3/vault/payment-tokens", vault.list_payment_tokens),
    ("GET", "/v3/vault/payment-tokens/{id}", vault.get_payment_token),
    ("DELETE", "/v3/vault/payment-tokens/{id}", vault.delete_payment_token),
    ("GET", "/v1/reporting/transactions", reporting.search),
    ("GET", "/v1/notifications/webhooks/{webhook_id}", webhooks.get_webhook),
    ("GET", "/v1/notifications/webhooks-events", webhooks.list_events),
    ("GET", "/v1/notifications/webhooks-events/{event_id}", webhooks.get_event),
]
_VERIFY = "/v1/notifications/verify-webhook-signature"
#: How long an account that is told to be silent keeps a caller waiting.
_SILENT_SECONDS = 120


class Double:
    """All accounts, the contract, and the way from a request to its answer."""

    def __init__(self, url: str, contracts: Path) -> None:
        self._url = url
        self._contract = Contract(contracts)
        self._signer = webhooks.Signer()
        self.accounts: dict[str, Account] = {}
        self._accounts_of_tokens: dict[str, Account] = {}
        self._courier = webhooks.Courier(self._signer, url)

    def application(self) -> web.Application:
        application = web.Application()
        application.cleanup_ctx.append(self._connect)
        for method, template, handler in ROUTES:
            application.router.add_route(method, template, self._answering(template, handler))
        application.router.add_route("POST", _VERIFY, self._answering(_VERIFY, None))
        application.add_routes(
            [
                web.get("/health", self._say_that_it_runs),
                web.post("/v1/oauth2/token", self._give_token),
                web.get(webhooks.CERTIFICATE_PATH, self._give_certificates),
                web.post("/control/accounts", self._open_account),
                web.post("/control/root-certificate", self._give_root),
                web.post("/control/accounts/{client_id}/sign", self._sign),
                web.post("/control/accounts/{client_id}/{verb}", self._control),
                *Pages(self._url, self.accounts, self._courier.deliver).routes(),
                web.route("*", "/{path:.*}", self._refuse),
            ]
        )
        return application

    async def _connect(self, _application: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            self._courier.session = session
            yield

    async def _say_that_it_runs(self, _request: web.Request) -> web.StreamResponse:
        return _json(Answer(body={}))

    # PayPal's own door.

    async def _give_token(self, request: web.Request) -> web.StreamResponse:
        account = self.accounts.get(_basic(request)[0])
        form = await request.post()
        fault = _fault_of(account, request) if account else None
        if fault:
            return await _go_wrong(request, fault, None)
        if not account or _basic(request)[1] != account.client_secret:
            body = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return _json(Answer(status=401, body=body))
        if form.get("grant_type") != "client_credentials":
            body = {"error": "unsupported_grant_type", "error_description": "unsupported grant_type"}
            return _json(Answer(status=400, body=body))
        token = f"A21AA{some_id(60)}"
        self._accounts_of_tokens[token] = account
        account.tokens[token] = account.now() + timedelta(seconds=account.token_seconds)
        account.journal.append({"method": "POST", "path": request.path, "body": None, "key": ""})
        given: Json = {"access_token": token, "token_type": "Bearer", "expires_in": account.token_seconds}
        return _json(Answer(body=given | {"scope": "openid", "app_id": "APP-80W284485P519543T"}))

    def _answering(self, template: str, handler: Handler | None) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            account = self._account_of(request)
            if not account:
                body = {"error": "invalid_token", "error_description": "Token signature verification failed"}
                return _json(Answer(status=401, body=body))
            return await self._answer(request, account, template, handler)

        return answer

    async def _answer(
        self, request: web.Request, account: Account, template: str, handler: Handler | None
    ) -> web.StreamResponse:
        raw = await request.read()
        fault = _fault_of(account, request)
        if fault and fault["kind"] not in ("lost_after", "slow"):
            return await _go_wrong(request, fault, None)
        call, found = self._act(request, account, template, handler, raw)
        try:
            if fault:
                return await _go_wrong(request, fault, found)
            return _json(found)
        finally:
            if call:
                keys.answered(call, template)
            self._courier.deliver(account)

    def _act(
        self, request: web.Request, account: Account, template: str, handler: Handler | None, raw: bytes
    ) -> tuple[Call | None, Answer]:
        """Check the request, act, and check the answer."""
        call = None
        try:
            call = self._call(request, account, template, raw)
            wanted = call
            act = handler or (lambda call: webhooks.verify(call, self._signer, raw))
            found = keys.once(wanted, template, act)
            if found.status < 300:
                self._contract.operation(request.method, template).check_answer(found.status, found.body)
        except Refusal as refusal:
            found = refusal.answer()
        except Unwritable as issue:
            found = Refusal(422, str(issue)).answer()
        except Violation as broken:
            account.violations.append(f"{request.method} {request.path}: {broken}")
            found = Refusal(400, "INVALID_PARAMETER_SYNTAX", str(broken)).answer()
        return call, found

    def _call(self, request: web.Request, account: Account, template: str, raw: bytes) -> Call:
        operation = self._contract.operation(request.method, template)
        if raw and request.content_type != "application/json":
            raise Violation(f"a body of {request.content_type}")
        body = json.loads(raw) if raw else None
        ids = dict(request.match_info)
        query = operation.check_request(ids=ids, query=request.query, headers=request.headers, body=body)
        key = request.headers.get("PayPal-Request-Id", "")
        account.journal.append({"method": request.method, "path": request.path_qs, "body": body, "key": key})
        return Call(
            account=account,
            url=self._url,
            ids=ids,
            query=query,
            body=body,
            key=key if request.method == "POST" else "",
            whole=request.headers.get("Prefer") == "return=representation",
        )

    async def _refuse(self, request: web.Request) -> web.StreamResponse:
        """What is not played here: a gateway that asks for it has to be told."""
        if account := self._account_of(request):
            account.violations.append(f"{request.method} {request.path}: the double does not play this")
        return _json(Refusal(404, "RESOURCE_NOT_FOUND").answer())

    def _account_of(self, request: web.Request) -> Account | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        account = self._accounts_of_tokens.get(token)
        return account if account and account.has_token(token) else None

    async def _give_certificates(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._signer.chain, content_type="application/x-pem-file")

    # The tests' door.

    async def _open_account(self, _request: web.Request) -> web.StreamResponse:
        made = Account(client_id=some_id(40), client_secret=some_id(40), webhook_id=some_id())
        self.accounts[made.client_id] = made
        body = {"client_id": made.client_id, "client_secret": made.client_secret}
        return _json(Answer(body=body | {"webhook_id": made.webhook_id}))

    async def _give_root(self, _request: web.Request) -> web.StreamResponse:
        return _json(Answer(body={"pem": self._signer.root_pem}))

    async def _sign(self, request: web.Request) -> web.StreamResponse:
        """Sign a body as a webhook of this account, `seconds` after its present."""
        account, asked = self.accounts[request.match_info["client_id"]], await request.json()
        body = asked["body"].encode()
        at = account.now() + timedelta(seconds=asked.get("seconds", 0))
        webhook_id = asked.get("webhook_id") or account.webhook_id
        return _json(Answer(body=self._signer.sign(body, webhook_id=webhook_id, at=at, url=self._url)))

    async def _control(self, request: web.Request) -> web.StreamResponse:
        account = self.accounts[request.match_info["client_id"]]
        try:
            answer = control.VERBS[request.match_info["verb"]](account, await request.json(), self._url)
        except Refusal as refusal:
            return _json(refusal.answer())
        self._courier.deliver(account)
        return _json(Answer(body=answer))


def _fault_of(account: Account, request: web.Request) -> Json | None:
    """Take the first fault that fits; it strikes as often as it says, 0 being always."""
    for fault in account.faults:
        if fault["method"] in ("*", request.method) and re.fullmatch(fault["path"], request.path):
            fault["times"] -= 1
            if fault["times"] == 0:
                account.faults.remove(fault)
            return fault
    return None


async def _go_wrong(request: web.Request, fault: Json, found: Answer | None) -> web.StreamResponse:
    kind = fault["kind"]
    if kind == "silent":
        await asyncio.sleep(_SILENT_SECONDS)
    elif kind == "slow" and found:
        await asyncio.sleep(fault.get("seconds", 1))
        return _json(found)
    elif kind.isdecimal():
        headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
        return _json(Refusal(int(kind), "A_FAULT_THAT_A_TEST_ASKED_FOR").answer(), headers)
    if request.transport:
        request.transport.close()
    return web.Response()


def _basic(request: web.Request) -> tuple[str, str]:
    encoded = request.headers.get("Authorization", "").removeprefix("Basic ")
    user, _, password = base64.b64decode(encoded + "==").decode(errors="replace").partition(":")
    return user, password


def _json(answer: Answer, headers: dict[str, str] | None = None) -> web.Response:
    more = {"PayPal-Debug-Id": some_id(13), **(headers or {})}
    if answer.status == 204:
        return web.Response(status=204, headers=more)
    return web.json_response(answer.body, status=answer.status, headers=more)


def main(port: str, contracts: str) -> None:
    double = Double(f"http://127.0.0.1:{port}", Path(contracts))
    application = double.application()
    web.run_app(
        application,
        host="127.0.0.1",
        port=int(port),
        print=lambda *_words: None,
        access_log=None,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
