"""The exam about what a company keeps for a customer: who it is, saved methods, and subscriptions that it collects.

Methods are entered at the company, one is the default, a removed one is gone. Every verb on a subscription gives the
state that a new reading gives.
"""

from __future__ import annotations

from datetime import timedelta

from paydesk.gateways.conformance_scene import AMOUNT, ExamScene, expect, expect_success, new_key
from paydesk.gateways.contract import Capability, ChargeRequest
from paydesk.gateways.method_setup import MethodSetupRequest
from paydesk.gateways.records import BillingDetails, MethodRecord, SubscriptionRecord, SubscriptionState


def a_repeated_key_makes_one_customer(scene: ExamScene) -> None:
    """A customer whose answer was lost is not made a second time."""
    key, email = new_key(), f"{new_key()}@example.com"
    first, again = (scene.gateway.create_customer(email=email, name="Exam", key=key) for _ in range(2))
    expect(first.reference == again.reference, "the same key made two customers")
    expect((first.email, first.name) == (email, "Exam"), f"made as {email!r}, and it reads as {first}")


def a_customers_details_are_taken(scene: ExamScene) -> None:
    """The name is another one afterwards; telling it again does no harm, and no name leaves the one that is there."""
    customer, once = scene.customer(), new_key()
    full = BillingDetails(
        name="Verhoeven Interieur B.V.",
        street=("Voorbeeldkade 12", "2nd floor"),
        city="Amsterdam",
        postal_code="1011 AA",
        country="NL",
    )
    named, placed = BillingDetails(name="Ada Okafor"), BillingDetails(city="Utrecht", country="NL")
    told = ((full, once), (full, once), (named, new_key()), (placed, new_key()))
    for (details, key), name in zip(told, (full.name, full.name, named.name, named.name), strict=True):
        scene.gateway.update_customer(customer_reference=customer, details=details, key=key)
        read = scene.gateway.read_customer(customer)
        expect(read is not None and read.name == name, f"it has to be named {name} now, and reads as {read}")


def a_method_is_set_up_on_the_companys_side(scene: ExamScene) -> None:
    """It begins open, is finished after the customer entered it, and finishing again changes nothing."""
    customer = scene.customer()
    request = MethodSetupRequest(
        key=new_key(), customer_reference=customer, return_url="https://merchant.example/back"
    )
    setup = scene.gateway.begin_method_setup(request)
    expect(
        bool(setup.page_url) != (setup.fields is not None),
        "a set-up has either a page to go to, or fields to show",
    )
    still_open = scene.gateway.finish_method_setup(setup.reference)
    expect(still_open.method is None and not still_open.refusal, f"nothing was entered yet: {still_open}")
    scene.enter_method(setup)
    first = scene.gateway.finish_method_setup(setup.reference).method
    again = scene.gateway.finish_method_setup(setup.reference).method
    expect(first is not None, "a method was entered, and the set-up is not finished")
    expect(_reference(first) == _reference(again), "finishing twice gave two methods")
    listed = [method.reference for method in scene.gateway.list_methods(customer)]
    expect(listed == [_reference(first)], f"one method was entered, and {len(listed)} are listed")


def the_customer_confirms_a_method_with_the_bank(scene: ExamScene) -> None:
    """3-D Secure when a method is entered: nothing is saved before it is passed, and nothing when it failed."""
    for confirm in (True, False):
        customer = scene.customer()
        request = MethodSetupRequest(
            key=new_key(), customer_reference=customer, return_url="https://merchant.example/back"
        )
        setup = scene.gateway.begin_method_setup(request)
        if not scene.enter_asking_method(setup):
            return
        waiting = scene.gateway.finish_method_setup(setup.reference)
        expect(
            waiting.method is None and not waiting.refusal, f"the bank asks, and the set-up says {waiting}"
        )
        scene.answer_bank(setup.reference, confirm=confirm)
        finished = scene.gateway.finish_method_setup(setup.reference)
        expect(bool(finished.method) == confirm, f"confirm={confirm} at the bank, and it says {finished}")
        expect(bool(finished.refusal) != confirm, f"confirm={confirm} at the bank, and it says {finished}")
        listed = len(scene.gateway.list_methods(customer))
        expect(listed == int(confirm), f"confirm={confirm} at the bank, and {listed} methods are saved")
        if finished.can_try_again:
            scene.enter_method(setup)
            again = scene.gateway.finish_method_setup(setup.reference)
            expect(again.method is not None, f"another card was said to be taken, and it says {again}")


def one_method_is_the_default(scene: ExamScene) -> None:
    """The default moves, and there is never more than one."""
    customer = scene.customer()
    for reference in (scene.good_method(customer), scene.good_method(customer)):
        scene.gateway.set_default_method(
            customer_reference=customer, method_reference=reference, key=new_key()
        )
        methods = scene.gateway.list_methods(customer)
        defaults = [method.reference for method in methods if method.is_default]
        expect(defaults == [reference], f"{reference} was made the default, and {defaults} are")
        chosen = next(method for method in methods if method.reference == reference)
        offered = Capability.SET_DEFAULT_METHOD in scene.gateway.capabilities(chosen)
        expect(not offered, "the default cannot be made the default")


def a_removed_method_is_gone(scene: ExamScene) -> None:
    """It is listed no more, and removing it again does no harm, though its key is forgotten."""
    customer = scene.customer()
    stays, goes, once = scene.good_method(customer), scene.good_method(customer), new_key()
    for key in (once, once, new_key()):
        scene.gateway.remove_method(method_reference=goes, key=key)
    listed = [method.reference for method in scene.gateway.list_methods(customer)]
    expect(listed == [stays], f"of {[stays, goes]} the second was removed, and {listed} are left")


def a_subscription_reads_whole(scene: ExamScene) -> None:
    """What was agreed, and what comes next."""
    customer, record = _running(scene)
    expect(record.customer_reference == customer, "it reads under another customer")
    expect(record.amount == AMOUNT, f"agreed {AMOUNT}, read {record.amount}")
    expect(
        (record.interval_unit, record.interval_count) == ("month", 1),
        "agreed for each month, and read otherwise",
    )
    expect(record.payments_total is None, "agreed without an end, and read with one")
    expect(record.state is SubscriptionState.ACTIVE, f"paid, and it reads as {record.state}")
    expect(record.next_payment_at is not None, "it goes on, and has no next payment")
    expect(record.next_amount in (AMOUNT, None), f"next is {AMOUNT}, read {record.next_amount}")
    listed = scene.gateway.list_subscriptions(customer).records
    expect(list(listed) == [record], f"listed {listed}, read alone {record}")


def a_subscription_has_a_method_of_its_own(scene: ExamScene) -> None:
    """The verb, a new reading and a repeated key agree; the default stays what it was."""
    customer, record = _running(scene)
    default, own, key = _default(scene, customer), scene.good_method(customer), new_key()
    scene.gateway.set_default_method(customer_reference=customer, method_reference=default, key=new_key())
    can = Capability.SET_SUBSCRIPTION_METHOD in scene.gateway.capabilities(record)
    expect(can, "the connection lets a subscription have its own method, and the subscription does not")
    for _ in range(2):
        changed = scene.gateway.set_subscription_method(
            subscription_reference=record.reference, method_reference=own, key=key
        )
        expect(changed.method_reference == own, f"given {own}, and it says {changed.method_reference!r}")
        _expect_read_back(scene, changed)
    still = _default(scene, customer)
    expect(still == default, f"the default was {default}; after a method for a subscription it is {still}")


def a_new_default_moves_no_subscription(scene: ExamScene) -> None:
    """Neither one with a method of its own, nor the method that another names: only what names none follows."""
    customer, record = _running(scene)
    own, default = scene.good_method(customer), scene.good_method(customer)
    scene.gateway.set_subscription_method(
        subscription_reference=record.reference, method_reference=own, key=new_key()
    )
    scene.gateway.set_default_method(customer_reference=customer, method_reference=default, key=new_key())
    expect(_default(scene, customer) == default, "a default was set, and another is")
    read = scene.gateway.read_subscription(record.reference)
    named = read.method_reference if read else "nothing"
    expect(named == own, f"the subscription's own method is {own}; after a new default it reads {named!r}")


def an_arrear_is_paid_with_the_method_that_its_subscription_was_given(scene: ExamScene) -> None:
    """Never "updated, but the old one is still charged": the open collectible follows its subscription."""
    customer = scene.customer()
    old = scene.good_method(customer)
    subscription = scene.subscription(customer, AMOUNT)
    collectible = scene.arrear(subscription)
    if not collectible:
        return
    new, already = scene.good_method(customer), len(scene.captured(customer))
    scene.gateway.set_subscription_method(
        subscription_reference=subscription, method_reference=new, key=new_key()
    )
    open_one = scene.gateway.read_collectible(collectible)
    named = open_one.method_reference if open_one else ""
    expect(named in ("", new), f"the subscription was given {new} instead of {old}; its bill names {named}")
    request = ChargeRequest(
        key=new_key(),
        tag=new_key(),
        amount=AMOUNT,
        customer_reference=customer,
        method_reference="",
        collectible=collectible,
    )
    outcome = scene.gateway.confirm_charge(scene.gateway.prepare_charge(request))
    expect_success(
        outcome, "an arrear, charged with what is on file after its subscription got a good method"
    )
    paid = len(scene.captured(customer)) - already
    expect(paid == 1, f"an arrear was paid, and the company took {paid} payments")


def a_cancel_is_scheduled(scene: ExamScene) -> None:
    """It goes on until a date, and can be undone until then where that is offered."""
    _, record = _running(scene)
    changed = scene.gateway.schedule_cancel(subscription_reference=record.reference, key=new_key())
    _expect_read_back(scene, changed)
    expect(changed.cancels_at is not None, "a cancel was scheduled, and has no date")
    expect(changed.state is SubscriptionState.ACTIVE, f"it goes on until then, and reads as {changed.state}")
    offered = scene.gateway.capabilities(changed)
    expect(Capability.SCHEDULE_CANCEL not in offered, "a cancel that is scheduled cannot be scheduled again")
    undone_at_all = Capability.UNDO_CANCEL in scene.gateway.capabilities()
    expect((Capability.UNDO_CANCEL in offered) == undone_at_all, "a scheduled cancel can be undone")


def a_scheduled_cancel_is_undone(scene: ExamScene) -> None:
    """Afterwards it is as if nothing had been scheduled."""
    _, record = _running(scene)
    scene.gateway.schedule_cancel(subscription_reference=record.reference, key=new_key())
    changed = scene.gateway.undo_cancel(subscription_reference=record.reference, key=new_key())
    _expect_read_back(scene, changed)
    expect(changed == record, f"before {record}, after scheduling and undoing {changed}")


def a_subscription_pauses_and_resumes(scene: ExamScene) -> None:
    """A pause may have an end, where the company keeps one; while it lasts, nothing is next."""
    _, record = _running(scene)
    keeps_end = Capability.PAUSE_UNTIL in scene.gateway.capabilities()
    until = scene.settings.now().replace(microsecond=0) + timedelta(days=60) if keeps_end else None
    paused = scene.gateway.pause(subscription_reference=record.reference, until=until, key=new_key())
    _expect_read_back(scene, paused)
    expect(paused.state is SubscriptionState.PAUSED, f"paused, and it reads as {paused.state}")
    expect(paused.resumes_at == until, f"paused until {until}, and it reads {paused.resumes_at}")
    offered = scene.gateway.capabilities(paused)
    expect(Capability.PAUSE not in offered, "what is paused cannot be paused")
    if Capability.RESUME in scene.gateway.capabilities():
        expect(Capability.RESUME in offered, "what is paused can be resumed")
        resumed = scene.gateway.resume(subscription_reference=record.reference, key=new_key())
        _expect_read_back(scene, resumed)
        expect(resumed.state is SubscriptionState.ACTIVE, f"resumed, and it reads as {resumed.state}")
        expect(resumed.resumes_at is None, "resumed, and it still has a date to resume")


def a_subscription_costs_less_for_a_while(scene: ExamScene) -> None:
    """It says how much less, and until when: two payments of a monthly one lie before that, and no third."""
    _, record = _running(scene)
    changed = scene.gateway.discount(
        subscription_reference=record.reference, percent=20, payments=2, key=new_key()
    )
    _expect_read_back(scene, changed)
    told = (changed.discount_percent, changed.amount)
    expect(told == (20, record.amount), f"20 per cent less than {record.amount}, and it reads {told}")
    offered = scene.gateway.capabilities(changed)
    expect(Capability.DISCOUNT not in offered, "what costs less already cannot be given another discount")
    ends_at, next_at = changed.discount_ends_at, record.next_payment_at
    if ends_at is None or next_at is None:
        expect(False, f"less for two payments from {next_at} on, until {ends_at}")
        return
    days = (ends_at - next_at).days
    expect(28 < days <= 62, f"less for two monthly payments, and it ends {days} days after the first")


def a_subscription_is_cancelled_now(scene: ExamScene) -> None:
    """It has ended, nothing is next, and nothing can be done with it; the same key does it once."""
    _, record = _running(scene)
    key = new_key()
    changed = scene.gateway.cancel_now(subscription_reference=record.reference, key=key)
    again = scene.gateway.cancel_now(subscription_reference=record.reference, key=key)
    expect(again == changed, "the same key gave another answer")
    _expect_read_back(scene, changed)
    expect(changed.state is SubscriptionState.CANCELED, f"cancelled, and it reads as {changed.state}")
    expect(changed.ended_at is not None, "cancelled, and it has no end")
    expect(changed.next_payment_at is None, "cancelled, and something is next")
    left = scene.gateway.capabilities(changed)
    expect(not left, f"cancelled, and these are still offered: {sorted(left)}")


CHOOSING_PARTS = [
    a_subscription_has_a_method_of_its_own,
    a_new_default_moves_no_subscription,
    an_arrear_is_paid_with_the_method_that_its_subscription_was_given,
]


def _running(scene: ExamScene) -> tuple[str, SubscriptionRecord]:
    customer = scene.customer()
    scene.good_method(customer)
    reference = scene.subscription(customer, AMOUNT)
    record = scene.gateway.read_subscription(reference)
    expect(record is not None, "a subscription that runs reads as None")
    assert record is not None  # noqa: S101  the line above says so in words
    return customer, record


def _default(scene: ExamScene, customer: str) -> str:
    """Give the default method; where none is, the first."""
    methods = scene.gateway.list_methods(customer)
    chosen = next((method for method in methods if method.is_default), methods[0])
    return chosen.reference


def _expect_read_back(scene: ExamScene, changed: SubscriptionRecord) -> None:
    read = scene.gateway.read_subscription(changed.reference)
    expect(read == changed, f"the verb gave {changed}, reading gives {read}")


def _reference(method: MethodRecord | None) -> str:
    return method.reference if method else ""
