"""The exam about webhooks: only what the company signed just now is believed, and it names what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import takewhile

from paydesk.gateways.conformance_scene import AMOUNT, ExamScene, Webhook, cases, expect, refusal
from paydesk.gateways.contract import (
    BadSignature,
    Capability,
    Gateway,
    ObjectKind,
    ObjectReference,
    WebhookEvent,
)

_TOO_OLD = timedelta(minutes=30)


def a_signed_webhook_is_believed(scene: ExamScene) -> None:
    """It has an id to be stored under once, and the same bytes give the same id."""
    webhook = _webhook(scene)
    first, again = _verify(scene.gateway, webhook), _verify(scene.gateway, webhook)
    expect(bool(first.event_id) and bool(first.kind), f"a webhook without an id or a kind: {first}")
    expect(first == again, "the same webhook reads in two ways")
    expect(first.body == webhook.body, "the body is kept as it came")


def a_webhook_of_a_stranger_is_refused(scene: ExamScene) -> None:
    """Another secret, another merchant's secret: both are a stranger's."""
    _expect_refused(scene.gateway, _webhook(scene, honest=False), "it was signed with another secret")


def a_webhook_that_was_changed_is_refused(scene: ExamScene) -> None:
    """One byte is enough, at the front, in the middle and at the end."""
    webhook = _webhook(scene)
    middle = len(webhook.body) // 2
    changed = {
        "one byte was added": webhook.body + b" ",
        "the last byte is missing": webhook.body[:-1],
        "a byte in the middle was changed": webhook.body[:middle] + b"\x00" + webhook.body[middle + 1 :],
        "it is empty": b"",
    }
    for words, body in changed.items():
        _expect_refused(scene.gateway, replace(webhook, body=body), words)


def a_webhook_without_a_signature_is_refused(scene: ExamScene) -> None:
    """No header at all, and headers that make no sense."""
    webhook = _webhook(scene)
    _expect_refused(scene.gateway, replace(webhook, headers={}), "it has no headers")
    for garbage in ("", "t=,v1=", "t=1,v1=00", "\u20ac", "t=99999999999999999999,v1=" + "0" * 64):
        garbled: Mapping[str, str] = dict.fromkeys(webhook.headers, garbage)
        _expect_refused(scene.gateway, replace(webhook, headers=garbled), f"its headers say {garbage!r}")


def an_old_webhook_is_refused_by_the_clock_that_was_handed_in(scene: ExamScene) -> None:
    """A recording of last hour is refused; so is one of now, when Settings say that it is later."""
    old = scene.webhook(None, signed_at=scene.settings.now() - _TOO_OLD)
    _expect_refused(scene.gateway, old, "it was signed half an hour ago")
    later = scene.settings.now() + _TOO_OLD
    gateway = type(scene.gateway)(replace(scene.settings, now=lambda: later))
    _expect_refused(gateway, _webhook(scene), "the clock that was handed in says that it is half an hour old")


def a_webhook_of_an_unknown_kind_names_nothing(scene: ExamScene) -> None:
    """It is kept and counted; it must not break the inbox."""
    named = scene.gateway.webhook_references(_verify(scene.gateway, _webhook(scene)))
    expect(list(named) == [], f"a webhook of an unknown kind names {named}")


def a_webhook_names_what_has_changed(scene: ExamScene) -> None:
    """Whatever a webhook is about is named by kind and reference, so that it can be read again."""
    customer = scene.customer()
    about = [
        ObjectReference(kind=ObjectKind.CUSTOMER, reference=customer),
        ObjectReference(kind=ObjectKind.COLLECTIBLE, reference=scene.paid(customer, AMOUNT)),
    ]
    if Capability.CANCEL_NOW in scene.gateway.capabilities():
        scene.good_method(customer)
        subscription = scene.subscription(customer, AMOUNT)
        about.append(ObjectReference(kind=ObjectKind.SUBSCRIPTION, reference=subscription))
    for wanted in about:
        named = _named(scene, wanted)
        expect(
            (wanted.kind, wanted.reference) in [(found.kind, found.reference) for found in named],
            f"a webhook about {wanted} names {named}",
        )


def a_webhook_about_our_charge_leads_to_our_attempt(scene: ExamScene) -> None:
    """By its tag, or by the collectible that it pays."""
    for case in cases(scene, scene.good_method):
        outcome = scene.gateway.confirm_charge(scene.gateway.prepare_charge(case.request))
        charge = ObjectReference(kind=ObjectKind.CHARGE, reference=outcome.reference, tag=case.request.tag)
        named = _named(scene, charge)
        by_tag = any(found.tag == case.request.tag for found in named)
        by_reference = {found.reference for found in named} & {case.request.collectible, outcome.reference}
        expect(by_tag or bool(by_reference), f"{case.way}: a webhook about it names {named}")


def what_happened_is_listed_the_newest_first(scene: ExamScene) -> None:
    """So that what no webhook told is found: list back to what is known, and read what was named since."""
    _news(scene)
    known = next(iter(scene.gateway.list_events().records), None)
    expect(known is not None, "something happened, and no event is listed")
    new = _news(scene)
    changed = scene.paid(scene.customer(), AMOUNT)
    news = list(takewhile(lambda event: known and event.event_id != known.event_id, _events(scene)))
    moments = [event.created_at for event in news]
    expect(moments == sorted(moments, reverse=True), "events are not listed the newest first")
    expect(len({event.event_id for event in news}) == len(news), "an event is listed twice")
    named = {found.reference for event in news for found in scene.gateway.webhook_references(event)}
    expect({new, changed} <= named, f"{new} and {changed} are new, and the events name {named}")


def events_are_listed_back_to_the_oldest(scene: ExamScene) -> None:
    """Page by page, nothing left out and nothing twice: an outage of days is made up for."""
    made = {_news(scene) for _ in range(5)}
    listed = list(_events(scene))
    expect(len({event.event_id for event in listed}) == len(listed), "an event is listed twice")
    named = {found.reference for event in listed for found in scene.gateway.webhook_references(event)}
    expect(made <= named, f"of five that are new {len(made - named)} are in no event that is listed")


LISTING_PARTS = [what_happened_is_listed_the_newest_first, events_are_listed_back_to_the_oldest]

PARTS = [
    a_signed_webhook_is_believed,
    a_webhook_of_a_stranger_is_refused,
    a_webhook_that_was_changed_is_refused,
    a_webhook_without_a_signature_is_refused,
    an_old_webhook_is_refused_by_the_clock_that_was_handed_in,
    a_webhook_of_an_unknown_kind_names_nothing,
    a_webhook_names_what_has_changed,
    a_webhook_about_our_charge_leads_to_our_attempt,
]


def _news(scene: ExamScene) -> str:
    """Make a customer, or a payment where the company keeps no customers; gives what an event has to name."""
    customer = scene.customer()
    keeps_customers = Capability.LIST_CUSTOMERS in scene.gateway.capabilities()
    return customer if keeps_customers else scene.paid(customer, AMOUNT)


def _events(scene: ExamScene) -> Iterator[WebhookEvent]:
    """List every event, page after page."""
    cursor = ""
    while True:
        page = scene.gateway.list_events(cursor=cursor)
        yield from page.records
        expect(page.next_cursor != cursor or not cursor, "a cursor leads to its own page")
        cursor = page.next_cursor
        if not cursor:
            return


def _webhook(scene: ExamScene, *, honest: bool = True) -> Webhook:
    return scene.webhook(None, signed_at=scene.settings.now(), honest=honest)


def _named(scene: ExamScene, about: ObjectReference) -> list[ObjectReference]:
    webhook = scene.webhook(about, signed_at=scene.settings.now())
    return list(scene.gateway.webhook_references(_verify(scene.gateway, webhook)))


def _verify(gateway: Gateway, webhook: Webhook) -> WebhookEvent:
    return gateway.verify_webhook(body=webhook.body, headers=webhook.headers)


def _expect_refused(gateway: Gateway, webhook: Webhook, why: str) -> None:
    words = f"a webhook was to be refused with BadSignature, since {why}"
    refusal(BadSignature, partial(_verify, gateway, webhook), words)
