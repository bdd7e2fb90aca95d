"""Customers whose methods show every state: six cards and eight subscriptions, several accounts, none at all."""

from __future__ import annotations

from typing import Any

from paydesk.billing.backups.models import BackupChoice
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.changes import method_change
from tests.journeys.portal.gallery import LONG, LONG_TITLE, Shown


def six_cards(shop: MerchantInSight) -> Shown:
    """Six cards, eight subscriptions, four payments overdue in three currencies; an old card to replace."""
    account = builders.connection(shop)
    who = builders.customer(shop, LONG)
    cards = _cards(who, account)
    GatewayCustomer.objects.filter(merchant_id=shop.id).update(methods_observed_at=builders.days(-0.1))
    first = _subscriptions(who, account, cards)
    owed = _overdue(who, account)
    new, old = cards[1], cards[0]
    setup = _setup(new, replaces=old)
    _backups(who, everything=new, one=(first, cards[2]))
    return Shown(
        who=who,
        paths=[
            "/methods",
            "/methods/backup",
            f"/subscriptions/{first.public_id}/backup",
            f"/methods/{new.public_id}/use",
            f"/methods/{old.public_id}/use",
            f"/methods/{old.public_id}/remove",
            f"/methods/{cards[5].public_id}/remove",
            f"/subscriptions/{first.public_id}",
            f"/subscriptions/{first.public_id}/method",
            f"/setups/{setup.public_id}/done",
            f"/setups/{_setup(new, payment=owed[0]).public_id}/done",
            f"/setups/{_setup(new, state='refused', refusal='Your bank did not confirm it.').public_id}/done",
            *_changes(new, cards[4], owed),
        ],
    )


def several_accounts(shop: MerchantInSight) -> Shown:
    """Two accounts, one of which cannot choose for each subscription, and one that the merchant has given up."""
    who = builders.customer(shop)
    billing = builders.connection(shop)
    visa = builders.method(who, billing, is_default=True)
    builders.subscription(builders.order(who, billing), payment_method=visa)
    lost = builders.subscription(builders.order(who, billing, "Tasting evenings"), payment_method=None)
    gone = builders.method(who, billing, last_four="0002", removed_at=builders.now())
    Subscription.objects.filter(merchant_id=shop.id, id=lost.id).update(payment_method=gone)
    vault = builders.connection(shop, gateway="simulated-vault")
    paypal = builders.method(who, vault, kind="wallet", brand="paypal", last_four="", expires_year=None)
    bank = builders.method(
        who, vault, kind="bank_debit", brand="sepa_debit", last_four="3000", expires_year=None
    )
    left = builders.connection(shop, removed_at=builders.days(-40))
    builders.method(who, left, brand="amex", last_four="0005")
    methods = [f"/methods/{one.public_id}/use" for one in (paypal, bank)]
    builders.subscription(builders.order(who, billing, "Kiln"), payment_method=visa)
    _backups(who, everything=paypal, one=(lost, gone))
    own = [f"/subscriptions/{lost.public_id}/{word}" for word in ("method", "backup")]
    return Shown(who=who, paths=["/", "/methods", "/methods/backup", *methods, *own])


def no_card(shop: MerchantInSight) -> Shown:
    """Known to a company, with nothing on file there."""
    who = builders.customer(shop, "Nora")
    builders.owner(who, builders.connection(shop))
    return Shown(who=who, paths=["/methods"])


def one_card(shop: MerchantInSight) -> Shown:
    """What most people have: one card, one subscription, and today one payment overdue."""
    account = builders.connection(shop)
    who = builders.customer(shop)
    old = builders.method(
        who, account, is_default=True, brand="mastercard", last_four="5454", expires_year=2020
    )
    order = builders.order(who, account)
    agreement = builders.subscription(order, payment_method=old, state="past_due")
    failed = builders.payment(order, state="failed", subscription=agreement, due_at=builders.days(-2))
    builders.attempt(failed, "declined", decline_reason="expired_card")
    new = builders.method(who, account)
    setup = _setup(new, replaces=old, payment=failed)
    done = method_change(new, removed_method=old)
    return Shown(
        who=who,
        paths=[
            "/methods",
            "/methods/backup",
            f"/subscriptions/{agreement.public_id}/backup",
            f"/setups/{setup.public_id}/done",
            f"/methods/{new.public_id}/use",
            f"/methods/{new.public_id}/remove",
            f"/methods/changes/{done.public_id}",
            f"/payments/{failed.public_id}/pay?card=another",
        ],
    )


def _backups(who: Customer, *, everything: PaymentMethod, one: tuple[Subscription, PaymentMethod]) -> None:
    for subscription, method in ((None, everything), one):
        BackupChoice.objects.create(
            merchant_id=who.merchant_id,
            customer=who,
            subscription=subscription,
            payment_method=method,
            chosen_at=builders.days(-3),
        )


def _cards(who: Customer, account: Connection) -> list[PaymentMethod]:
    today = builders.now()
    return [
        builders.method(who, account, is_default=True, expires_year=2020),
        builders.method(who, account, brand="mastercard", last_four="5454"),
        builders.method(who, account, brand="american_express", last_four="0005"),
        builders.method(
            who, account, brand="cartes_bancaires", expires_year=today.year, expires_month=today.month
        ),
        builders.method(
            who, account, kind="bank_debit", brand="sepa_debit", last_four="3000", expires_year=None
        ),
        builders.method(who, account, kind="wallet", brand="paypal", last_four="", expires_year=None),
    ]


def _subscriptions(who: Customer, account: Connection, cards: list[PaymentMethod]) -> Subscription:
    first = builders.subscription(
        builders.order(who, account, LONG_TITLE), 12_345_678, "JPY", interval_unit="year"
    )
    names = ["Studio membership", "Kiln", "Glaze library", "Espresso machine Linea Micra", "Tasting evenings"]
    for number, name in enumerate(names):
        order = builders.order(who, account, name)
        builders.subscription(order, 4900 + 100 * number, payment_method=cards[number % 4])
    for name in ("Beans, monthly", LONG):
        builders.subscription(builders.order(who, account, name), 1_234, "KWD", interval_unit="week")
    return first


def _overdue(who: Customer, account: Connection) -> list[Payment]:
    order = builders.order(who, account, LONG_TITLE)
    sums = [(4900, "EUR"), (12_345_678, "JPY"), (1_234, "KWD"), (900, "EUR")]
    return [
        builders.payment(order, minor, currency, state="failed", due_at=builders.days(-9 + number))
        for number, (minor, currency) in enumerate(sums)
    ]


def _changes(method: PaymentMethod, removed: PaymentMethod, owed: list[Payment]) -> list[str]:
    """A change in each of its states; the first with a payment that went each way."""
    declined, waiting, confirm, untried = owed
    now = clock.wall_now()
    builders.attempt(declined, "declined", origin="paydesk", asked_by="customer", created_at=now)
    builders.attempt(waiting, "unknown", origin="paydesk", asked_by="customer", created_at=now)
    bank = {"action_url": "https://bank.example/confirm", "created_at": now}
    builders.attempt(confirm, "needs_customer", origin="paydesk", asked_by="customer", **bank)
    for payment in (waiting, confirm):
        Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id).update(state="processing")
    order = builders.order(method.customer or Customer(), method.connection)
    paid = builders.payment(order)
    builders.attempt(paid, created_at=now, method_brand="mastercard", method_last_four="5454")
    tried = "&".join(f"paid={one.public_id}" for one in (paid, declined, confirm, waiting, untried))
    done = method_change(method)
    states: list[dict[str, Any]] = [
        {"state": "superseded"},
        {"state": "refused", "refusal": "still_charged", "refused_for": LONG_TITLE},
        {"state": "open"},
    ]
    others = [method_change(method, **fields) for fields in states]
    removals = [
        method_change(None, removed_method=removed),
        method_change(None, removed_method=removed, state="refused", refusal="still_there"),
    ]
    return [
        f"/methods/changes/{done.public_id}?{tried}",
        *(f"/methods/changes/{one.public_id}" for one in others),
        *(f"/methods?removed={one.public_id}" for one in removals),
    ]


def _setup(method: PaymentMethod, payment: Payment | None = None, **fields: Any) -> MethodSetup:
    return MethodSetup.objects.create(
        merchant_id=method.merchant_id,
        connection_id=method.connection_id,
        gateway_customer_id=method.gateway_customer_id,
        customer_id=method.customer_id or 0,
        payment_public_id=payment.public_id if payment else "",
        **({"method": method, "state": "finished", "created_at": clock.wall_now()} | fields),
    )
