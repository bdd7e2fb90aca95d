"""A backup is chosen with one press, for everything or for one subscription, and given up with another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from paydesk.access.models import Session
from paydesk.billing.backups.models import BackupChoice
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.records import SubscriptionState
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.merchants.policies import set_policies
from tests import builders
from tests.portal.desk.plans import agreement, vault
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db
CONSENT = (
    "By saving you allow Harbor Coffee Roasters, each time a payment is declined, to charge this method once for the"
    " same amount. You can take this back at any time."
)


@pytest.fixture
def second(shop: MerchantInSight) -> Connection:
    """An account at another company, which can be charged as well."""
    return vault(shop)


@pytest.fixture
def first(ada: Customer, account: Connection) -> PaymentMethod:
    """What pays her club, which its company collects."""
    return builders.method(ada, account, is_default=True)


@pytest.fixture
def spare(ada: Customer, account: Connection, first: PaymentMethod) -> PaymentMethod:
    """Another card at the same company."""
    return builders.method(ada, account, brand="mastercard", last_four="5454")


@pytest.fixture
def elsewhere(ada: Customer, second: Connection) -> PaymentMethod:
    """A card at the other company."""
    return builders.method(ada, second, brand="amex", last_four="3434")


@pytest.fixture
def club(ada: Customer, account: Connection, first: PaymentMethod) -> Subscription:
    return builders.subscription(builders.order(ada, account, "Club"), name="Club")


@pytest.fixture
def kiln(ada: Customer, second: Connection) -> Subscription:
    """What Paydesk collects, through the other company; its card there is declined some day."""
    builders.method(ada, second, brand="visa", last_four="1111", is_default=True)
    return agreement(ada, second, Money(3000, "EUR"))


def press(browser: Client, path: str, method: str) -> str:
    return words(browser.post(PORTAL + path, {"method": method}, follow=True))


def test_without_a_word_nothing_stands_by(browser: Client, first: PaymentMethod, club: Subscription) -> None:
    page = read(browser, "/methods")
    assert "another method of yours can be tried, once" in page
    assert "Choose a backup" in page
    assert not BackupChoice.objects.filter(merchant_id=first.merchant_id).exists()


def test_one_for_everything(browser: Client, spare: PaymentMethod, club: Subscription) -> None:
    page = read(browser, "/methods/backup")
    assert CONSENT in page
    assert "Club No backup" in page

    page = press(browser, "/methods/backup", spare.public_id)
    assert "Mastercard ending in 5454 is your backup. You agreed to this on" in page
    assert "Club Has a backup Mastercard ending in 5454" in page
    assert "Mastercard ending in 5454 is tried once when a payment is declined." in read(browser, "/methods")
    here = read(browser, f"/subscriptions/{club.public_id}")
    assert "Backup Mastercard ending in 5454" in here
    assert "Change the backup" in here


def test_it_is_given_up_at_any_time_and_what_was_agreed_is_kept(
    browser: Client, spare: PaymentMethod, club: Subscription
) -> None:
    press(browser, "/methods/backup", spare.public_id)
    page = press(browser, "/methods/backup", "none")

    assert "is your backup" not in page
    [kept] = BackupChoice.objects.filter(merchant_id=spare.merchant_id)
    assert kept.chosen_at is not None
    assert kept.ended_at is not None


def test_pressed_twice_it_was_agreed_to_once(
    browser: Client, spare: PaymentMethod, club: Subscription
) -> None:
    press(browser, "/methods/backup", spare.public_id)
    press(browser, "/methods/backup", spare.public_id)
    assert BackupChoice.objects.filter(merchant_id=spare.merchant_id).count() == 1


def test_another_one_for_one_subscription_or_none(
    browser: Client, elsewhere: PaymentMethod, spare: PaymentMethod, kiln: Subscription
) -> None:
    path = f"/subscriptions/{kiln.public_id}/backup"
    press(browser, "/methods/backup", elsewhere.public_id)
    page = read(browser, path)
    assert "The backup for everything American Express ending in 3434" in page
    assert "Mastercard ending in 5454 Simulated company (billing)" in page  # It can be charged by us as well.
    page = press(browser, path, "none")
    assert "is its backup" not in page
    assert "Kiln sharing: no backup" in read(browser, "/methods")
    page = press(browser, path, "everything")
    assert "American Express ending in 3434 is its backup." in page


def test_what_a_company_collects_says_plainly_why_another_cannot_stand_by(
    browser: Client, elsewhere: PaymentMethod, club: Subscription
) -> None:
    page = read(browser, f"/subscriptions/{club.public_id}/backup")
    assert "3434" not in page
    assert "collects it, so its backup has to be a method there. Add a card" in page
    Subscription.objects.filter(merchant_id=club.merchant_id, id=club.id).update(capabilities=["cancel_now"])
    page = read(browser, f"/subscriptions/{club.public_id}/backup")
    assert "To pay it through another company, move it there. Pay this another way" in page
    refused = browser.post(f"{PORTAL}/subscriptions/{club.public_id}/backup", {"method": elsewhere.public_id})
    assert refused.status_code == 409
    assert "This method cannot be a backup here." in words(refused)

    press(browser, "/methods/backup", elsewhere.public_id)
    page = read(browser, "/methods/backup")
    assert "Club No backup" in page
    assert "A method at another company cannot pay its bills: it would go on collecting." in page


def test_what_pays_it_is_no_backup_of_it(browser: Client, first: PaymentMethod, club: Subscription) -> None:
    page = press(browser, f"/subscriptions/{club.public_id}/backup", first.public_id)
    assert "This method pays it already." in page
    press(browser, "/methods/backup", first.public_id)
    assert "pays it already, so nothing else would be tried." in read(browser, "/methods/backup")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"removed_at": clock.wall_now()}, "was taken off. Nothing is tried with it."),
        ({"expires_year": 2020, "expires_month": 1}, "has expired. Nothing is tried with it."),
    ],
)
def test_one_that_is_gone_is_said_to_be_gone(
    browser: Client, spare: PaymentMethod, club: Subscription, facts: dict[str, object], said: str
) -> None:
    press(browser, "/methods/backup", spare.public_id)
    PaymentMethod.objects.filter(merchant_id=spare.merchant_id, id=spare.id).update(**facts)

    for path in ("/", "/methods", "/methods/backup", f"/subscriptions/{club.public_id}/backup"):
        assert f"Mastercard ending in 5454 {said}" in read(browser, path), path
    assert "None: it cannot be tried any more" in read(browser, f"/subscriptions/{club.public_id}")


def test_what_is_over_is_not_spoken_of_any_more(
    browser: Client, spare: PaymentMethod, club: Subscription
) -> None:
    press(browser, f"/subscriptions/{club.public_id}/backup", spare.public_id)
    PaymentMethod.objects.filter(id=spare.id).update(removed_at=clock.wall_now())
    address = f"/subscriptions/{club.public_id}/backup"
    assert all(address in browser.get(PORTAL + path).content.decode() for path in ("/methods", ""))

    Subscription.objects.filter(id=club.id).update(state=SubscriptionState.CANCELED.value)
    assert not any(address in browser.get(PORTAL + path).content.decode() for path in ("/methods", ""))


def test_an_expired_card_cannot_be_chosen(browser: Client, spare: PaymentMethod, club: Subscription) -> None:
    PaymentMethod.objects.filter(merchant_id=spare.merchant_id, id=spare.id).update(
        expires_year=2020, expires_month=1
    )
    assert "5454" not in read(browser, "/methods/backup")
    refused = browser.post(PORTAL + "/methods/backup", {"method": spare.public_id})
    assert "This card has expired. Choose another one." in words(refused)


def test_a_backup_is_not_taken_off_unawares(
    browser: Client, spare: PaymentMethod, club: Subscription
) -> None:
    press(browser, "/methods/backup", spare.public_id)
    page = read(browser, f"/methods/{spare.public_id}/remove")
    assert "It cannot be removed yet: it is still needed." in page
    assert "Backup for everything Choose another" in page

    press(browser, "/methods/backup", "none")
    assert "No subscription or payment plan needs it." in read(browser, f"/methods/{spare.public_id}/remove")


def test_where_the_merchant_does_not_offer_it_nothing_is_shown(
    browser: Client, spare: PaymentMethod, club: Subscription
) -> None:
    set_policies(merchant_id=spare.merchant_id, given={"backup_method": "no"})
    assert "ackup" not in read(browser, "/methods")
    assert "ackup" not in read(browser, f"/subscriptions/{club.public_id}")
    assert browser.get(PORTAL + "/methods/backup").status_code == 404
    press(browser, "/methods/backup", spare.public_id)
    assert not BackupChoice.objects.filter(merchant_id=spare.merchant_id).exists()


def test_what_was_chosen_before_can_still_be_given_up(
    browser: Client, spare: PaymentMethod, club: Subscription
) -> None:
    press(browser, "/methods/backup", spare.public_id)
    set_policies(merchant_id=spare.merchant_id, given={"backup_method": "no"})
    browser.post(PORTAL + "/methods/backup", {"method": "none"})
    assert not BackupChoice.objects.filter(merchant_id=spare.merchant_id, ended_at=None).exists()


def test_nobody_chooses_a_method_or_a_subscription_of_another(
    browser: Client, shop: MerchantInSight, account: Connection, club: Subscription
) -> None:
    bob = builders.customer(shop, "Bob")
    his = builders.method(bob, account)
    refused = browser.post(PORTAL + "/methods/backup", {"method": his.public_id})
    assert "This payment method is no longer there." in words(refused)
    theirs = builders.subscription(builders.order(bob, account, "His"), name="His")
    path = f"{PORTAL}/subscriptions/{theirs.public_id}/backup"
    assert browser.get(path).status_code == browser.post(path, {"method": "none"}).status_code == 404


def test_who_is_not_signed_in_comes_to_the_door(browser: Client, shop: MerchantInSight) -> None:
    Session.objects.filter(merchant_id=shop.id).update(expires_at=clock.wall_now() - timedelta(days=1))
    assert browser.get(PORTAL + "/methods/backup").status_code == 303
