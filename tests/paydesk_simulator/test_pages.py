"""The company's pages, as a browser without JavaScript sees them."""

from http.client import HTTPMessage
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from tests.simulator import Json, SimulatedAccount, start_simulator

BACK = "https://shop.example/back?attempt=1"
GOOD = "4242424242424242"
SECURE = "4242424200000109"


class _Stay(HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(
        self, req: Request, fp: object, code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def visit(url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Open a page or post a form; gives the status, the text, and where one is sent."""
    body = urlencode(form).encode() if form is not None else None
    try:
        answer = build_opener(_Stay).open(Request(url, data=body))
    except HTTPError as other:
        return other.code, other.read().decode(), other.headers.get("Location", "")
    with answer:
        return answer.status, answer.read().decode(), ""


def typed(number: str = GOOD, **changes: str) -> dict[str, str]:
    return {"number": number, "expiry": "08 / 34", "security_code": "123", "holder": "Ada"} | changes


@pytest.fixture
def customer(account: SimulatedAccount) -> str:
    return account.customer()


@pytest.fixture
def setup(account: SimulatedAccount, customer: str) -> Json:
    return account.api("/setups", key="setup", customer=customer, return_url=BACK)


def test_the_form_says_whose_it_is_and_that_it_is_not_real(setup: Json) -> None:
    status, page, _ = visit(setup["page_url"])
    assert status == 200
    assert "Simulated payment company" in page
    assert "Fernwood Coffee" in page
    assert "4242 4242 0000 0604" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": "12"}, "Enter the card number"),
        ({"number": "4111111111111111"}, "test cards only"),
        ({"number": "4242424200002402"}, "does not fit the card"),
        ({"number": "4242424200002501"}, "this card has expired"),
        ({"expiry": "13 / 34"}, "Enter the month and year"),
        ({"expiry": "01 / 20"}, "has expired"),
        ({"security_code": "1"}, "security code"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_keeps_what_was_typed(
    setup: Json, change: dict[str, str], words: str
) -> None:
    status, page, _ = visit(setup["page_url"], typed(**change))
    assert status == 422
    assert words in page
    assert 'value="Ada"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize(
    ("number", "words"),
    [("4242424200002303", "Your bank declined this card"), ("4242424200001800", "cannot be saved")],
)
def test_a_card_that_is_refused_leaves_the_form_open_for_another(
    account: SimulatedAccount, customer: str, setup: Json, number: str, words: str
) -> None:
    status, page, _ = visit(setup["page_url"], typed(number))
    assert status == 422
    assert words in page
    assert f'value="{number}"' not in page
    assert account.api(f"/customers/{customer}/methods")["rows"] == []
    assert visit(setup["page_url"], typed())[2] == BACK
    assert len(account.api(f"/customers/{customer}/methods")["rows"]) == 1


def test_a_bank_that_is_not_convinced_saves_and_charges_nothing(
    account: SimulatedAccount, customer: str, setup: Json
) -> None:
    bank = account.simulator.url + visit(setup["page_url"], typed("4242424200002105"))[2]
    assert visit(bank, {"answer": "confirm"})[2] == BACK
    assert account.api(f"/setups/{setup['id']}")["status"] == "refused"
    method = account.method(customer, "secure_fails_when_charged")
    wanted = {"customer": customer, "method": method, "amount_minor": 4900, "currency": "EUR"}
    charge = account.api("/charges", key="charge", on_session=True, **wanted)["id"]
    waiting = account.api(f"/charges/{charge}/confirm", key="confirm")
    visit(waiting["action_url"], {"answer": "confirm"})
    assert account.api(f"/charges/{charge}")["decline_code"] == "verification_failed"


def test_a_card_is_saved_and_the_customer_goes_back(
    account: SimulatedAccount, customer: str, setup: Json
) -> None:
    status, _, location = visit(setup["page_url"], typed())
    assert (status, location) == (303, BACK)
    saved = account.api(f"/customers/{customer}/methods")["rows"]
    assert [(method["last_four"], method["default"]) for method in saved] == [("4242", True)]
    assert visit(setup["page_url"], typed())[2] == BACK
    assert len(account.api(f"/customers/{customer}/methods")["rows"]) == 1


@pytest.mark.parametrize(("answer", "status"), [("confirm", "done"), ("refuse", "refused")])
def test_a_secure_card_asks_the_bank_before_it_is_saved(
    account: SimulatedAccount, setup: Json, answer: str, status: str
) -> None:
    bank = account.simulator.url + visit(setup["page_url"], typed(SECURE))[2]
    assert "Confirm this card" in visit(bank)[1]
    assert visit(bank, {"answer": answer})[2] == BACK
    found = account.api(f"/setups/{setup['id']}")
    assert found["status"] == status
    assert (found["method"] is not None) == (status == "done")
    assert bool(found["refusal"]) == (status == "refused")


@pytest.mark.parametrize(("answer", "status"), [("confirm", "succeeded"), ("refuse", "declined")])
def test_a_secure_card_asks_the_bank_before_it_pays(
    account: SimulatedAccount, customer: str, answer: str, status: str
) -> None:
    method = account.method(customer, "secure")
    wanted = {"customer": customer, "method": method, "amount_minor": 4900, "currency": "EUR"}
    charge = account.api("/charges", key="charge", on_session=True, return_url=BACK, **wanted)
    waiting = account.api(f"/charges/{charge['id']}/confirm", key="confirm")
    assert waiting["status"] == "needs_customer"
    assert "EUR 49.00" in visit(waiting["action_url"])[1]
    assert visit(waiting["action_url"], {"answer": answer})[2] == BACK
    assert account.api(f"/charges/{charge['id']}")["status"] == status


def test_an_unknown_page_says_so(account: SimulatedAccount) -> None:
    for path in ("/", "/pages/cards/setup_00000", "/pages/bank/ch_00000", "/pages/receipts/bill_0"):
        status, page, _ = visit(account.simulator.url + path)
        assert status == 404
        assert "There is nothing here" in page


def test_a_receipt_can_be_opened(account: SimulatedAccount, customer: str) -> None:
    account.method(customer)
    bill = account.bill(customer, title="Beans, <dark> roast")
    documents = account.api(f"/documents/{bill['id']}")["rows"]
    assert [document["title"] for document in documents] == ["Invoice", "Receipt"]
    _, page, _ = visit(documents[1]["url"])
    assert "Beans, &lt;dark&gt; roast" in page
    assert "EUR 49.00" in page


def test_no_card_number_and_no_security_code_is_ever_kept(tmp_path: Path) -> None:
    file = tmp_path / "company.sqlite3"
    with start_simulator(database=file) as simulator:
        account = simulator.account()
        setup = account.api("/setups", key="setup", customer=account.customer(), return_url=BACK)
        visit(setup["page_url"], typed("4111 1111 1111 1111", security_code="98765"))
        visit(setup["page_url"], typed(security_code="9876"))
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"pm_" in kept
    for secret in (GOOD, "4111111111111111", "4111 1111 1111 1111", "9876"):
        assert secret.encode() not in kept
