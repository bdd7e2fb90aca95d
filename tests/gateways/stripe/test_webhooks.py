"""Webhooks of Stripe: who signed them, and what they name."""

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

import pytest

from paydesk.gateways.contract import BadSignature, ObjectKind, WebhookEvent
from paydesk.gateways.stripe.gateway import StripeGateway
from tests.stripe_scene import Object, StripeScene

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
INVOICE: Object = {"id": "in_1", "object": "invoice", "status": "open"}


@pytest.fixture
def at_noon(stripe_scene: StripeScene) -> StripeGateway:
    return StripeGateway(stripe_scene.settings(now=lambda: NOW))


def named(gateway: StripeGateway, thing: Object) -> list[tuple[ObjectKind, str, str]]:
    body = json.dumps({"data": {"object": thing}}).encode()
    event = WebhookEvent(event_id="evt_1", kind="any", body=body, created_at=NOW)
    return [(one.kind, one.reference, one.tag) for one in gateway.webhook_references(event)]


def test_a_body_that_was_changed_or_signed_by_another_is_refused(
    stripe_scene: StripeScene, at_noon: StripeGateway
) -> None:
    body, headers = stripe_scene.signed_event("invoice.paid", INVOICE, at=NOW)

    for forged_body, forged_headers in (
        (body.replace(b"in_1", b"in_2"), headers),
        (body, {"stripe-signature": headers["stripe-signature"].replace("v1=", "v1=0")}),
        (body, {"stripe-signature": "nonsense"}),
        (body, {}),
        (b"\xff\xfe", headers),
    ):
        with pytest.raises(BadSignature):
            at_noon.verify_webhook(body=forged_body, headers=forged_headers)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_from_another_time_is_refused(
    stripe_scene: StripeScene, at_noon: StripeGateway, minutes: int
) -> None:
    body, headers = stripe_scene.signed_event("invoice.paid", INVOICE, at=NOW + timedelta(minutes=minutes))

    with pytest.raises(BadSignature):
        at_noon.verify_webhook(body=body, headers=headers)


def test_a_good_signature_gives_the_event(stripe_scene: StripeScene, at_noon: StripeGateway) -> None:
    body, headers = stripe_scene.signed_event(
        "invoice.paid", INVOICE, at=NOW - timedelta(minutes=4), event_id="evt_7"
    )

    event = at_noon.verify_webhook(body=body, headers=headers)

    assert (event.event_id, event.kind, event.body) == ("evt_7", "invoice.paid", body)
    assert event.created_at == NOW - timedelta(minutes=4)


def test_what_localstripe_delivers_by_itself_is_believed_and_names_the_invoice(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    came: Queue[tuple[bytes, dict[str, str]]] = Queue()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.put((body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        stripe_scene.send_webhooks_to(f"http://127.0.0.1:{server.server_port}/")
        due = stripe_scene.past_due()
        references: set[str] = set()
        while due.paid_invoice not in references:
            body, headers = came.get(timeout=10)
            event = gateway.verify_webhook(body=body, headers=headers)
            references |= {named.reference for named in gateway.webhook_references(event)}
        server.shutdown()


def test_an_event_names_what_is_read_again(gateway: StripeGateway) -> None:
    tagged = {"paydesk_attempt": "attempt-1"}

    assert named(gateway, INVOICE) == [(ObjectKind.COLLECTIBLE, "in_1", "")]
    assert named(gateway, {"id": "ch_1", "object": "charge"}) == [(ObjectKind.COLLECTIBLE, "ch_1", "")]
    assert named(gateway, {"id": "sub_1", "object": "subscription"}) == [
        (ObjectKind.SUBSCRIPTION, "sub_1", "")
    ]
    assert named(gateway, {"id": "cus_1", "object": "customer"}) == [(ObjectKind.CUSTOMER, "cus_1", "")]
    assert named(gateway, {"id": "pm_1", "object": "payment_method", "customer": "cus_1"}) == [
        (ObjectKind.CUSTOMER, "cus_1", "")
    ]
    assert named(gateway, {"id": "pi_1", "object": "payment_intent", "metadata": tagged}) == [
        (ObjectKind.CHARGE, "pi_1", "attempt-1")
    ]
    assert named(gateway, {"id": "re_1", "object": "refund", "charge": "ch_1", "metadata": tagged}) == [
        (ObjectKind.REFUND, "re_1", "attempt-1"),
        (ObjectKind.COLLECTIBLE, "ch_1", ""),
    ]
    assert named(gateway, {"id": "dp_1", "object": "dispute", "charge": "ch_1"}) == [
        (ObjectKind.DISPUTE, "dp_1", ""),
        (ObjectKind.COLLECTIBLE, "ch_1", ""),
    ]
    assert named(gateway, {"id": "seti_1", "object": "setup_intent"}) == [
        (ObjectKind.METHOD_SETUP, "seti_1", "")
    ]


def test_an_event_that_we_do_not_know_or_that_changes_nothing_names_nothing(gateway: StripeGateway) -> None:
    assert named(gateway, {"id": "po_1", "object": "payout"}) == []
    assert named(gateway, {"brand": "new"}) == []
    assert named(gateway, {"id": "in_1", "object": "invoice", "status": "draft"}) == []
    assert named(gateway, {"id": "pi_1", "object": "payment_intent", "metadata": {}}) == []
    assert named(gateway, {"id": "pm_1", "object": "payment_method", "customer": None}) == []


def test_a_card_that_was_taken_off_elsewhere_names_whose_it_was(gateway: StripeGateway) -> None:
    gone = {"id": "pm_1", "object": "payment_method", "customer": None}
    told = {"data": {"object": gone, "previous_attributes": {"customer": "cus_1"}}}
    event = WebhookEvent(event_id="evt_1", kind="any", body=json.dumps(told).encode(), created_at=NOW)

    [named_one] = gateway.webhook_references(event)

    assert (named_one.kind, named_one.reference) == (ObjectKind.CUSTOMER, "cus_1")


def test_events_are_listed_the_newest_first_and_read_like_webhooks(
    stripe_scene: StripeScene, gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no webhook told is found: page after page back to what is known already."""
    monkeypatch.setattr("paydesk.gateways.stripe.gateway.PAGE", 2)
    minutes = [1, 2, 3, 4, 5]
    made = [
        stripe_scene.happened(
            "invoice.paid", {**INVOICE, "id": f"in_{minute}"}, at=NOW + timedelta(minutes=minute)
        )
        for minute in minutes
    ]

    listed: list[WebhookEvent] = []
    cursor = ""
    while not listed or cursor:
        page = gateway.list_events(cursor=cursor)
        assert len(page.records) <= 2
        listed += page.records
        cursor = page.next_cursor

    assert [event.event_id for event in listed] == made[::-1]
    assert [event.created_at for event in listed] == [NOW + timedelta(minutes=one) for one in minutes[::-1]]
    assert {event.kind for event in listed} == {"invoice.paid"}
    named_all = [one.reference for event in listed for one in gateway.webhook_references(event)]
    assert named_all == [f"in_{minute}" for minute in minutes[::-1]]
