"""Whoever's backup was tried has it in a letter, once: what was declined, what was charged, and what is next."""

from __future__ import annotations

import pytest
from django.core import mail

from paydesk.billing.backups.models import BackupTry
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.config.reactions import deliver_event
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.work.claim import Claim
from tests.billing.backups.scene import StandingBy, standing_by
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> StandingBy:
    scene = standing_by(simulator)
    scene.start()
    return scene


def post() -> list[tuple[str, str]]:
    """Send what waits; gives the title and the text of each letter."""
    before = len(mail.outbox)
    work_off("letters")
    return [(str(one.subject), str(one.body)) for one in mail.outbox[before:]]


def test_a_backup_elsewhere_that_was_charged(ada: StandingBy) -> None:
    ada.choose(ada.other_card("good_mastercard"))
    ada.decline()
    ada.try_backup()

    [(title, text)] = post()
    said = text.replace("\u00a0", " ")
    assert title.replace("\u00a0", " ") == "EUR 30.00 was charged to your backup"
    assert "EUR 30.00 for Kiln sharing" in said
    assert "Visa ending in 0604 was declined on" in said
    assert "As you had chosen, your backup was tried once." in said
    assert "EUR 30.00 was charged to Mastercard ending in 5454." in said
    assert "The next payment, EUR 30.00 on" in said
    [cover] = ada.covers()
    assert f"{ada.merchant.portal_url}/payments/{cover.public_id}\n" in text
    assert f"{ada.merchant.portal_url}/methods/backup" in text
    assert mail.outbox[-1].to == ["ada@example.com"]


@pytest.mark.parametrize("is_elsewhere", [True, False])
def test_a_backup_that_was_declined_as_well(ada: StandingBy, is_elsewhere: bool) -> None:
    save = ada.other_card if is_elsewhere else ada.card
    ada.choose(save("lost_or_stolen"))
    ada.decline()
    ada.try_backup()

    [(title, text)] = post()
    assert title == "Your backup was declined as well"
    assert "Visa ending in 0901 was declined as well. Nothing was charged." in text
    assert "It stays open until you pay it: it is not tried again by itself." in text
    assert f"{ada.merchant.portal_url}/payments/{ada.first().public_id}/pay\n" in text


def test_an_event_that_comes_twice_is_one_letter(ada: StandingBy) -> None:
    ada.choose(ada.card())
    ada.decline()
    ada.try_backup()
    event = Event.objects.get(merchant_id=ada.merchant.id, name="backup.tried")
    claimed = Claim(row_id=event.id, merchant_id=ada.merchant.id, fence=0, tries_count=1)
    deliver_event(claimed, clock.wall_now())

    assert len(post()) == 1


def test_while_it_is_in_doubt_nothing_is_written(ada: StandingBy) -> None:
    ada.choose(ada.other_card())
    ada.decline()
    ada.other.fault("lost_after", operation="charge.confirm")
    ada.try_backup()
    assert post() == []

    assert ada.later().state == BackupTry.State.CHARGED
    assert len(post()) == 1


def test_nothing_is_written_of_what_was_not_tried(ada: StandingBy) -> None:
    ada.choose(ada.other_card())
    ada.decline()
    work_off("events")
    ada.give_up()
    ada.try_backup()
    assert post() == []


def test_who_had_no_method_on_file_reads_that(ada: StandingBy) -> None:
    ada.choose(ada.other_card())
    PaymentMethod.objects.filter(merchant_id=ada.merchant.id, connection_id=ada.connection.id).update(
        removed_at=clock.wall_now(), is_default=False
    )
    ada.decline()
    ada.try_backup()
    [(_, text)] = post()
    assert "there was no payment method on file for it." in text


@pytest.mark.parametrize("language", ["de", "es", "fr", "ar"])
def test_it_is_written_in_the_customer_s_language(ada: StandingBy, language: str) -> None:
    Customer.objects.filter(merchant_id=ada.merchant.id).update(language=language)
    ada.choose(ada.other_card())
    ada.decline()
    ada.try_backup()
    [(title, text)] = post()
    assert "charged" not in title + text
    assert "backup" not in (title + text).replace("/methods/backup", "")
