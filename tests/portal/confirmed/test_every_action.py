"""After whatever a customer does, the company is read again, and the page says who confirmed it and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.simulated import requests
from paydesk.kit import clock
from tests import builders
from tests.billing.charging.scene import collecting
from tests.connected import Connected, connected, revoke_key, work_off
from tests.portal.reading import words
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

CONFIRMED = r"Simulated company \(\w+\) confirmed this on \w+ \d+ \w+"


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """What the company was asked, in order: "read", or something that changes it."""
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("read", "page", "change", "move_money"):
            asks = getattr(requests.Company, name)

            def spied(*given: Any, _asks: Any = asks, _name: str = name, **named: Any) -> Any:
                said.append("read" if _name in ("read", "page") else "change")
                return _asks(*given, **named)

            patch.setattr(requests.Company, name, spied)
        yield said


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada's studio is collected by the company, which has not got the money for one bill yet."""
    scene = connected(simulator)
    scene.account.method(scene.customer, "good", default=True)
    scene.account.subscription(scene.customer, name="Studio")
    scene.take_over()
    return scene


@pytest.fixture
def vault(simulator: Simulator) -> Any:
    """Ada's kiln is collected by Paydesk: a plan and a subscription."""
    scene = collecting(simulator)
    scene.take_over()
    return scene


def _browser(scene: Connected) -> Client:
    ada = Customer.objects.get(merchant_id=scene.merchant.id)
    return builders.signed_in_client(scene.merchant, ada)


def _press(scene: Connected, path: str, **form: str) -> str:
    """Press a button and read the page that comes after it."""
    answer = _browser(scene).post(f"/m/{scene.merchant.slug}{path}", form, follow=True)
    assert answer.status_code == 200, (answer.status_code, words(answer))
    return words(answer)


def _is_read_last(asked: list[str]) -> bool:
    return "change" in asked and asked[-1] == "read"


def _studio() -> Subscription:
    return Subscription.objects.get(name="Studio")


def _until(days: int) -> str:
    return (clock.wall_now() + timedelta(days=days)).date().isoformat()


def test_paying_a_bill_of_the_company(clay: Connected, asked: list[str]) -> None:
    bill = Payment.objects.get(state="failed")
    good = PaymentMethod.objects.get(is_default=True)
    page = _press(clay, f"/payments/{bill.public_id}/pay", method=good.public_id)

    assert "Paid. Thank you." in page
    assert re.search(CONFIRMED, page)
    assert _is_read_last(asked)


def test_a_try_that_the_bank_declines(clay: Connected, asked: list[str]) -> None:
    bill = Payment.objects.get(state="failed")
    poor = PaymentMethod.objects.exclude(is_default=True).get()
    page = _press(clay, f"/payments/{bill.public_id}/pay", method=poor.public_id)

    assert "Nothing was charged." in page
    assert re.search(CONFIRMED, page)
    assert _is_read_last(asked)


def test_pausing_and_going_on_at_the_company(clay: Connected, asked: list[str]) -> None:
    public_id = _studio().public_id
    page = _press(clay, f"/subscriptions/{public_id}/pause", until=_until(20))
    assert re.search(f"It is paused until .*{CONFIRMED}", page)
    assert _is_read_last(asked)

    asked.clear()
    page = _press(clay, f"/subscriptions/{public_id}/resume")
    assert re.search(f"It goes on. {CONFIRMED}", page)
    assert _is_read_last(asked)


def test_cancelling_at_the_end_and_taking_it_back_at_the_company(clay: Connected, asked: list[str]) -> None:
    public_id = _studio().public_id
    page = _press(clay, f"/subscriptions/{public_id}/cancel", when="at_end")
    assert re.search(f"It ends on .*{CONFIRMED}", page)
    assert _is_read_last(asked)

    asked.clear()
    page = _press(clay, f"/subscriptions/{public_id}/keep")
    assert re.search(f"It is not cancelled any more.*{CONFIRMED}", page)
    assert _is_read_last(asked)


def test_cancelling_now_at_the_company(clay: Connected, asked: list[str]) -> None:
    page = _press(clay, f"/subscriptions/{_studio().public_id}/cancel", when="now")

    assert re.search(f"It has ended. Nothing more is charged. {CONFIRMED}", page)
    assert _is_read_last(asked)


def test_what_the_company_has_not_confirmed_is_not_said_to_be_done(clay: Connected) -> None:
    clay.account.fault("error_after", operation="subscription.pause", times=1)
    page = _press(clay, f"/subscriptions/{_studio().public_id}/pause", until=_until(20))

    assert "We are asking the payment company to pause it. It has not answered yet." in page
    assert "confirmed this on" not in page


def test_choosing_and_removing_a_method(clay: Connected, asked: list[str]) -> None:
    poor = PaymentMethod.objects.exclude(is_default=True).get()
    page = _press(clay, f"/methods/{poor.public_id}/use", do="save", default="on")
    assert re.search(CONFIRMED, page)
    assert _is_read_last(asked)

    spare = clay.save_card("good")
    asked.clear()
    page = _press(clay, f"/methods/{spare}/remove")
    assert re.search(f"was taken off. {CONFIRMED}", page)
    assert _is_read_last(asked)


def test_paying_early_and_together_what_paydesk_collects(vault: Any, asked: list[str]) -> None:
    plan = vault.start_plan()
    second = Payment.objects.get(subscription_id=plan.id, position=2)
    card = PaymentMethod.objects.get()
    page = _press(vault, f"/payments/{second.public_id}/pay", method=card.public_id)
    assert re.search(f"Paid. Thank you.*{CONFIRMED}", page)
    assert _is_read_last(asked)
    assert vault.charged() == vault.moved()


def test_changing_what_paydesk_collects_asks_no_company(vault: Any, asked: list[str]) -> None:
    club = vault.start(first_day=vault.today() + timedelta(days=5))
    [coming] = Payment.objects.filter(subscription_id=club.id)
    to = (vault.today() + timedelta(days=8)).isoformat()
    for path, form, said in (
        ("move", {"day": to}, "is now on"),
        ("skip", {"payment": coming.public_id}, "is skipped"),
        ("pause", {"until": _until(20)}, "It is paused until"),
        ("resume", {}, "It goes on."),
        ("cancel", {"when": "at_end"}, "It ends on"),
        ("keep", {}, "It is not cancelled any more"),
        ("cancel", {"when": "now"}, "It has ended."),
    ):
        page = _press(vault, f"/subscriptions/{club.public_id}/{path}", **form)
        assert re.search(rf"{said}.*Saved on \w+ \d+ \w+", page), (path, page)
        assert "confirmed this on" not in page
    assert asked == []


def test_details_are_saved_at_once_and_confirmed_by_the_company_later(
    clay: Connected, asked: list[str]
) -> None:
    form = {"name": "Ada Okafor", "country": "DE", "street": "Torstr. 1", "postal_code": "10115"}
    page = _press(clay, "/details", version="0", city="Berlin", **form)
    assert re.search(r"Your details are saved. Saved on \w+ \d+", page)
    assert "is told, too, and has not confirmed it yet." in page

    work_off("events")
    page = words(_browser(clay).get("/m/clay/details?saved"))
    assert re.search(CONFIRMED, page)
    assert _is_read_last(asked)

    # What companies are not told of needs no word of theirs.
    page = _press(clay, "/details", version="1", city="Berlin", language="de", **form)
    assert "has not confirmed it yet" not in page
    assert GatewayCustomer.objects.get().details_version == 2


def test_a_company_that_does_not_take_the_details_over(clay: Connected) -> None:
    _press(clay, "/details", version="0", name="Ada Okafor")
    revoke_key(clay)
    work_off("events")

    assert "did not take them over. Receipts from Clay have them all the same." in words(
        _browser(clay).get("/m/clay/details?saved")
    )
