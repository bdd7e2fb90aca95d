"""What we ask PayPal and what counts as an answer: tokens, keys, noes, doubt, and no secret in any words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from paydesk.gateways.contract import GatewayBusy, GatewayRefused, GatewayUnreachable, Settings
from paydesk.gateways.paypal import requests
from paydesk.gateways.paypal.requests import Declined, Json, Line, Refused
from tests.gateways.paypal.signer import NOW, Place, place

CAPTURE = ("v2", "checkout", "orders", "ORD1", "capture")
PATH = "/v2/checkout/orders/ORD1/capture"


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(requests, "_TOKENS", {})
    with place() as found:
        put(found, "/v1/oauth2/token", {"access_token": "A21AA-token", "expires_in": 600})
        yield found


def put(company: Place, path: str, answer: Json, *, status: int = 200) -> None:
    company.put(path, json.dumps(answer).encode(), status=status)


SECRET = "secret-1234"


def line(company: Place, *, now: datetime = NOW, secret: str = SECRET) -> Line:
    credentials = {"client_id": "client-1234", "client_secret": secret, "webhook_id": "webhook-1234"}
    return Line(
        Settings(base_url=company.url, credentials=credentials, now=lambda: now, timeout=timedelta(seconds=2))
    )


def tokens(company: Place) -> int:
    return [path for path, _ in company.asked].count("/v1/oauth2/token")


def no(issue: str) -> Json:
    return {
        "name": "UNPROCESSABLE_ENTITY",
        "debug_id": "abc",
        "details": [{"issue": issue, "description": "No."}],
    }


def test_a_token_is_asked_for_once_and_again_before_it_ends(company: Place) -> None:
    put(company, "/v2/thing", {"id": "1"})

    for minutes, wanted in ((0, 1), (0, 1), (8, 1), (9.5, 2)):
        line(company, now=NOW + timedelta(minutes=minutes)).read("v2", "thing")
        assert tokens(company) == wanted


def test_a_token_that_is_no_longer_taken_is_renewed_once(company: Place) -> None:
    put(company, "/v2/thing", {"error": "invalid_token"}, status=401)

    with pytest.raises(GatewayRefused):
        line(company).read("v2", "thing")

    assert tokens(company) == 2


def test_another_secret_of_the_same_client_gets_no_token_of_the_first(company: Place) -> None:
    put(company, "/v2/thing", {"id": "1"})
    line(company).read("v2", "thing")
    put(company, "/v1/oauth2/token", {"error": "invalid_client"}, status=401)

    with pytest.raises(GatewayRefused, match="invalid_client"):
        line(company, secret="another-secret").read("v2", "thing")


def test_a_path_that_names_nothing_is_not_asked_for(company: Place) -> None:
    assert line(company).read("v2", "orders", "") is None
    assert line(company).read("v2", "orders", "..") is None
    with pytest.raises(GatewayRefused):
        line(company).ask("v2", "orders", "", "capture")
    assert company.asked == []


def test_no_such_thing_is_none_only_when_paypal_says_so(company: Place) -> None:
    put(company, "/v2/thing", {"name": "RESOURCE_NOT_FOUND"}, status=404)
    assert line(company).read("v2", "thing") is None

    company.put("/v2/thing", b"<html>not found</html>", status=404)
    with pytest.raises(GatewayUnreachable):
        line(company).read("v2", "thing")


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (422, no("ORDER_ALREADY_CAPTURED")),
        (422, no("SOMETHING_NEW")),
        (422, {}),
        (400, no("INSTRUMENT_DECLINED")),
        (401, {"error": "invalid_token"}),
        (403, no("PERMISSION_DENIED")),
        (404, {"name": "RESOURCE_NOT_FOUND"}),
        (409, no("PREVIOUS_REQUEST_IN_PROGRESS")),
        (500, {}),
        (202, {}),
        (200, {}),
    ],
)
def test_whatever_is_no_documented_no_to_money_is_doubt(company: Place, status: int, answer: Json) -> None:
    put(company, PATH, answer, status=status)

    with pytest.raises(GatewayUnreachable):
        line(company).move_money(*CAPTURE, key="key-1", body={})


@pytest.mark.parametrize(("status", "issue"), [(422, "INSTRUMENT_DECLINED"), (403, "CONSENT_NEEDED")])
def test_a_documented_no_to_money_says_which(company: Place, status: int, issue: str) -> None:
    put(company, PATH, no(issue), status=status)

    with pytest.raises(Declined) as declined:
        line(company).move_money(*CAPTURE, key="key-1", body={})

    assert declined.value.issue == issue


def test_wrong_credentials_are_doubt_where_money_was_asked_for(company: Place) -> None:
    put(company, "/v1/oauth2/token", {"error": "invalid_client"}, status=401)

    with pytest.raises(GatewayUnreachable):
        line(company).move_money(*CAPTURE, key="key-1", body={})


def test_a_clear_no_has_paypals_word_its_debug_id_and_no_secret(company: Place) -> None:
    answer = {"name": "X", "debug_id": "abc", "message": "secret-1234 and 4111 1111 1111 1111 were sent"}
    put(company, "/v2/thing", answer, status=400)

    with pytest.raises(Refused) as refused:
        line(company).ask("v2", "thing", body={})

    assert refused.value.issue == "X"
    assert "debug id abc" in str(refused.value)
    assert "secret-1234" not in str(refused.value)
    assert "4111" not in str(refused.value)


def test_being_told_to_wait_is_busy(company: Place) -> None:
    put(company, PATH, {"name": "RATE_LIMIT_REACHED"}, status=429)

    with pytest.raises(GatewayBusy):
        line(company).move_money(*CAPTURE, key="key-1", body={})


def test_a_transcript_loses_tokens_credentials_and_cards(company: Place) -> None:
    told = 'Authorization: Bearer A21AA {"access_token":"A21BB"} webhook-1234 security_code: 123'

    scrubbed = line(company).scrub(told)

    for secret in ("A21AA", "A21BB", "webhook-1234", "123"):
        assert secret not in scrubbed
