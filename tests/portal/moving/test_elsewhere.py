"""The pages of a move: what only a company can change, what happens before anything does, and how each step went."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import MethodSetup
from paydesk.billing.payments.models import Attempt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.notices.kinds import LETTERS
from paydesk.notices.models import Letter
from paydesk.notices.rendering import rendered
from tests import builders
from tests.billing.moving.removal import Removal, removal, silence
from tests.connected import work_off
from tests.portal.reading import words
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


class Visit:
    """Ada, signed in at the merchant of a removal."""

    def __init__(self, ada: Removal) -> None:
        self.ada = ada
        self.client: Client = builders.signed_in_client(
            ada.old.merchant, Customer.objects.get(merchant_id=ada.shop.id, id=ada.studio.customer_id or 0)
        )
        self.home = f"/m/{ada.old.merchant.slug}/subscriptions/{ada.studio.public_id}"

    def see(self, path: str = "/elsewhere", **query: Any) -> str:
        response = self.client.get(self.home + path, query)
        assert response.status_code in (200, 409), response.status_code
        return words(response)

    def press(self, path: str = "/elsewhere", **form: Any) -> str:
        response = self.client.post(self.home + path, form, follow=True)
        assert response.status_code in (200, 409), response.status_code
        return words(response)


@pytest.fixture
def ada(simulator: Simulator) -> Removal:
    """Ada's wallet pays her studio, and only she can say at its company what it draws on."""
    return removal(simulator, is_wallet=True)


def test_what_only_the_company_can_change_is_said_with_the_way_there(ada: Removal) -> None:
    visit = Visit(ada)
    assert "Change what pays it" in visit.see("")
    page = visit.see()
    assert "decides which of your cards or banks it draws on. You can change it there." in page
    assert "Or move it to another method here" in page
    raw = visit.client.get(visit.home + "/elsewhere").content.decode()
    assert f'href="{ada.studio.manage_url}"' in raw


def test_before_the_press_it_is_said_what_is_charged_when_and_what_ends(ada: Removal) -> None:
    visit = Visit(ada)
    page = visit.see(method=ada.card.public_id)
    assert "What happens EUR 19.00 is charged on" in page
    assert "some hours before Simulated company (billing) would collect it." in page
    assert "Once that first payment is made, it ends at Simulated company (billing)." in page
    assert "If it is declined, everything stays as it is" in page
    assert "You can change your mind until then." in page
    assert not Move.objects.exists()


def test_it_is_asked_for_taken_back_and_asked_for_again(ada: Removal) -> None:
    visit = Visit(ada)
    page = visit.press(method=ada.card.public_id)
    assert "It is moved on" in page
    assert "Until then nothing changes" in page
    assert "It will be paid another way." in visit.see("")
    page = visit.press("/elsewhere/undo")
    assert "It stays as it is" in page
    assert "You took it back. Nothing was charged." in page
    assert "See what changes" in visit.see()
    visit.press(method=ada.card.public_id)
    assert Move.objects.filter(state="waiting").count() == 1


def test_each_step_is_told_with_what_the_company_confirmed_and_when(ada: Removal) -> None:
    visit = Visit(ada)
    visit.press(method=ada.card.public_id)
    ada.vault.fault("lost_after", operation="charge.confirm")
    ada.pass_time(hours=ada.until_it_acts())
    page = visit.see()
    assert "It is being moved" in page
    assert "We are checking with your bank. You do not need to pay again" in page
    page = visit.see("")
    assert "Being moved" in page
    assert all(words not in page for words in ("Until a day that you choose", "Ends soon", "You keep access"))
    page = visit.press("/elsewhere/undo")
    assert "cannot be taken back any more" in page
    Attempt.objects.filter(state="unknown").update(due_at=clock.wall_now())
    work_off("attempts")
    ada.again()
    page = visit.see()
    assert "It is moved" in page
    assert "It has ended at Simulated company (billing)." in page
    assert "The first payment is made." in page
    assert "See how it goes on" in page
    new_one = Subscription.objects.get(collected_by="paydesk")
    page = words(visit.client.get(f"/m/{ada.old.merchant.slug}/subscriptions/{new_one.public_id}"))
    assert "Active" in page


def test_what_is_tried_again_says_so_and_can_be_taken_back(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit(ada)
    visit.press(method=ada.card.public_id)
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "pause")
        ada.pass_time(hours=ada.until_it_acts())
        ada.pass_time(hours=5.5)
    page = visit.see()
    assert "It could not be moved this time, and is tried again before the next payment." in page
    assert "Take it back" in page
    page = visit.press("/elsewhere/undo")
    assert "It is not moved, and goes on as before" in page
    assert all(words not in page for words in ("tried again", "Take it back"))
    ada.again()
    assert "It stays as it is" in visit.see(done="1")


def test_a_decline_is_told_and_another_card_can_be_chosen(simulator: Simulator) -> None:
    ada = removal(simulator, new_card="insufficient_funds")
    visit = Visit(ada)
    visit.press(method=ada.card.public_id)
    ada.pass_time(hours=ada.until_it_acts())
    page = visit.see(done="1")
    assert "It was not moved" in page
    assert "The first payment was declined. Nothing was charged." in page
    assert "It goes on at Simulated company (billing) as before." in page
    assert "See what changes" in visit.see()


def test_a_new_card_is_entered_at_the_other_company_and_leads_back_here(ada: Removal) -> None:
    visit = Visit(ada)
    response = visit.client.post(visit.home + "/elsewhere/card", {"place": str(ada.there.uuid)})
    assert response.status_code in (200, 303)
    setup = MethodSetup.objects.get()
    assert (setup.connection_id, setup.subscription_public_id) == (ada.there.id, ada.studio.public_id)
    ada.vault.enter_card(setup.reference, "good_amex")
    page = visit.client.get(f"/m/{ada.old.merchant.slug}/setups/{setup.public_id}/done", follow=True)
    assert "What happens" in words(page)
    assert "American Express" in words(page)


def test_what_is_wrong_or_anothers_changes_nothing(ada: Removal, simulator: Simulator) -> None:
    visit = Visit(ada)
    assert "no longer there" in visit.press(method="nonsense")
    assert visit.client.post(visit.home + "/elsewhere/card", {"place": "x"}).status_code == 404
    stranger = builders.customer(ada.old.merchant, name="Eve")
    other = builders.signed_in_client(ada.old.merchant, stranger)
    for path in ("/elsewhere", "/elsewhere/card", "/elsewhere/undo"):
        assert other.post(visit.home + path, {"method": ada.card.public_id}).status_code == 404
    assert not Move.objects.exists()


def test_letters_say_how_it_ended_once(ada: Removal, simulator: Simulator) -> None:
    ada.begin()
    ada.pass_time(hours=ada.until_it_acts())
    ada.work()
    [letter] = Letter.objects.filter(merchant_id=ada.shop.id, kind="moved")
    assert letter.subject["what"] == "done"
    written = LETTERS["moved"](letter, ada.shop, clock.wall_now())
    assert written
    text = rendered(written, ada.shop).text.replace("\u00a0", " ")
    assert "EUR 19.00 was charged to Mastercard •• 5454." in text
    assert "It has ended at Simulated company (billing)" in text
    assert "The next payment is EUR 19.00 on" in text
