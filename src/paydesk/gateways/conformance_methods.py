"""The exam about saved methods: entered at the company, one default, gone when removed."""

from __future__ import annotations

from paydesk.gateways.conformance_scene import ExamScene, expect, new_key
from paydesk.gateways.contract import Capability, MethodSetupRequest
from paydesk.gateways.records import MethodRecord


def a_repeated_key_makes_one_customer(scene: ExamScene) -> None:
    """A customer whose answer was lost is not made a second time."""
    key, email = new_key(), f"{new_key()}@example.com"
    first, again = (scene.gateway.create_customer(email=email, name="Exam", key=key) for _ in range(2))
    expect(first.reference == again.reference, "the same key made two customers")
    expect((first.email, first.name) == (email, "Exam"), f"made as {email!r}, and it reads as {first}")


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


def _reference(method: MethodRecord | None) -> str:
    return method.reference if method else ""
