"""The double of PayPal keeps PayPal's promises, and finds out who breaks PayPal's contract."""

from datetime import timedelta
from http.client import RemoteDisconnected

import pytest

from tests.doubles.paypal.running import Json, press
from tests.gateways.paypal_double.asking import ORDER, capture, captured_id, issue, order
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts

# The contract.


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("POST", "/v1/billing/subscriptions/I-1234567/cancel", {}, "'reason' is a required"),
        ("POST", "/v1/billing/subscriptions/I-1234567/cancel", {"reason": "x", "why": "y"}, "'why'"),
        (
            "POST",
            "/v1/billing/subscriptions/I-1234567/capture",
            {"note": "x", "capture_type": "ALL", "amount": {"currency_code": "EUR", "value": "19.00"}},
            "'ALL' is not one of",
        ),
        ("GET", "/v1/billing/subscriptions/I-1234567/transactions", None, "'start_time' is a required"),
        ("GET", "/v1/billing/subscriptions?page_size=50", None, "50 is greater than"),
        ("GET", "/v1/billing/subscriptions?sort=email", None, "'sort'"),
        ("POST", "/v2/checkout/orders", ORDER | {"intent": "SALE"}, "'SALE' is not one of"),
        ("POST", "/v3/vault/payment-tokens", {"payment_source": {}}, "'paypal-request-id' is a required"),
        ("POST", "/v2/checkout/orders/A/authorize", {}, "does not play this"),
    ],
)
def test_what_paypal_would_refuse_is_a_violation(
    paypal_account: PayPalAccount, method: str, path: str, body: Json | None, word: str
) -> None:
    status, _ = paypal_account.api(method, path, body)

    (paypal_account.expected_violations,) = ([*paypal_account.violations()],)
    assert status in (400, 404)
    assert len(paypal_account.expected_violations) == 1
    assert word in paypal_account.expected_violations[0]


def test_wrong_credentials_get_no_token_and_a_token_grows_old(paypal_account: PayPalAccount) -> None:
    assert paypal_account.api("GET", "/v1/billing/subscriptions")[0] == 200
    first = paypal_account.merchant.token
    paypal_account.advance(hours=10)
    assert paypal_account.api("GET", "/v1/billing/subscriptions")[0] == 200
    assert paypal_account.merchant.token != first

    paypal_account.merchant.client_secret, paypal_account.merchant.token = "another", ""
    assert paypal_account.api("GET", "/v1/billing/subscriptions")[0] == 401


# Keys.


def test_the_same_key_captures_once_and_another_body_is_refused(paypal_account: PayPalAccount) -> None:
    made, card = order(paypal_account), paypal_account.card("customer_1")

    assert [capture(paypal_account, made, card)[0] for _ in range(2)] == [201, 200]
    assert len(paypal_account.captured("customer_1")) == 1
    assert issue(capture(paypal_account, order(paypal_account, "second"), card)) == (
        422,
        "DUPLICATE_REQUEST_ID",
    )
    assert issue(capture(paypal_account, made, card, key="new")) == (422, "ORDER_ALREADY_CAPTURED")


def test_a_key_of_an_order_is_forgotten_after_six_hours(paypal_account: PayPalAccount) -> None:
    first = order(paypal_account)
    paypal_account.advance(hours=5)
    assert order(paypal_account) == first

    paypal_account.advance(hours=2)
    assert order(paypal_account) != first


def test_an_answer_that_is_lost_is_given_to_the_same_key_again(paypal_account: PayPalAccount) -> None:
    made, card = order(paypal_account), paypal_account.card("customer_1")
    with paypal_account.losing_answers(), pytest.raises(RemoteDisconnected):
        capture(paypal_account, made, card)

    assert capture(paypal_account, made, card)[0] == 200
    assert [move["minor"] for move in paypal_account.captured("customer_1")] == [4900]


# Orders and refunds.


def test_a_declined_card_declines_and_the_order_stays_open(paypal_account: PayPalAccount) -> None:
    made, card = order(paypal_account), paypal_account.card("customer_1", "declined")

    assert issue(capture(paypal_account, made, card)) == (422, "INSTRUMENT_DECLINED")
    assert paypal_account.api("GET", f"/v2/checkout/orders/{made}")[1]["status"] == "CREATED"
    assert paypal_account.captured("customer_1") == []


def test_a_processor_declines_with_its_own_response(paypal_account: PayPalAccount) -> None:
    made, card = order(paypal_account), paypal_account.card("customer_1", "declined:5120")

    status, answer = capture(paypal_account, made, card)

    declined = answer["purchase_units"][0]["payments"]["captures"][0]
    assert (status, declined["status"]) == (201, "DECLINED")
    assert declined["processor_response"] == {"response_code": "5120"}


def test_a_bank_that_asks_is_answered_on_a_page(paypal_account: PayPalAccount) -> None:
    made, card = order(paypal_account), paypal_account.card("customer_1", "asks")
    refused = capture(paypal_account, made, card)
    assert issue(refused) == (422, "PAYER_ACTION_REQUIRED")

    press(refused[1]["links"][0]["href"])

    assert capture(paypal_account, made, card)[0] == 201
    assert len(paypal_account.captured("customer_1")) == 1


def test_an_order_that_was_turned_away_cannot_be_captured(paypal_account: PayPalAccount) -> None:
    made, card = order(paypal_account), paypal_account.card("customer_1")
    turned = [{"op": "replace", "path": "/intent", "value": "AUTHORIZE"}]

    assert paypal_account.api("PATCH", f"/v2/checkout/orders/{made}", turned)[0] == 204
    assert issue(capture(paypal_account, made, card)) == (422, "ACTION_DOES_NOT_MATCH_INTENT")


def test_no_more_is_refunded_than_was_taken(paypal_account: PayPalAccount) -> None:
    taken = captured_id(capture(paypal_account, order(paypal_account), paypal_account.card("customer_1")))
    path = f"/v2/payments/captures/{taken}/refund"
    part = {"amount": {"currency_code": "EUR", "value": "40.00"}}

    assert paypal_account.api("POST", path, part, key="1")[1]["status"] == "COMPLETED"
    assert issue(paypal_account.api("POST", path, part, key="2")) == (422, "REFUND_AMOUNT_EXCEEDED")
    assert paypal_account.api("POST", path, {}, key="3")[1]["amount"]["value"] == "9.00"
    assert paypal_account.refunded(taken) == 4900
    assert paypal_account.api("GET", f"/v2/payments/captures/{taken}")[1]["status"] == "REFUNDED"


# The vault.


def set_up(account: PayPalAccount, source: Json, key: str = "setup") -> Json:
    body = {"customer": {"id": "customer_1"}, "payment_source": source}
    made: Json = account.api("POST", "/v3/vault/setup-tokens", body, key=key)[1]
    return made


def tokenize(account: PayPalAccount, setup: str, key: str = "token") -> tuple[int, Json]:
    body = {"payment_source": {"token": {"id": setup, "type": "SETUP_TOKEN"}}}
    return account.api("POST", "/v3/vault/payment-tokens", body, key=key)


def test_a_wallet_is_saved_once_its_payer_has_agreed(paypal_account: PayPalAccount) -> None:
    back = {"return_url": "https://shop.example/back?at=1", "cancel_url": "https://shop.example/no"}
    setup = set_up(paypal_account, {"paypal": {"usage_type": "MERCHANT", "experience_context": back}})
    approve = next(link["href"] for link in setup["links"] if link["rel"] == "approve")
    assert press(approve, "cancel").startswith("https://shop.example/no?")
    assert issue(tokenize(paypal_account, setup["id"])) == (422, "PAYER_ACTION_REQUIRED")

    assert press(approve).startswith("https://shop.example/back?at=1&approval_token_id=")

    status, token = tokenize(paypal_account, setup["id"])
    assert (status, tokenize(paypal_account, setup["id"])) == (201, (200, token))
    assert issue(tokenize(paypal_account, setup["id"], "other")) == (422, "SETUP_TOKEN_ALREADY_TOKENIZED")
    assert capture(paypal_account, order(paypal_account), token["id"], kind="paypal")[0] == 201


def test_saved_methods_are_listed_page_by_page_and_forgotten(paypal_account: PayPalAccount) -> None:
    saved = [paypal_account.card("customer_1") for _ in range(7)]
    path = "/v3/vault/payment-tokens?customer_id=customer_1"

    pages = [paypal_account.api("GET", f"{path}&page={page}")[1]["payment_tokens"] for page in (1, 2)]
    assert [one["id"] for page in pages for one in page] == saved
    assert paypal_account.api("DELETE", f"/v3/vault/payment-tokens/{saved[0]}")[0] == 204
    assert paypal_account.api("GET", f"/v3/vault/payment-tokens/{saved[0]}")[0] == 404


# Transaction Search.


def test_reports_are_three_hours_late_and_windows_have_a_month(paypal_account: PayPalAccount) -> None:
    taken = captured_id(capture(paypal_account, order(paypal_account), paypal_account.card("customer_1")))
    paypal_account.lag(hours=2)
    start = f"/v1/reporting/transactions?start_date={_written(paypal_account, days=-20)}"

    early = paypal_account.api("GET", f"{start}&end_date={_written(paypal_account, days=1)}")[1]
    assert early["transaction_details"] == []
    paypal_account.advance(hours=3)
    found = paypal_account.api("GET", f"{start}&end_date={_written(paypal_account, days=1)}")[1]
    rows = [one["transaction_info"] for one in found["transaction_details"]]
    assert [(row["transaction_id"], row["custom_field"]) for row in rows] == [(taken, "tag")]
    long = paypal_account.api("GET", f"{start}&end_date={_written(paypal_account, days=12)}")
    assert long[0] == 400


def _written(account: PayPalAccount, *, days: int) -> str:
    return (account.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("value", "currency", "word"),
    [
        ("0.00", "EUR", "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ("1.001", "EUR", "DECIMAL_PRECISION"),
        ("1.50", "JPY", "DECIMALS_NOT_SUPPORTED"),
    ],
)
def test_an_amount_that_paypal_cannot_write_is_refused(
    paypal_account: PayPalAccount, value: str, currency: str, word: str
) -> None:
    unit = {"amount": {"currency_code": currency, "value": value}}

    refused = paypal_account.api("POST", "/v2/checkout/orders", ORDER | {"purchase_units": [unit]}, key="key")

    assert issue(refused) == (422, word)
