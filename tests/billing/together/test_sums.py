"""Whatever a plan's terms are and however far it is paid: paid and let off come to its price and fee, to the unit."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from paydesk.billing.arrangements.quotes import QuoteRefused, quote_pay_off, quote_several, refusal_to_pay
from paydesk.billing.arrangements.start import AgreementWanted, StartRefused, start_agreement
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.charging.cover import cover_payments
from paydesk.billing.payments.choices import Chosen
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.open_attempt import open_attempt
from paydesk.billing.payments.record import record_inside
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.records import Outcome, Verdict
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


class Terms(NamedTuple):
    """A plan, how many of its payments were made before, how many are overdue, and how many are paid together first."""

    price: int
    fee: int
    deposit: int
    payments_count: int
    paid_before: int
    overdue: int
    together: int
    currency: str


@st.composite
def _terms(draw: st.DrawFn) -> Terms:
    count = draw(st.integers(1, 24))
    price = draw(st.integers(1, 10**9))
    return Terms(
        price=price,
        fee=draw(st.just(0) | st.integers(1, 10**6)),
        deposit=draw(st.just(0) | st.integers(1, max(1, price - 1))),
        payments_count=count,
        paid_before=draw(st.integers(0, count)),
        overdue=draw(st.integers(0, count)),
        together=draw(st.integers(0, count)),
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
    )


def _pay(merchant: MerchantInSight, payments: list[Payment], waived_minor: int) -> Payment:
    """Cover them and let the company say yes."""
    now = clock.wall_now()
    covering = cover_payments(merchant=merchant, payments=payments, waived_minor=waived_minor, now=now)
    attempt = open_attempt(
        merchant=merchant, payment=covering, chosen=Chosen(), asked_by=Attempt.AskedBy.CUSTOMER, now=now
    )
    yes = Outcome(verdict=Verdict.SUCCEEDED, reference=f"ch_{attempt.public_id}")
    record_inside(merchant_id=merchant.id, attempt_id=attempt.id, outcome=yes, now=now)
    return covering


def _open(merchant: MerchantInSight, plan: Subscription) -> list[Payment]:
    rows = Payment.objects.filter(
        merchant_id=merchant.id, subscription_id=plan.id, state="scheduled", position__isnull=False
    )
    return list(rows.order_by("position"))


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(terms=_terms())
def test_what_was_paid_and_let_off_is_what_was_owed(terms: Terms) -> None:
    with transaction.atomic():
        _pay_in_steps(terms)
        transaction.set_rollback(True)


def _pay_in_steps(terms: Terms) -> None:
    merchant = builders.merchant()
    account = builders.connection(merchant, gateway="simulated-vault")
    ada = builders.customer(merchant)
    owner = builders.owner(ada, account)
    owner.connection = account
    plan = _start(merchant, owner, terms)
    total_minor = terms.price + terms.fee
    first = _open(merchant, plan)[: terms.together]
    if len(first) > 1:
        quote = quote_several(
            merchant=merchant,
            customer_id=ada.id,
            payment_public_ids=[one.public_id for one in first],
            now=clock.wall_now(),
        )
        assert quote.waived_minor == 0
        assert _pay(merchant, _named(merchant, quote.payment_ids), 0).amount_minor == quote.amount_minor
    overdue = _open(merchant, plan)[: terms.overdue]
    Payment.objects.filter(merchant_id=merchant.id, id__in=[one.id for one in overdue]).update(
        due_at=clock.wall_now() - timedelta(days=1)
    )
    left = _open(merchant, plan)
    fees_to_come = sum(one.fee_minor for one in left[terms.overdue :])
    try:
        quote = quote_pay_off(
            merchant=merchant, customer_id=ada.id, subscription_public_id=plan.public_id, now=clock.wall_now()
        )
    except QuoteRefused:
        assert sum(one.owed_minor for one in left) <= fees_to_come
        return
    assert quote.waived_minor == fees_to_come
    payments = _named(merchant, quote.payment_ids)
    assert refusal_to_pay(quote=quote, payments=payments, now=clock.wall_now()) is None
    covering = _pay(merchant, payments, quote.waived_minor)

    stands = Subscription.objects.get(merchant_id=merchant.id, id=plan.id)
    assert covering.amount_minor == quote.amount_minor
    assert stands.state == "completed"
    assert stands.paid_minor + stands.waived_minor == total_minor
    assert stands.waived_minor == fees_to_come
    assert not _open(merchant, plan)


def _start(merchant: MerchantInSight, owner: GatewayCustomer, terms: Terms) -> Subscription:
    try:
        return start_agreement(
            merchant=merchant,
            wanted=AgreementWanted(
                owner=owner,
                name="Kiln",
                price=Money(terms.price, terms.currency),
                interval_unit="month",
                interval_count=1,
                first_day=clock.wall_now().date() + timedelta(days=3),
                payments_count=terms.payments_count,
                deposit=Money(terms.deposit, terms.currency) if terms.deposit else None,
                fee=Money(terms.fee, terms.currency) if terms.fee else None,
                paid_before=terms.paid_before,
            ),
            now=clock.wall_now(),
        )
    except StartRefused:
        assume(False)  # these terms make no plan
        raise


def _named(merchant: MerchantInSight, public_ids: list[str]) -> list[Payment]:
    rows = Payment.objects.select_related("subscription").filter(
        merchant_id=merchant.id, public_id__in=public_ids
    )
    return list(rows.order_by("position"))
