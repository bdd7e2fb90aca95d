"""What pays what: a card pays what was chosen and nothing else, and "changed" is said when the company says so."""

from dataclasses import replace

import pytest

from paydesk.billing.arrangements.needs import needed_by
from paydesk.billing.arrangements.remove_method import RemoveRefused
from paydesk.billing.arrangements.switch_method import SwitchRefused, switch_method
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.mirror import mirror_subscription
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import CollectibleRecord, MethodRecord, SubscriptionRecord
from paydesk.gateways.simulated import capabilities
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from tests.billing.arrangements.studio import (
    a_studio,
    account_of,
    customer_of,
    ids_of,
    reference_of,
    remove,
    switch,
    what_pays,
)
from tests.connected import Connected, connected
from tests.simulator import Simulator

Subject = CollectibleRecord | SubscriptionRecord | MethodRecord
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada pays "Studio" with her usual card and "Kiln" with a card of its own."""
    return a_studio(simulator)


def test_one_card_pays_everything_and_the_company_confirms_it(clay: Connected) -> None:
    card = clay.save_card("good")

    change = switch(clay, card, "Studio", "Kiln", default=True)

    assert (change.state, change.confirmed_at is not None) == ("confirmed", True)
    assert what_pays(clay) == {"Studio": card, "Kiln": card, "everything else": card}


def test_one_card_for_one_subscription_leaves_the_others_alone(clay: Connected) -> None:
    before = what_pays(clay)
    card = clay.save_card("good")

    assert switch(clay, card, "Kiln").state == "confirmed"
    assert what_pays(clay) == {**before, "Kiln": card}


def test_what_follows_the_usual_card_keeps_it_when_it_was_not_chosen(clay: Connected) -> None:
    before = what_pays(clay)
    card = clay.save_card("good")

    assert switch(clay, card, "Kiln", default=True).state == "confirmed"
    assert what_pays(clay) == {"Studio": before["Studio"], "Kiln": card, "everything else": card}


def test_an_open_bill_follows_its_subscription(clay: Connected) -> None:
    bad = clay.account.method(clay.customer, "insufficient_funds")
    clay.account.subscription(clay.customer, name="Glaze", method=bad)
    clay.take_over()
    card = clay.save_card("good")

    assert switch(clay, card, "Glaze").state == "confirmed"
    clay.account.advance(days=8)
    clay.take_over()

    bill = Payment.objects.get(merchant_id=clay.merchant.id, subscription__name="Glaze")
    assert bill.state == "paid"


def test_a_card_is_taken_off_once_another_has_its_place(clay: Connected) -> None:
    usual = what_pays(clay)["everything else"]
    card = clay.save_card("good")

    change = switch(clay, card, "Studio", default=True, removes=usual)

    assert change.state == "confirmed"
    assert usual not in what_pays(clay).values()
    assert not PaymentMethod.objects.filter(
        merchant_id=clay.merchant.id, public_id=usual, removed_at__isnull=True
    ).exists()


def test_a_card_that_something_else_needs_is_not_taken_off_with_the_change(clay: Connected) -> None:
    usual = what_pays(clay)["everything else"]
    card = clay.save_card("good")

    with pytest.raises(SwitchRefused, match="Studio would still need it"):
        switch(clay, card, "Kiln", default=True, removes=usual)
    assert what_pays(clay)["everything else"] == usual


def test_removing_a_card_is_refused_by_name_while_it_is_needed(clay: Connected) -> None:
    own = what_pays(clay)["Kiln"]

    with pytest.raises(RemoveRefused) as refused:
        remove(clay, own)
    assert refused.value.needed_by == ["Kiln"]
    account = account_of(clay)
    [method] = [one for one in account.methods if one.public_id == own]
    assert needed_by(account, method) == ["Kiln"]
    assert what_pays(clay)["Kiln"] == own


def test_a_card_that_the_company_tries_again_with_is_needed(clay: Connected) -> None:
    bad = clay.save_card("insufficient_funds")
    clay.account.bill(clay.customer, title="Wheel repair", method=reference_of(clay, bad))
    clay.take_over()

    with pytest.raises(RemoveRefused) as refused:
        remove(clay, bad)
    assert refused.value.needed_by == ["Wheel repair"]


def test_a_card_that_nothing_needs_is_taken_off(clay: Connected) -> None:
    spare = clay.save_card("good")

    change = remove(clay, spare)

    assert change.state == "confirmed"
    assert reference_of(clay, spare) not in _listed(clay)


def _listed(scene: Connected) -> list[str]:
    return [row["id"] for row in scene.account.api(f"/customers/{scene.customer}/methods")["rows"]]


def test_a_strangers_card_and_subscription_are_not_there(simulator: Simulator, clay: Connected) -> None:
    wool = connected(simulator, slug="wool", card="good")
    wool.account.subscription(wool.customer, name="Yarn")
    wool.take_over()
    foreign = wool.save_card("good")

    with pytest.raises(SwitchRefused, match="no longer there"):
        switch(clay, foreign, "Studio")
    with pytest.raises(RemoveRefused, match="no longer there"):
        remove(clay, foreign)
    with pytest.raises(SwitchRefused, match="ended meanwhile"):
        switch_method(
            merchant=clay.merchant,
            customer_id=customer_of(clay),
            method_public_id=clay.save_card("good"),
            subscription_public_ids=ids_of(wool, "Yarn"),
            makes_default=False,
            now=clock.wall_now(),
        )


def test_a_subscription_that_names_a_method_nobody_lists_does_not_look_paid_by_the_usual_one(
    clay: Connected,
) -> None:
    [kiln] = [one for one in account_of(clay).agreements if one.subscription.name == "Kiln"]
    record = connect(clay.connection, merchant=clay.merchant).read_subscription(kiln.subscription.reference)
    assert record is not None
    unlisted = replace(record, method_reference="pm_not_listed")
    in_transaction(
        lambda: mirror_subscription(
            connection=clay.connection,
            owner=account_of(clay).owner,
            record=unlisted,
            capabilities=[],
            observed_at=clock.wall_now(),
            now=clock.wall_now(),
        )
    )

    [kiln] = [one for one in account_of(clay).agreements if one.subscription.name == "Kiln"]
    assert kiln.has_its_own
    assert kiln.paid_by is not None
    assert (kiln.paid_by.brand, kiln.paid_by.last_four) == ("", "")


def test_what_cannot_have_another_method_is_refused_by_name(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_object = capabilities.of_object

    def but_for_kiln(subject: Subject) -> frozenset[Capability]:
        is_kiln = isinstance(subject, SubscriptionRecord) and subject.name == "Kiln"
        return of_object(subject) - ({Capability.SET_SUBSCRIPTION_METHOD} if is_kiln else set())

    monkeypatch.setattr(capabilities, "of_object", but_for_kiln)
    before = what_pays(clay)
    card = clay.save_card("good")

    with pytest.raises(SwitchRefused, match="What pays Kiln cannot be chosen here"):
        switch(clay, card, "Kiln", "Studio", default=True)
    assert what_pays(clay) == before
    assert switch(clay, card, "Studio", default=True).state == "confirmed"


def test_a_subscription_that_never_began_is_nothing_to_choose_for(clay: Connected) -> None:
    Subscription.objects.filter(merchant_id=clay.merchant.id, name="Kiln").update(state="incomplete")
    assert [one.subscription.name for one in account_of(clay).agreements] == ["Studio"]


def test_replacing_takes_nothing_off_that_the_company_tries_a_bill_with(clay: Connected) -> None:
    bad = clay.save_card("insufficient_funds")
    clay.account.bill(clay.customer, title="Wheel repair", method=reference_of(clay, bad))
    clay.take_over()
    card = clay.save_card("good")

    with pytest.raises(SwitchRefused, match="Wheel repair would still need it"):
        switch(clay, card, "Kiln", removes=bad)
    assert switch(clay, card, "Kiln", "Studio", default=True, removes=bad).state == "confirmed"


def test_a_card_with_which_a_payment_is_on_its_way_stays(clay: Connected) -> None:
    spare = clay.save_card("good")
    clay.account.bill(clay.customer, title="Wheel")
    clay.take_over()
    payment = Payment.objects.get(merchant_id=clay.merchant.id, title="Wheel")
    Attempt.objects.create(
        merchant_id=clay.merchant.id,
        connection_id=clay.connection.id,
        payment_id=payment.id,
        number=99,
        origin="paydesk",
        asked_by="customer",
        state="pending",
        amount_minor=4900,
        currency="EUR",
        payment_method_id=PaymentMethod.objects.get(merchant_id=clay.merchant.id, public_id=spare).id,
        created_at=clock.wall_now(),
    )

    with pytest.raises(RemoveRefused) as refused:
        remove(clay, spare)
    assert refused.value.needed_by == ["Wheel"]
    with pytest.raises(SwitchRefused, match="Wheel would still need it"):
        switch(clay, clay.save_card("good"), "Kiln", removes=spare)
