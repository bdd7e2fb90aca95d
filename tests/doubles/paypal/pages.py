"""Where a payer acts: pages to approve a wallet, to confirm an order and for 3-D Secure, and the card fields' frames.

The script at `/sdk/js` (`sdk.js`) puts a frame into the merchant's page for each field. What is entered stays among
these frames, which are of one origin: the one for the number collects the others and hands the card in.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from tests.doubles.paypal import control
from tests.doubles.paypal.orders import Order
from tests.doubles.paypal.state import Account, Json, Refusal
from tests.doubles.paypal.vault import SetupToken, approve_wallet, enter_card

SCRIPT = Path(__file__).with_name("sdk.js")
#: What PayPal's script takes in its address (its reference, "Script configuration").
_SCRIPT_PARAMETERS = {
    "client-id",
    "components",
    "currency",
    "intent",
    "locale",
    "vault",
    "merchant-id",
    "commit",
}
_FIELDS = {
    "number": ("Card number", "cc-number"),
    "expiry": ("Expiration date", "cc-exp"),
    "cvv": ("Security code", "cc-csc"),
    "name": ("Name on card", "cc-name"),
}


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
            web.get("/sdk/js", self._give_script),
            web.get("/sdk/field", self._show_field),
            web.post("/sdk/card", self._take_card),
            web.get("/sdk/challenge", self._show_challenge),
            web.post("/sdk/challenge", self._answer_challenge),
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

    async def _give_script(self, request: web.Request) -> web.Response:
        query = request.query
        known = query.get("client-id") in self._accounts and query.get("components") == "card-fields"
        if not known or query.keys() - _SCRIPT_PARAMETERS:
            raise web.HTTPBadRequest(text=f"throw new Error({str(dict(query))!r});")
        return web.Response(text=SCRIPT.read_text(), content_type="text/javascript")

    async def _show_field(self, request: web.Request) -> web.Response:
        kind, session = request.query["kind"], request.query["session"]
        label, autocomplete = _FIELDS[kind]
        entry = (
            f'<input aria-label="{label}" autocomplete="{autocomplete}" data-kind="{kind}"'
            f' data-session="{escape(session)}" placeholder="{escape(request.query.get("placeholder", ""))}"'
            ' style="width:100%;box-sizing:border-box;font:inherit;padding:0.5rem">'
        )
        page = f'<!doctype html><html lang="en"><title>{label}</title><main>{entry}</main><script>{_FIELD}</script>'
        return web.Response(text=page, content_type="text/html")

    async def _take_card(self, request: web.Request) -> web.Response:
        """Take what was entered. A card that is none is refused as the script refuses it, before PayPal is asked."""
        entered = await request.json()
        account, token = self._token(entered["token"])
        try:
            month, year = entered["expiry"].replace(" ", "").split("/")
            enter_card(
                token, entered["number"].replace(" ", ""), f"20{year}-{month}", entered.get("name", "")
            )
        except (Refusal, ValueError):
            return web.json_response({"error": "INVALID_NUMBER"})
        self._deliver(account)
        return web.json_response({"status": token.status})

    async def _show_challenge(self, request: web.Request) -> web.Response:
        self._token(request.query["token"])
        return _page("3-D Secure", "Your bank asks whether this is you")

    async def _answer_challenge(self, request: web.Request) -> web.Response:
        _account, token = self._token(request.query["token"])
        confirmed = (await request.post()).get("pressed") == "confirm"
        token.status = "APPROVED" if confirmed else token.status
        said = "true" if confirmed else "false"
        script = f'parent.postMessage({{ paypal: "challenged", confirmed: {said} }}, "*");'
        return web.Response(text=f"<!doctype html><script>{script}</script>", content_type="text/html")

    def _setup(self, request: web.Request) -> tuple[Account, SetupToken]:
        return self._token(request.query.get("approval_session_id", ""))

    def _token(self, wanted: str) -> tuple[Account, SetupToken]:
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


#: What runs in a field's frame. Frames of other origins beside it say nothing, and are passed over.
_FIELD = """
const own = document.querySelector("input");
function values() {
  const found = {};
  for (let place = 0; place < parent.length; place += 1) {
    try {
      const other = parent[place].document.querySelector("input[data-kind]");
      if (other?.dataset.session === own.dataset.session) found[other.dataset.kind] = other.value;
    } catch { continue; }
  }
  return found;
}
async function submit(token) {
  const card = values();
  if (!/^[0-9]{3,4}$/.test(card.cvv ?? "")) return { error: "INVALID_CVV" };
  if (!/^[0-9]{2} ?[/] ?[0-9]{2}$/.test(card.expiry ?? "")) return { error: "INVALID_EXPIRY" };
  const body = JSON.stringify({ ...card, token });
  const answer = await fetch("/sdk/card", { method: "POST", body, headers: { "Content-Type": "application/json" } });
  return await answer.json();
}
window.addEventListener("message", async (event) => {
  if (event.data.paypal !== "submit") return;
  parent.postMessage({ paypal: "submitted", ...(await submit(event.data.token)) }, event.origin);
});
parent.postMessage({ paypal: "ready" }, "*");
"""
