"""What pays an agreement of ours is chosen here, no company has to be asked; a card that it needs stays."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from paydesk.billing.arrangements.remove_method import RemoveRefused
from paydesk.billing.arrangements.switch_method import SwitchRefused
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.find import merchant_by_id
from paydesk.sync.import_history import import_history
from tests import builders
from tests.billing.arrangements.studio import account_of, customer_of, reference_of, remove, switch
from tests.billing.coming.desk import Desk, at_desk, let_policies
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada's "Kiln" and "Glaze" are collected by Paydesk with her usual card; the next is due in ten days."""
    desk = at_desk(simulator)
    desk.start(name="Kiln", first_day=desk.in_days(10))
    desk.start(name="Glaze", first_day=desk.in_days(10))
    return desk


def what_pays(desk: Desk) -> Mapping[str, str]:
    return {
        one.subscription.name: one.paid_by.public_id for one in account_of(desk).agreements if one.paid_by
    }


def charged_to(desk: Desk) -> set[tuple[str, str]]:
    """Say which card was asked to pay what."""
    attempts = Attempt.objects.filter(merchant_id=desk.merchant.id, state="succeeded")
    return set(attempts.values_list("payment__title", "payment_method__public_id"))


def test_a_card_pays_what_was_chosen_and_nothing_else(desk: Desk) -> None:
    before = what_pays(desk)
    card = desk.save_card("good")

    change = switch(desk, card, "Kiln")

    assert (change.state, change.confirmed_at is not None, change.asks_company) == ("confirmed", True, False)
    assert what_pays(desk) == {**before, "Kiln": card}
    assert desk.told() == ["method_changed"]
    desk.pass_days(11)
    assert charged_to(desk) == {("Kiln", card), ("Glaze", before["Glaze"])}


def test_no_company_is_asked(desk: Desk) -> None:
    card = desk.save_card("good")
    desk.account.fault("error_before", operation="method.list", times=50)

    assert switch(desk, card, "Kiln", "Glaze").state == "confirmed"
    assert what_pays(desk) == {"Kiln": card, "Glaze": card}


def test_what_follows_the_usual_card_keeps_it_when_it_was_not_chosen(desk: Desk) -> None:
    before = what_pays(desk)
    card = desk.save_card("good")

    assert switch(desk, card, "Kiln", default=True).state == "confirmed"
    assert what_pays(desk) == {"Kiln": card, "Glaze": before["Glaze"]}
    assert account_of(desk).default == PaymentMethod.objects.get(merchant_id=desk.merchant.id, public_id=card)


def test_where_the_merchant_does_not_want_it_nothing_is_chosen(desk: Desk) -> None:
    let_policies(desk, change_method=False)
    strict = Desk(**{**vars(desk), "merchant": merchant_by_id(desk.merchant.id)})
    assert not any(one.can_choose for one in account_of(strict).agreements)

    with pytest.raises(SwitchRefused, match="one method pays for everything"):
        switch(strict, desk.save_card("good"), "Kiln")


def test_a_card_that_an_agreement_needs_stays(desk: Desk) -> None:
    card = desk.save_card("good")
    switch(desk, card, "Kiln")

    with pytest.raises(RemoveRefused) as refused:
        remove(desk, card)
    assert refused.value.needed_by == ["Kiln"]

    desk.press_for_named("Kiln", "pause")
    with pytest.raises(RemoveRefused):
        remove(desk, card)
    desk.press_for_named("Kiln", "cancel", when="now")
    assert remove(desk, card).state == "confirmed"


def test_a_card_with_which_a_charge_is_on_its_way_stays(desk: Desk) -> None:
    card = desk.save_card("good")
    desk.account.fault("lost_after", operation="charge.confirm")
    desk.press(card, payment=desk.next_payment())

    with pytest.raises(RemoveRefused) as refused:
        remove(desk, card)
    assert len(refused.value.needed_by) == 1


def test_a_card_is_taken_off_once_another_has_its_place(desk: Desk) -> None:
    card, spare = desk.save_card("good"), desk.save_card("good")
    switch(desk, card, "Kiln")

    assert switch(desk, spare, "Kiln", removes=card).state == "confirmed"
    assert what_pays(desk)["Kiln"] == spare
    assert reference_of(desk, card) not in [
        row["id"] for row in desk.account.api(f"/customers/{desk.customer}/methods")["rows"]
    ]


def test_what_is_under_way_keeps_the_card_that_it_was_asked_with(desk: Desk) -> None:
    usual = what_pays(desk)["Kiln"]
    card = desk.save_card("good")
    desk.account.fault("lost_after", operation="charge.confirm")
    payment = desk.next_payment()
    desk.press(payment=payment)

    assert switch(desk, card, payment.title).state == "confirmed"
    desk.look_up()

    assert charged_to(desk) == {(payment.title, usual)}
    assert len(desk.moved()) == 1


def test_a_reading_of_the_account_leaves_the_choice_alone(desk: Desk) -> None:
    card = desk.save_card("good")
    switch(desk, card, "Kiln")

    import_history(merchant=desk.merchant, connection=desk.connection, on_progress=lambda _: None)

    assert what_pays(desk)["Kiln"] == card


def test_the_page_offers_the_cards_and_says_that_it_is_saved(desk: Desk) -> None:
    card = desk.save_card("good")
    kiln = Subscription.objects.get(merchant_id=desk.merchant.id, name="Kiln")
    who = Customer.objects.get(merchant_id=desk.merchant.id, id=customer_of(desk))
    client = builders.signed_in_client(desk.merchant, who)
    path = f"/m/{desk.merchant.slug}/subscriptions/{kiln.public_id}/method"

    assert f'value="{card}"' in client.get(path).content.decode()
    page = client.post(path, {"method": card}, follow=True).content.decode()

    assert "Saved on" in page
    assert "confirmed this on" not in page
    assert what_pays(desk)["Kiln"] == card
