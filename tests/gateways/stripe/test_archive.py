"""The archive that imports are drilled with answers in the shapes of today, and pages as Stripe does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.stripe_archive import Archive
from tests.doubles.stripe_archive_account import Account
from tests.doubles.stripe_archive_stories import STORIES

Object = dict[str, Any]
ACCOUNT = Account(customers=STORIES, bills=1)
#: The examples expand nothing.
NOT_IN_THE_EXAMPLES = {"invoice": {"payments"}}


@pytest.fixture
def archive() -> Archive:
    return Archive(ACCOUNT)


@pytest.mark.contracts
def test_every_field_of_the_archive_is_one_that_stripe_has(contracts: Path) -> None:
    examples = json.loads((contracts / "stripe" / "response-fixtures.json").read_text())["resources"]
    unknown = {
        f"{one['object']}.{name}"
        for one in _objects()
        for name in one.keys()
        - examples[one["object"]].keys()
        - NOT_IN_THE_EXAMPLES.get(one["object"], set())
    }

    assert unknown == set()


@pytest.mark.contracts
def test_what_our_reading_may_rely_on_is_all_there(contracts: Path) -> None:
    """Only what an account without those products never fills is missing."""
    examples = json.loads((contracts / "stripe" / "response-fixtures.json").read_text())["resources"]
    old = {"subscription", "source", "plan", "refunds", "customer_account", "payment_method"}
    missing = {
        f"{one['object']}.{name}"
        for one in _objects()
        if one["object"] in ("customer", "invoice", "charge", "refund")
        for name in examples[one["object"]].keys() - one.keys() - old
    }

    assert missing == set()


def test_a_listing_is_paged_and_hides_what_is_not_expanded(archive: Archive) -> None:
    _, first = archive.answer("/v1/charges?customer=cus_00000000&limit=2")
    _, rest = archive.answer(
        f"/v1/charges?customer=cus_00000000&limit=2&starting_after={first['data'][-1]['id']}"
    )
    _, whole = archive.answer("/v1/charges?customer=cus_00000000&limit=100&expand[0]=data.refunds")

    assert first["has_more"]
    assert not rest["has_more"]
    assert [one["id"] for one in first["data"] + rest["data"]] == [one["id"] for one in whole["data"]]
    assert "refunds" in whole["data"][0]
    assert "refunds" not in first["data"][0]


def test_the_same_is_answered_each_time(archive: Archive) -> None:
    target = "/v1/invoices?customer=cus_00000007&limit=100&expand[0]=data.payments"

    assert archive.answer(target) == Archive(ACCOUNT).answer(target)


def test_every_so_often_it_is_busy() -> None:
    busy = Archive(ACCOUNT, busy_every=3)

    assert [busy.answer("/v1/customers/cus_00000000")[0] for _ in range(6)] == [200, 200, 429, 200, 200, 429]


def _objects() -> Iterator[Object]:
    """Give every object of every kind, and what they hold."""
    yield from ACCOUNT.events(20)
    for number in range(ACCOUNT.customers):
        yield ACCOUNT.customer(number)
        yield from ACCOUNT.methods(number)
        for subscription in ACCOUNT.subscriptions(number):
            yield subscription
            yield from subscription["items"]["data"]
            yield from (item["price"] for item in subscription["items"]["data"])
        for story in ACCOUNT.stories_of(number):
            yield story.invoice
            yield from story.disputes
            yield from story.invoice["payments"]["data"]
            yield from story.invoice["lines"]["data"]
        for charge in ACCOUNT.charges(number):
            yield charge
            yield from charge["refunds"]["data"]
