"""The pages where a payer acts: approving a wallet, confirming an order, and 3-D Secure. Each has two buttons."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlencode

from aiohttp import web

from tests.doubles.paypal import control
from tests.doubles.paypal.orders import Order
from tests.doubles.paypal.state import Account, Json
from tests.doubles.paypal.vault import SetupToken, approve_wallet


class Pages:
    """Find what a page is about, in whichever account it is; show it, and do what was pressed."""

    def __init__(self, url: str, accounts: dict[str, Account], deliver: Callable[[Account], None]) -> None:
        self._url = url
        self._accounts = accounts
        self._deliver = deliver

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/agreements/approve", self._show_setup),
            web.post("/agreements/approve", self._answer_setup),
            web.get("/checkoutnow", self._show_order),
            web.post("/checkoutnow", self._answer_order),
            web.get("/webapps/helios", self._show_order),
            web.post("/webapps/helios", self._answer_order),
        ]

    async def _show_setup(self, request: web.Request) -> web.Response:
        _account, token = self._setup(request)
        words = "Agree to future payments" if token.kind == "paypal" else "Your bank asks whether this is you"
        return _page("PayPal", words)

    async def _answer_setup(self, request: web.Request) -> web.Response:
        account, token = self._setup(request)
        confirmed = (await request.post()).get("pressed") == "confirm"
        if confirmed:
            approve_wallet(token, "ada@example.com")
        named = {"approval_token_id": token.id, "approval_session_id": token.id}
        self._deliver(account)
        return _back(token.context, confirmed=confirmed, named=named)

    async def _show_order(self, request: web.Request) -> web.Response:
        self._order(request)
        card = request.path == "/webapps/helios"
        return _page("3-D Secure" if card else "PayPal", "Confirm this payment")

    async def _answer_order(self, request: web.Request) -> web.Response:
        account, order = self._order(request)
        confirmed = (await request.post()).get("pressed") == "confirm"
        if order.status == "PAYER_ACTION_REQUIRED":
            control.confirm(account, order, yes=confirmed)
        details: Json = next(iter(order.source.values()), {})
        self._deliver(account)
        return _back(details.get("experience_context", {}), confirmed=confirmed, named={"token": order.id})

    def _setup(self, request: web.Request) -> tuple[Account, SetupToken]:
        wanted = request.query.get("approval_session_id", "")
        for account in self._accounts.values():
            if wanted in account.setup_tokens:
                return account, account.setup_tokens[wanted]
        raise web.HTTPNotFound

    def _order(self, request: web.Request) -> tuple[Account, Order]:
        wanted = request.query.get("token") or request.query.get("cart_id", "")
        for account in self._accounts.values():
            if wanted in account.orders:
                return account, account.orders[wanted]
        raise web.HTTPNotFound


def _page(title: str, words: str) -> web.Response:
    """Two buttons; both lead back to where the payer came from."""
    buttons = "".join(
        f'<button name="pressed" value="{value}">{label}</button>'
        for value, label in (("confirm", "Agree and continue"), ("cancel", "Cancel and return"))
    )
    page = (
        f'<!doctype html><html lang="en"><title>{escape(title)}</title>'
        f'<h1>{escape(words)}</h1><form method="post">{buttons}</form>'
    )
    return web.Response(text=page, content_type="text/html")


def _back(context: dict[str, str], *, confirmed: bool, named: dict[str, str]) -> web.Response:
    address = context.get("return_url" if confirmed else "cancel_url")
    if not address:
        return web.Response(text="Thank you. You may close this page.")
    sign = "&" if "?" in address else "?"
    raise web.HTTPSeeOther(f"{address}{sign}{urlencode(named)}")
