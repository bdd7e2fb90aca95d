"""Reading customers, subscriptions and history from Stripe, page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paydesk.gateways import http
from paydesk.gateways.contract import Account, Capability, GatewayRefused, RefundRequest
from paydesk.gateways.records import (
    BillingDetails,
    CollectibleState,
    CustomerRecord,
    SettledBy,
    SubscriptionState,
    Verdict,
)
from paydesk.gateways.stripe import history, requests, settings
from paydesk.gateways.stripe.gateway import StripeGateway
from paydesk.kit.money import Money
from tests.stripe_scene import GOOD, StripeScene


def test_the_account_is_named_and_bad_credentials_are_refused(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    bad = {**stripe_scene.settings().credentials, "secret_key": "sk_live_wrong"}

    assert gateway.check() == Account(name="Stripe double", is_test=True)
    with pytest.raises(GatewayRefused):
        StripeGateway(stripe_scene.settings(credentials=bad)).check()


@pytest.mark.parametrize(
    ("key", "is_test"), [("sk_test_1", True), ("rk_test_1", True), ("rk_live_1", False), ("old", None)]
)
def test_the_key_says_whether_money_is_real(
    stripe_scene: StripeScene, key: str, is_test: bool | None
) -> None:
    assert settings.is_test(stripe_scene.settings(credentials={"secret_key": key})) is is_test


@pytest.mark.parametrize(("business", "name"), [({"name": "Kiln Ltd"}, "Kiln Ltd"), (None, "acct_1")])
def test_an_account_that_its_dashboard_does_not_name_has_its_businesss_name(
    gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch, business: dict[str, str] | None, name: str
) -> None:
    said = {"id": "acct_1", "business_profile": business, "settings": None}
    monkeypatch.setattr(requests.Line, "ask", lambda *_: said)

    assert gateway.check().name == name


def test_every_customer_is_listed_once_over_several_pages(
    stripe_scene: StripeScene, gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paydesk.gateways.stripe.gateway.PAGE", 2)
    made = [gateway.create_customer(email=f"c{n}@example.com", name="C", key=f"c{n}") for n in range(5)]

    listed: list[CustomerRecord] = []
    cursor = ""
    while True:
        page = gateway.list_customers(cursor=cursor)
        listed += page.records
        cursor = page.next_cursor
        if not cursor:
            break

    assert len({one.reference for one in listed}) == len(listed)
    assert {one.reference for one in made} <= {one.reference for one in listed}
    assert gateway.read_customer(made[0].reference) == made[0]
    assert gateway.read_customer("cus_nobody") is None


def test_a_customer_is_made_once_for_each_key(gateway: StripeGateway) -> None:
    once = gateway.create_customer(email="once@example.com", name="Once", key="once")
    again = gateway.create_customer(email="once@example.com", name="Once", key="once")

    assert once.reference == again.reference


def test_a_name_and_an_address_are_taken_and_what_is_empty_stays(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer(name="Ada")
    company = BillingDetails(
        name="Verhoeven Interieur B.V.",
        street=("Voorbeeldkade 12", "2nd floor", "left"),
        city="Amsterdam",
        postal_code="1011 AA",
        country="NL",
    )
    gateway.update_customer(customer_reference=customer, details=company, key="company")
    gateway.update_customer(customer_reference=customer, details=BillingDetails(name="Ada O."), key="name")

    found = stripe_scene.client.v1.customers.retrieve(customer)
    assert found.name == "Ada O."
    assert found.address
    assert (found.address["line1"], found.address["line2"]) == ("Voorbeeldkade 12", "2nd floor, left")
    assert (found.address["city"], found.address["country"]) == ("Amsterdam", "NL")


def test_a_customer_that_stripe_does_not_know_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused):
        gateway.update_customer(
            customer_reference="cus_nobody", details=BillingDetails(name="Ada"), key="nobody"
        )


def test_history_has_every_try_of_an_invoice_and_the_charges_without_one(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    stripe_scene.make_default(due.customer, stripe_scene.card(due.customer, GOOD))
    charge = stripe_scene.charge(due.customer, amount=1500, description="Workshop")

    found = {one.reference: one for one in gateway.list_history(due.customer).records}

    paid, failed, alone = found[due.paid_invoice], found[due.failed_invoice], found[charge]
    assert len(found) == 3
    assert (paid.state, paid.settled_by, paid.title) == (CollectibleState.PAID, SettledBy.ATTEMPT, "Pro")
    assert (paid.amount, paid.subscription_reference) == (Money(1900, "EUR"), due.subscription)
    assert paid.attempts[0].outcome.method
    assert paid.attempts[0].outcome.method.last_four == "4242"
    assert failed.state == CollectibleState.FAILED
    assert [one.outcome.verdict for one in failed.attempts] == [Verdict.DECLINED]
    assert failed.next_attempt_at
    assert (alone.state, alone.title, alone.amount) == (CollectibleState.PAID, "Workshop", Money(1500, "EUR"))


def test_history_over_several_pages_is_the_same_as_in_one(
    stripe_scene: StripeScene, gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = stripe_scene.past_due()
    stripe_scene.make_default(due.customer, stripe_scene.card(due.customer, GOOD))
    stripe_scene.charge(due.customer)
    whole = gateway.list_history(due.customer)
    monkeypatch.setattr(history, "PAGE", 1)

    first = gateway.list_history(due.customer)
    second = gateway.list_history(due.customer, cursor=first.next_cursor)

    assert [*first.records, *second.records] == list(whole.records)
    assert second.next_cursor == ""


def test_an_invoice_that_is_paid_while_history_is_read_is_one_payment(
    stripe_scene: StripeScene, gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever listing comes first, its charge is neither taken for one without an invoice nor missed."""
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, GOOD)
    pay = stripe_scene.client.v1.invoices.pay
    waiting = [lambda: pay(due.failed_invoice, {"payment_method": card})]
    send = http.send

    def send_then_pay(request: http.HttpRequest, **how: Any) -> http.HttpAnswer:
        answer = send(request, **how)
        if waiting:
            waiting.pop()()
        return answer

    monkeypatch.setattr(http, "send", send_then_pay)

    found = {one.reference: one for one in gateway.list_history(due.customer).records}

    paid = found[due.failed_invoice]
    assert not waiting
    assert found.keys() == {due.paid_invoice, due.failed_invoice}
    assert (paid.state, paid.settled_by) == (CollectibleState.PAID, SettledBy.ATTEMPT)
    assert [one.outcome.verdict for one in paid.attempts] == [Verdict.DECLINED, Verdict.SUCCEEDED]


def test_more_refunds_than_a_charge_carries_are_all_read(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    charge = stripe_scene.charge(stripe_scene.customer(card=GOOD), amount=1500)
    made = [
        gateway.refund(
            RefundRequest(key=f"r-{n}", tag=f"r-{n}", charge_reference=charge, amount=Money(100, "EUR"))
        )
        for n in range(12)
    ]

    read = gateway.read_collectible(charge)

    assert read
    assert {one.reference for one in read.refunds} == {one.reference for one in made}
    [listed] = gateway.list_history(stripe_scene.charge_behind(charge)["customer"]).records
    assert listed == read


def test_nothing_is_asked_of_stripe_about_a_guest(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    before = stripe_scene.journal()

    assert gateway.read_customer("") is None
    assert gateway.read_collectible("") is None
    assert list(gateway.list_methods("")) == []
    assert list(gateway.list_history("").records) == []
    assert list(gateway.list_subscriptions("").records) == []
    assert stripe_scene.journal() == before


def test_a_charge_of_an_invoice_is_read_as_the_invoice(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    failed = gateway.read_collectible(due.failed_invoice)
    assert failed

    assert gateway.read_collectible(failed.attempts[0].reference) == failed
    assert gateway.read_collectible("in_nothing") is None
    assert gateway.read_collectible("ch_nothing") is None


def test_what_can_be_done_depends_on_how_it_stands(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    due = stripe_scene.past_due()
    failed, paid = gateway.read_collectible(due.failed_invoice), gateway.read_collectible(due.paid_invoice)

    assert gateway.capabilities(failed) == {Capability.RETRY_COLLECTIBLE, Capability.DOCUMENTS}
    assert gateway.capabilities(paid) == {Capability.REFUND, Capability.DOCUMENTS}


def test_stripes_own_documents_are_linked(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    due = stripe_scene.past_due()

    assert [link.title for link in gateway.documents(due.paid_invoice)] == [
        "Invoice",
        "Invoice (PDF)",
        "Receipt",
    ]
    assert [link.title for link in gateway.documents(due.failed_invoice)] == ["Invoice", "Invoice (PDF)"]


def test_a_subscription_says_what_is_next_and_in_which_state_it_is(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer(card=GOOD)
    stripe_scene.subscription(customer, name="Pro", amount=1900)
    stripe_scene.subscription(customer, name="Free for now", amount=900, days_free=14)

    found = {one.name: one for one in gateway.list_subscriptions(customer).records}

    pro = found["Pro"]
    assert (pro.state, pro.amount, pro.interval_unit) == (
        SubscriptionState.ACTIVE,
        Money(1900, "EUR"),
        "month",
    )
    assert pro.next_payment_at
    assert pro.next_payment_at > datetime.now(UTC) + timedelta(days=27)
    assert found["Free for now"].state == SubscriptionState.TRIALING


def test_a_subscription_is_cancelled_later_kept_after_all_and_cancelled_now(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    reference = stripe_scene.subscription(stripe_scene.customer(card=GOOD))

    scheduled = gateway.schedule_cancel(subscription_reference=reference, key=f"1-{reference}")
    kept = gateway.undo_cancel(subscription_reference=reference, key=f"2-{reference}")
    ended = gateway.cancel_now(subscription_reference=reference, key=f"3-{reference}")

    assert scheduled.cancels_at
    assert scheduled.next_payment_at is None
    assert Capability.UNDO_CANCEL in gateway.capabilities(scheduled)
    assert (kept.cancels_at, kept.state) == (None, SubscriptionState.ACTIVE)
    assert ended.state == SubscriptionState.CANCELED
    assert gateway.capabilities(ended) == frozenset()
    assert gateway.read_subscription(reference) == ended


def test_a_subscription_is_paused_until_a_day_and_resumed(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    reference = stripe_scene.subscription(stripe_scene.customer(card=GOOD))
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)

    paused = gateway.pause(subscription_reference=reference, until=until, key=f"1-{reference}")
    resumed = gateway.resume(subscription_reference=reference, key=f"2-{reference}")

    assert (paused.state, paused.resumes_at, paused.next_payment_at) == (
        SubscriptionState.PAUSED,
        until,
        None,
    )
    assert Capability.RESUME in gateway.capabilities(paused)
    assert (resumed.state, resumed.resumes_at) == (SubscriptionState.ACTIVE, None)


def test_a_transcript_keeps_no_secret() -> None:
    said = (
        "Authorization: Bearer rk_live_AbC123 sk_test_99 whsec_abcDEF+/= pi_1_secret_xyz "
        "sk_org_live_Or9 ek_test_Eph7 Authorization: Basic c2tfbGl2ZTo= "
        "card[number]=4242 4242 4242 4242&card[cvc]=123 Stripe-Signature: t=1,v1=" + "a" * 64
    )

    scrubbed = requests.scrub(said)

    for secret in ("AbC123", "test_99", "abcDEF", "xyz", "Or9", "Eph7", "c2tf", "4242", "=123", "aaaa"):
        assert secret not in scrubbed
