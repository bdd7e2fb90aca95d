"""What a customer does, as flows: pays early, tries again, pays a bill of the company, lets another card pay."""

from __future__ import annotations

from datetime import timedelta

from paydesk.billing.arrangements.remove_method import RemoveRefused, remove_method
from paydesk.billing.arrangements.switch_method import SwitchRefused, switch_method
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.kit import clock
from tests.drills.money.flows.flow import Flow, Stage, captured, ends
from tests.drills.money.work import work_until_idle


def _start_later(stage: Stage) -> None:
    stage.scene.start(first_day=stage.scene.today() + timedelta(days=2))


def _start_and_fail(stage: Stage) -> None:
    """Its card declines; then there is a good one, which is chosen for the next try."""
    stage.scene.start()
    work_until_idle()
    stage.facts["card"] = stage.scene.save_card("good")


def _save_good_card(stage: Stage) -> None:
    stage.facts["card"] = _method(stage, stage.scene.account.method(stage.scene.customer, "good"))


def _method(stage: Stage, reference: str) -> str:
    stage.scene.take_over()
    mine = PaymentMethod.objects.filter(merchant_id=stage.scene.merchant.id)
    return mine.get(reference=reference).public_id


def press(stage: Stage) -> None:
    """Press "Pay now" for the first payment; a customer who is refused reads why, and goes."""
    try:
        stage.scene.press(stage.facts.get("card", ""), payment=stage.scene.payments()[0])
    except RetryRefused:
        return


def _press_again(stage: Stage) -> None:
    """Come back when what was under way has ended, and press if it is still to be paid."""
    work_until_idle()
    first = stage.scene.payments()[0]
    if first.state in (Payment.State.FAILED, Payment.State.DUE):
        press(stage)


def _start_with_two_cards(stage: Stage) -> None:
    """The agreement is paid by the default card; the other one shall pay from now on, and the first be removed."""
    _save_good_card(stage)
    stage.scene.start(first_day=stage.scene.today() + timedelta(days=2))


def switch(stage: Stage) -> None:
    """Let the other card pay everything, and remove the first one."""
    scene = stage.scene
    owner = scene.owner()
    first = PaymentMethod.objects.filter(merchant_id=scene.merchant.id, removed_at__isnull=True).exclude(
        public_id=stage.facts["card"]
    )
    try:
        switch_method(
            merchant=scene.merchant,
            customer_id=owner.customer_id or 0,
            method_public_id=stage.facts["card"],
            subscription_public_ids=[scene.agreement().public_id],
            makes_default=True,
            now=clock.wall_now(),
        )
        for method in first:
            remove_method(
                merchant=scene.merchant,
                customer_id=owner.customer_id or 0,
                method_public_id=method.public_id,
                now=clock.wall_now(),
            )
    except (SwitchRefused, RemoveRefused):
        return


def _paid_by_a_card_that_is_there(stage: Stage) -> list[str]:
    return ends("paid", "scheduled", minor=(3000,))(stage)


CUSTOMERS = [
    Flow(
        name="early",
        prepare=_start_later,
        act=press,
        expect=ends("paid", "scheduled", minor=(3000,)),
        days=3,
    ),
    Flow(
        name="retry",
        card="insufficient_funds",
        prepare=_start_and_fail,
        act=press,
        come_back=_press_again,
        comes_back_twice=True,
        expect=ends("paid", "scheduled", minor=(3000,)),
    ),
    Flow(
        name="bill",
        kind="billing",
        card="insufficient_funds",
        prepare=_save_good_card,
        act=press,
        come_back=_press_again,
        comes_back_twice=True,
        expect=captured(4900),
    ),
    Flow(
        name="card",
        prepare=_start_with_two_cards,
        act=switch,
        expect=_paid_by_a_card_that_is_there,
        days=3,
    ),
]
