"""What pays what: a card pays what was chosen and nothing else, and "changed" is said when the company says so."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from paydesk.billing.arrangements.carry_out import LEASE, open_change
from paydesk.billing.arrangements.differences import sentence_of
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.remove_method import RemoveRefused, remove_method, why_needed
from paydesk.billing.arrangements.switch_method import SwitchRefused, switch_method
from paydesk.billing.arrangements.what_pays_what import Account, what_pays_what
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.mirror import mirror_subscription
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.work.claim import Claim, finish
from tests.connected import Connected, connected, revoke_key, work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada pays "Studio" with her usual card and "Kiln" with a card of its own."""
    scene = connected(simulator, card="good")
    own = scene.account.method(scene.customer, "good", last_four="1881")
    scene.account.subscription(scene.customer, name="Studio")
    scene.account.subscription(scene.customer, name="Kiln", method=own)
    scene.take_over()
    return scene


def _customer(scene: Connected) -> int:
    return (
        GatewayCustomer.objects.filter(merchant_id=scene.merchant.id)
        .values_list("customer_id", flat=True)
        .get()
        or 0
    )


def _account(scene: Connected) -> Account:
    [account] = what_pays_what(
        merchant=scene.merchant, customer_id=_customer(scene), now=scene.merchant.business_now()
    )
    return account


def _ids(scene: Connected, *names: str) -> list[str]:
    mine = Subscription.objects.filter(merchant_id=scene.merchant.id, name__in=names)
    return list(mine.values_list("public_id", flat=True))


def _pays(scene: Connected) -> Mapping[str, str]:
    """Say which card pays what, as the company says it now."""
    scene.take_over()
    account = _account(scene)
    found = {one.subscription.name: one.paid_by.public_id for one in account.agreements if one.paid_by}
    return found | {"everything else": account.default.public_id if account.default else ""}


def _switch(
    scene: Connected, method: str, *names: str, default: bool = False, removes: str = ""
) -> MethodChange:
    return switch_method(
        merchant=scene.merchant,
        customer_id=_customer(scene),
        method_public_id=method,
        subscription_public_ids=_ids(scene, *names),
        makes_default=default,
        removes_public_id=removes,
        now=clock.wall_now(),
    )


def _remove(scene: Connected, method: str) -> MethodChange:
    return remove_method(
        merchant=scene.merchant,
        customer_id=_customer(scene),
        method_public_id=method,
        now=clock.wall_now(),
    )


def test_one_card_pays_everything_and_the_company_confirms_it(clay: Connected) -> None:
    card = clay.save_card("good")

    change = _switch(clay, card, "Studio", "Kiln", default=True)

    assert (change.state, change.confirmed_at is not None) == ("confirmed", True)
    assert _pays(clay) == {"Studio": card, "Kiln": card, "everything else": card}


def test_one_card_for_one_subscription_leaves_the_others_alone(clay: Connected) -> None:
    before = _pays(clay)
    card = clay.save_card("good")

    assert _switch(clay, card, "Kiln").state == "confirmed"
    assert _pays(clay) == {**before, "Kiln": card}


def test_what_follows_the_usual_card_keeps_it_when_it_was_not_chosen(clay: Connected) -> None:
    before = _pays(clay)
    card = clay.save_card("good")

    assert _switch(clay, card, "Kiln", default=True).state == "confirmed"
    assert _pays(clay) == {"Studio": before["Studio"], "Kiln": card, "everything else": card}


def test_an_open_bill_follows_its_subscription(clay: Connected) -> None:
    bad = clay.account.method(clay.customer, "insufficient_funds")
    clay.account.subscription(clay.customer, name="Glaze", method=bad)
    clay.take_over()
    card = clay.save_card("good")

    assert _switch(clay, card, "Glaze").state == "confirmed"
    clay.account.advance(days=8)
    clay.take_over()

    bill = Payment.objects.get(merchant_id=clay.merchant.id, subscription__name="Glaze")
    assert bill.state == "paid"


def test_a_card_is_taken_off_once_another_has_its_place(clay: Connected) -> None:
    usual = _pays(clay)["everything else"]
    card = clay.save_card("good")

    change = _switch(clay, card, "Studio", default=True, removes=usual)

    assert change.state == "confirmed"
    assert usual not in _pays(clay).values()
    assert not PaymentMethod.objects.filter(
        merchant_id=clay.merchant.id, public_id=usual, removed_at__isnull=True
    ).exists()


def test_a_card_that_something_else_needs_is_not_taken_off_with_the_change(clay: Connected) -> None:
    usual = _pays(clay)["everything else"]
    card = clay.save_card("good")

    with pytest.raises(SwitchRefused, match="Studio would still need it"):
        _switch(clay, card, "Kiln", default=True, removes=usual)
    assert _pays(clay)["everything else"] == usual


def test_removing_a_card_is_refused_by_name_while_it_is_needed(clay: Connected) -> None:
    own = _pays(clay)["Kiln"]

    with pytest.raises(RemoveRefused) as refused:
        _remove(clay, own)
    assert refused.value.needed_by == ["Kiln"]
    assert why_needed(
        merchant=clay.merchant,
        customer_id=_customer(clay),
        method_public_id=own,
        now=clay.merchant.business_now(),
    ) == ["Kiln"]
    assert _pays(clay)["Kiln"] == own


def test_a_card_that_the_company_tries_again_with_is_needed(clay: Connected) -> None:
    bad = clay.save_card("insufficient_funds")
    clay.account.bill(clay.customer, title="Wheel repair", method=_reference(clay, bad))
    clay.take_over()

    with pytest.raises(RemoveRefused) as refused:
        _remove(clay, bad)
    assert refused.value.needed_by == ["Wheel repair"]


def _reference(scene: Connected, public_id: str) -> str:
    return PaymentMethod.objects.get(merchant_id=scene.merchant.id, public_id=public_id).reference


def test_a_card_that_nothing_needs_is_taken_off(clay: Connected) -> None:
    spare = clay.save_card("good")

    change = _remove(clay, spare)

    assert change.state == "confirmed"
    assert _reference(clay, spare) not in _listed(clay)


def _listed(scene: Connected) -> list[str]:
    return [row["id"] for row in scene.account.api(f"/customers/{scene.customer}/methods")["rows"]]


def test_while_the_company_is_silent_nothing_is_changed(clay: Connected) -> None:
    before = _pays(clay)
    card = clay.save_card("good")
    clay.account.fault("error_before", operation="method.list", times=1)

    with pytest.raises(SwitchRefused, match="Nothing was changed"):
        _switch(clay, card, "Studio", "Kiln", default=True)
    assert _pays(clay) == before


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "error_before", "error_after", "busy"])
@pytest.mark.parametrize("operation", ["method.default", "subscription.method"])
def test_a_change_without_an_answer_is_finished_by_the_worker(
    clay: Connected, kind: str, operation: str
) -> None:
    card = clay.save_card("good")
    clay.account.fault(kind, operation=operation, times=1)

    change = _switch(clay, card, "Studio", "Kiln", default=True)
    assert (change.state, change.confirmed_at) == ("open", None)

    _let_due(clay, change)
    work_off("method changes")
    assert _state(clay, change) == "confirmed"
    assert _pays(clay) == {"Studio": card, "Kiln": card, "everything else": card}


def _let_due(scene: Connected, change: MethodChange) -> None:
    """Let the time pass that a lease, or the pause after a silence, takes."""
    long_ago = clock.wall_now() - LEASE
    mine = MethodChange.objects.filter(merchant_id=scene.merchant.id, id=change.id)
    mine.update(due_at=long_ago)
    mine.filter(lease_until__isnull=False).update(lease_until=long_ago)


def _state(scene: Connected, change: MethodChange) -> str:
    return MethodChange.objects.get(merchant_id=scene.merchant.id, id=change.id).state


def _left_by_a_killed_process(scene: Connected, card: str) -> MethodChange:
    method = PaymentMethod.objects.get(merchant_id=scene.merchant.id, public_id=card)
    owner = GatewayCustomer.objects.select_related("connection").get(
        merchant_id=scene.merchant.id, id=method.gateway_customer_id
    )
    change = open_change(
        merchant=scene.merchant,
        owner=owner,
        plan=lambda _account: [["default", "", method.reference]],
        method_id=method.id,
        now=clock.wall_now(),
    )
    assert change is not None
    return change


def test_what_a_killed_process_left_is_finished_by_the_worker(clay: Connected) -> None:
    card = clay.save_card("good")
    change = _left_by_a_killed_process(clay, card)

    work_off("method changes")
    assert _state(clay, change) == "open"  # somebody may still hold it
    _let_due(clay, change)
    work_off("method changes")

    assert _state(clay, change) == "confirmed"
    assert _pays(clay)["everything else"] == card


def test_a_second_change_waits_for_the_first(clay: Connected) -> None:
    card, other = clay.save_card("good"), clay.save_card("good")
    _left_by_a_killed_process(clay, card)

    with pytest.raises(SwitchRefused, match="being made right now"):
        _switch(clay, other, default=True)
    with pytest.raises(RemoveRefused, match="being made right now"):
        _remove(clay, other)


def test_a_later_change_takes_the_place_of_a_dead_one_for_good(clay: Connected) -> None:
    card, other = clay.save_card("good"), clay.save_card("good")
    dead = _left_by_a_killed_process(clay, card)
    _let_due(clay, dead)

    assert _switch(clay, other, "Studio", default=True).state == "confirmed"
    work_off("method changes")

    assert _state(clay, dead) == "superseded"
    assert _pays(clay)["everything else"] == other
    late = Claim(row_id=dead.id, merchant_id=clay.merchant.id, fence=dead.fence, tries_count=0)
    assert not finish(MethodChange, late, state="confirmed")


def test_a_step_that_the_company_refuses_is_said_and_so_is_what_it_charges_now(clay: Connected) -> None:
    before = _pays(clay)
    card = clay.save_card("good")
    clay.account.api(f"/methods/{_reference(clay, card)}/remove", key="at-the-company")
    change = _left_by_a_killed_process(clay, card)
    _let_due(clay, change)
    work_off("method changes")

    refused = MethodChange.objects.get(merchant_id=clay.merchant.id, id=change.id)
    assert refused.state == "refused"
    assert "did not accept" in sentence_of(refused)
    assert _pays(clay) == before


def test_a_card_that_is_gone_at_the_company_is_not_offered_for_anything(clay: Connected) -> None:
    card = clay.save_card("good")
    clay.account.api(f"/methods/{_reference(clay, card)}/remove", key="at-the-company")

    change_or_refusal = _outcome(clay, card)
    assert "refused" in change_or_refusal


def _outcome(scene: Connected, card: str) -> str:
    try:
        return _switch(scene, card, "Studio", default=True).state
    except SwitchRefused as refused:
        return f"refused: {refused}"


def test_a_revoked_key_leaves_the_change_waiting_and_no_harm(clay: Connected) -> None:
    card = clay.save_card("good")
    change = _left_by_a_killed_process(clay, card)
    _let_due(clay, change)
    revoke_key(clay)

    work_off("method changes")

    assert _state(clay, change) in {"open", "refused"}


def test_a_strangers_card_and_subscription_are_not_there(simulator: Simulator, clay: Connected) -> None:
    wool = connected(simulator, slug="wool", card="good")
    wool.account.subscription(wool.customer, name="Yarn")
    wool.take_over()
    foreign = wool.save_card("good")

    with pytest.raises(SwitchRefused, match="no longer there"):
        _switch(clay, foreign, "Studio")
    with pytest.raises(RemoveRefused, match="no longer there"):
        _remove(clay, foreign)
    with pytest.raises(SwitchRefused, match="ended meanwhile"):
        switch_method(
            merchant=clay.merchant,
            customer_id=_customer(clay),
            method_public_id=clay.save_card("good"),
            subscription_public_ids=_ids(wool, "Yarn"),
            makes_default=False,
            now=clock.wall_now(),
        )


def test_a_subscription_that_names_a_method_nobody_lists_does_not_look_paid_by_the_usual_one(
    clay: Connected,
) -> None:
    [kiln] = [one for one in _account(clay).agreements if one.subscription.name == "Kiln"]
    record = connect(clay.connection, merchant=clay.merchant).read_subscription(kiln.subscription.reference)
    assert record is not None
    unlisted = replace(record, method_reference="pm_not_listed")
    in_transaction(
        lambda: mirror_subscription(
            connection=clay.connection,
            owner=_account(clay).owner,
            record=unlisted,
            capabilities=[],
            observed_at=clock.wall_now(),
            now=clock.wall_now(),
        )
    )

    [kiln] = [one for one in _account(clay).agreements if one.subscription.name == "Kiln"]
    assert kiln.has_its_own
    assert kiln.paid_by is not None
    assert (kiln.paid_by.brand, kiln.paid_by.last_four) == ("", "")
