"""What these tests ask of PayPal as its merchant, in few words."""

from tests.doubles.paypal.running import Json
from tests.paypal_account import PayPalAccount

EUR_49 = {"currency_code": "EUR", "value": "49.00"}
ORDER: Json = {"intent": "CAPTURE", "purchase_units": [{"amount": EUR_49, "custom_id": "tag"}]}


def order(account: PayPalAccount, key: str = "create") -> str:
    return str(account.api("POST", "/v2/checkout/orders", ORDER, key=key)[1]["id"])


def capture(
    account: PayPalAccount, of: str, method: str, *, kind: str = "card", key: str = "capture"
) -> tuple[int, Json]:
    initiated = {"payment_initiator": "MERCHANT", "payment_type": "RECURRING", "usage": "SUBSEQUENT"}
    source = {kind: {"vault_id": method, "stored_credential": initiated}}
    body = {"payment_source": source if kind == "card" else {kind: {"vault_id": method}}}
    return account.api("POST", f"/v2/checkout/orders/{of}/capture", body, key=key)


def issue(answer: tuple[int, Json]) -> tuple[int, str]:
    return answer[0], answer[1]["details"][0]["issue"]


def captured_id(answer: tuple[int, Json]) -> str:
    return str(answer[1]["purchase_units"][0]["payments"]["captures"][0]["id"])
