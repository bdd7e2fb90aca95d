"""What belongs to another customer or another merchant answers as what never was, at every address of the portal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLResolver, get_resolver

from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.belongings import everything
from tests.portal.desk.plans import plan, vault
from tests.portal.reading import PORTAL

pytestmark = pytest.mark.django_db

NEVER_WAS = "0000000000000000"
NO_CONNECTION = "00000000-0000-4000-8000-000000000000"
#: What these addresses name is nobody's: a version of what is shown to everybody (tests/portal/test_branding.py), and a
#: letter of the demo's mailbox, which only loopback has.
NOBODYS = {"theme", "icon", "mailbox_letter", "mailbox_html"}
#: These take a form as well.
BOTH = (
    "payment_pay",
    "payment_card",
    "setup_done",
    "method_use",
    "method_remove",
    "subscription_method",
    "subscription_several",
    "subscription_pay_off",
    "subscription_move",
    "subscription_skip",
    "subscription_unskip",
    "subscription_pause",
    "subscription_resume",
    "subscription_cancel",
    "subscription_keep",
    "quote",
    "receipt_correct",
)
VERBS = ("get", "head", "post", "put", "patch", "delete")


def patterns(inside: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give the name and the path of every address that names something: `payments/{}/pay`."""
    for entry in (inside or get_resolver("paydesk.portal.urls")).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        elif "<" in path:
            yield entry.name or "", "/" + re.sub(r"<[^>]+>", "{}", path)


ADDRESSES = {name: path for name, path in patterns() if name not in NOBODYS}


@pytest.fixture(params=["another customer", "another merchant"])
def others(request: pytest.FixtureRequest, shop: MerchantInSight, account: Connection) -> dict[str, str]:
    """What somebody else has, at this merchant or at another one."""
    if request.param == "another customer":
        return everything(builders.customer(shop, "Ben"), account)
    other = builders.merchant("other", name="Other")
    return everything(builders.customer(other, "Ada Okafor"), builders.connection(other))


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_address_answers_as_if_it_had_never_been(
    browser: Client, others: dict[str, str], name: str
) -> None:
    for verb in VERBS:
        missing = answer(browser, verb, ADDRESSES[name].format(NEVER_WAS))
        assert missing[0] in {404, 405}, (verb, name, missing)
        before = rows()
        for kind, public_id in others.items():
            assert answer(browser, verb, ADDRESSES[name].format(public_id)) == missing, (verb, kind)
        assert rows() == before


def test_what_can_be_seen_or_done_is_404(browser: Client, others: dict[str, str]) -> None:
    for name, path in ADDRESSES.items():
        both = {one: ["get", "post"] for one in BOTH}
        verbs = {"device_end": ["post"], "calendar_stop": ["post"], "receipt_send": ["post"]} | both
        for public_id in [*others.values(), NEVER_WAS]:
            for verb in verbs.get(name, ["get"]):
                assert answer(browser, verb, path.format(public_id))[0] == 404, (verb, name)


def test_ones_own_payment_cannot_be_paid_with_a_method_of_others(
    browser: Client, ada: Customer, account: Connection, others: dict[str, str]
) -> None:
    mine = builders.payment(builders.order(ada, account), state="failed")
    builders.method(ada, account)
    address = f"/payments/{mine.public_id}/pay"
    missing = answer(browser, "post", address, {"method": NEVER_WAS})
    assert missing[0] == 409
    before = rows()
    for public_id in others.values():
        assert answer(browser, "post", address, {"method": public_id}) == missing
    assert rows() == before


def test_ones_own_card_pays_and_replaces_nothing_of_others(
    browser: Client, ada: Customer, account: Connection, others: dict[str, str]
) -> None:
    mine = builders.method(ada, account, is_default=True)
    address = f"/methods/{mine.public_id}/use"
    missing = answer(browser, "post", address, {"for": NEVER_WAS, "pay": NEVER_WAS, "do": "pay"})
    assert missing[0] == 409
    before = rows()
    for public_id in others.values():
        asked = {"for": public_id, "pay": public_id, "do": "pay"}
        assert answer(browser, "post", address, asked) == missing
    assert rows() == before


def test_no_card_is_added_where_others_are_known(
    browser: Client, ada: Customer, account: Connection, others: dict[str, str]
) -> None:
    mine = builders.owner(ada, account)
    before = rows()
    nowhere = answer(browser, "post", "/methods/add", {"account": NEVER_WAS})
    assert nowhere[0] == 404
    nothing = answer(browser, "post", "/methods/add", {"account": mine.public_id, "replaces": NEVER_WAS})
    assert nothing[0] == 409
    for public_id in others.values():
        assert answer(browser, "post", "/methods/add", {"account": public_id}) == nowhere
        asked = {"account": mine.public_id, "replaces": public_id}
        assert answer(browser, "post", "/methods/add", asked) == nothing
    assert rows() == before


def test_a_subscription_of_ones_own_takes_no_method_of_others(
    browser: Client, ada: Customer, account: Connection, others: dict[str, str]
) -> None:
    builders.method(ada, account, is_default=True)
    mine = builders.subscription(builders.order(ada, account))
    address = f"/subscriptions/{mine.public_id}/method"
    missing = answer(browser, "post", address, {"method": NEVER_WAS})
    assert missing[0] == 409
    before = rows()
    for public_id in others.values():
        assert answer(browser, "post", address, {"method": public_id}) == missing
    assert rows() == before


@pytest.mark.parametrize("change", ["move", "skip", "unskip"])
def test_a_plan_of_ones_own_changes_no_payment_of_others(
    browser: Client, ada: Customer, shop: MerchantInSight, others: dict[str, str], change: str
) -> None:
    mine = plan(ada, vault(shop))
    address = f"/subscriptions/{mine.public_id}/{change}"
    day = (builders.now().date() + timedelta(days=12)).isoformat()
    missing = answer(browser, "post", address, {"payment": NEVER_WAS, "day": day})
    assert missing[0] == 404
    before = rows()
    for public_id in others.values():
        asked = {"payment": public_id, "day": day}
        assert answer(browser, "post", address, asked) == missing
        assert answer(browser, "get", f"{address}?payment={public_id}&day={day}")[0] == 404
    assert rows() == before


def test_a_ticket_opens_nothing_of_others(browser: Client, others: dict[str, str]) -> None:
    for name in (
        "payment",
        "payment_pay",
        "receipt",
        "receipt_pdf",
        "documents",
        "order",
        "subscription",
        "setup_done",
    ):
        missing = by_ticket(browser, PORTAL + ADDRESSES[name].format(NEVER_WAS))
        assert missing[0] == 404
        for public_id in others.values():
            assert by_ticket(browser, PORTAL + ADDRESSES[name].format(public_id)) == missing


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/upcoming",
        "/payments",
        "/payments?q=Studio",
        "/orders",
        "/orders?q=Studio",
        "/subscriptions",
        "/methods",
        "/devices",
        "/calendar",
    ],
)
def test_lists_hold_nothing_of_others(browser: Client, others: dict[str, str], page: str) -> None:
    status, text = answer(browser, "get", page)
    assert status == 200
    assert "Studio membership" not in text
    assert [kind for kind, public_id in others.items() if len(public_id) > 8 and public_id in text] == []


def test_the_history_of_an_order_of_others_is_that_of_no_order(
    browser: Client, others: dict[str, str]
) -> None:
    missing = answer(browser, "get", f"/payments?order={NEVER_WAS}")
    status, text = answer(browser, "get", f"/payments?order={others['order']}")
    assert (status, text.replace(others["order"], NEVER_WAS)) == missing


def test_a_webhook_for_another_merchants_connection_is_not_taken(browser: Client) -> None:
    theirs = builders.connection(builders.merchant("other", name="Other"))
    before = rows()
    missing = answer(browser, "post", f"/hooks/{NO_CONNECTION}")
    assert missing[0] == 404
    assert answer(browser, "post", f"/hooks/{theirs.uuid}") == missing
    assert rows() == before


def answer(browser: Client, verb: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
    """Give the last status and the body without what differs each time: a GET may lead on to what it means."""
    if verb in {"get", "head"}:
        response = getattr(browser, verb)(PORTAL + path, follow=True)
    else:
        response = getattr(browser, verb)(PORTAL + path, data or {})
    return response.status_code, _lasting(response)


def by_ticket(browser: Client, path: str) -> tuple[int, str]:
    """Ask for a ticket to an address and use it."""
    given = browser.post(f"{PORTAL}/tickets", {"path": path}).json()
    opened = builders.browser().post(given["address"], {"ticket": given["ticket"], "path": path})
    return opened.status_code, _lasting(opened)


def rows() -> dict[str, list[Any]]:
    """Read all that Paydesk has written, but for when a session was last seen."""
    kept: dict[str, list[Any]] = {}
    for model in apps.get_models():
        if model.__module__.startswith("paydesk."):
            columns = [field.attname for field in model._meta.concrete_fields if field.attname != "seen_at"]
            kept[model.__name__] = sorted(model._default_manager.values_list(*columns), key=repr)
    return kept


def _lasting(response: Any) -> str:
    text = response.content.decode()
    return re.sub(r'(nonce|name="csrfmiddlewaretoken" value)="[^"]*"', r"\1", text)
