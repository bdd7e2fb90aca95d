"""The exam about what a gateway is made with, what it says of itself, and what it must never say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from paydesk.gateways.conformance_scene import AMOUNT, ExamScene, expect, new_key, refusal
from paydesk.gateways.contract import (
    Capability,
    ChargeRequest,
    Gateway,
    GatewayRefused,
    GatewayUnreachable,
    NotOffered,
    RefundRequest,
)
from paydesk.gateways.method_setup import MethodSetupRequest
from paydesk.gateways.records import BillingDetails, CollectibleRecord, MethodRecord

#: The operations whose keys a company remembers for a while (R5).
OPERATIONS = {"charge", "refund", "method", "subscription"}
#: Port 9 discards; nobody listens there on a machine that runs tests.
_NOWHERE = "http://127.0.0.1:9"
_CARD_DATA = {
    "number=4242424242424242&cvc=987": ("4242424242424242", "987"),
    '{"number": "4242 4242 4242 4242", "cvc": "987"}': ("4242 4242", "987"),
    "card 4242-4242-4242-4242 was declined": ("4242-4242",),
}


def it_says_what_it_is_and_what_it_needs(scene: ExamScene) -> None:
    """A name for the registry, a title for people, its credentials, and how long its keys are good for."""
    gateway = type(scene.gateway)
    expect(
        bool(gateway.NAME) and gateway.NAME.lower() == gateway.NAME,
        f"{gateway.NAME!r} is no name for a registry",
    )
    expect(bool(gateway.TITLE), "a title is missing")
    strange = set(scene.settings.credentials) - set(gateway.CREDENTIALS)
    expect(not strange, f"credentials that it does not name: {strange}")
    expect(
        set(gateway.KEY_MEMORY) >= OPERATIONS, f"KEY_MEMORY is missing {OPERATIONS - set(gateway.KEY_MEMORY)}"
    )
    spans = (*gateway.KEY_MEMORY.values(), gateway.LISTING_LAG, gateway.STALE_AFTER)
    expect(
        all(span >= timedelta(0) for span in spans), "a memory, a lag or a time to believe is not negative"
    )
    expect(bool(scene.gateway.check().name), "`check` gives the company's name for this account")


def the_base_url_is_obeyed(scene: ExamScene) -> None:
    """Pointed at nowhere, nothing is reached."""
    gateway = type(scene.gateway)(replace(scene.settings, base_url=_NOWHERE))
    raised = refusal(GatewayUnreachable, gateway.check, "nobody listens at its base URL")
    _expect_no_secret(scene, str(raised), "the words of GatewayUnreachable")


def wrong_credentials_are_noticed(scene: ExamScene) -> None:
    """`check` raises, and does not repeat the secret."""
    wrong = {name: f"{value}x" for name, value in scene.settings.credentials.items()}
    gateway = type(scene.gateway)(replace(scene.settings, credentials=wrong))
    raised = refusal((GatewayRefused, GatewayUnreachable), gateway.check, "its credentials are wrong")
    for name, value in wrong.items():
        expect(value not in str(raised), f"the words of {type(raised).__name__} tell the {name}")


def what_is_missing_raises_not_offered(scene: ExamScene) -> None:
    """Asking for what is not offered is our bug, and must be seen: nothing is done in silence."""
    for capability, ask in _asks(scene.gateway).items():
        if capability not in scene.gateway.capabilities():
            refusal(NotOffered, ask, f"{capability} is not offered, so asking has to raise NotOffered")


def asking_for_capabilities_asks_no_network(scene: ExamScene) -> None:
    """A page asks for each object that it shows; what one object offers, the connection offers."""
    customer = scene.customer()
    scene.good_method(customer)
    methods = scene.gateway.list_methods(customer)
    scene.paid(customer, AMOUNT)
    subjects: list[CollectibleRecord | MethodRecord] = [
        *scene.gateway.list_history(customer).records,
        *methods,
    ]
    expect(len(subjects) > len(methods), "a collectible was paid, and none is listed")
    unplugged = type(scene.gateway)(replace(scene.settings, base_url=_NOWHERE))
    offered = unplugged.capabilities()
    expect(offered == scene.gateway.capabilities(), "what is offered depends on the network")
    for subject in subjects:
        more = unplugged.capabilities(subject) - offered
        expect(not more, f"an object offers what its connection does not: {sorted(more)}")


def transcripts_are_scrubbed(scene: ExamScene) -> None:
    """No credential, card number or security code survives; the rest can still be read."""
    secrets = {name: value for name, value in scene.settings.credentials.items() if len(value) >= 8}
    for name, value in secrets.items():
        for transcript in (
            f"Authorization: Bearer {value}",
            f'{{"{name}": "{value}"}}',
            f"https://x/?key={value}",
        ):
            scrubbed = scene.gateway.scrub(transcript)
            expect(value not in scrubbed, f"the credential {name} survives in a transcript")
    for transcript, forbidden in _CARD_DATA.items():
        scrubbed = scene.gateway.scrub(transcript)
        for piece in forbidden:
            expect(piece not in scrubbed, f"card data survives: {scrubbed!r}")
    harmless = "POST /charges answered 402, declined"
    expect(scene.gateway.scrub(harmless) == harmless, "a transcript without secrets stays as it is")


def _expect_no_secret(scene: ExamScene, words: str, where: str) -> None:
    for name, value in scene.settings.credentials.items():
        expect(value not in words, f"{where} tell the {name}")


def _asks(gateway: Gateway) -> Mapping[Capability, Callable[[], object]]:
    """Give one way to ask for each capability."""
    key = new_key()
    charge = ChargeRequest(
        key=key, tag=key, amount=AMOUNT, customer_reference="none", method_reference="none"
    )
    setup = MethodSetupRequest(key=key, customer_reference="none", return_url="https://merchant.example/back")
    default = {"customer_reference": "none", "method_reference": "none", "key": key}
    subscription = {"subscription_reference": "none", "key": key}
    refund = RefundRequest(key=key, tag=key, charge_reference="none", amount=AMOUNT)
    return {
        Capability.LIST_CUSTOMERS: gateway.list_customers,
        Capability.UPDATE_CUSTOMER: partial(
            gateway.update_customer, customer_reference="none", details=BillingDetails(), key=key
        ),
        Capability.SET_UP_METHOD: partial(gateway.begin_method_setup, setup),
        Capability.SET_DEFAULT_METHOD: partial(gateway.set_default_method, **default),
        Capability.SET_SUBSCRIPTION_METHOD: partial(
            gateway.set_subscription_method, **subscription, method_reference="none"
        ),
        Capability.REMOVE_METHOD: partial(gateway.remove_method, method_reference="none", key=key),
        Capability.CHARGE_OFF_SESSION: partial(gateway.prepare_charge, charge),
        Capability.RETRY_COLLECTIBLE: partial(gateway.prepare_charge, replace(charge, collectible="none")),
        Capability.REFUND: partial(gateway.refund, refund),
        Capability.CANCEL_NOW: partial(gateway.cancel_now, **subscription),
        Capability.SCHEDULE_CANCEL: partial(gateway.schedule_cancel, **subscription),
        Capability.UNDO_CANCEL: partial(gateway.undo_cancel, **subscription),
        Capability.PAUSE: partial(gateway.pause, **subscription, until=None),
        Capability.PAUSE_UNTIL: partial(
            gateway.pause, **subscription, until=datetime(2100, 1, 1, tzinfo=UTC)
        ),
        Capability.RESUME: partial(gateway.resume, **subscription),
        Capability.DISCOUNT: partial(gateway.discount, **subscription, percent=20, payments=2),
        Capability.DOCUMENTS: partial(gateway.documents, "none"),
        Capability.LIST_EVENTS: gateway.list_events,
    }
