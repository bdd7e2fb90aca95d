"""Webhooks: nothing is written for a forged one, a good one is stored once, and what it names is read again."""

import json
from datetime import timedelta
from random import Random

import pytest
from django.db.backends.signals import connection_created
from django.test import Client

from paydesk.billing.payments.reread import NotThere
from paydesk.config.schedule import QUEUES
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.sync.models import InboxEvent
from paydesk.sync.work_inbox import sweep_inbox
from paydesk.work.queues import claim_of, work_one
from tests.connected import Connected, connected
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
[INBOX] = [queue for queue in QUEUES if queue.name == "inbox"]


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def _send(scene: Connected, body: bytes, headers: dict[str, str], slug: str = "clay") -> int:
    address = f"/m/{slug}/hooks/{scene.connection.uuid}"
    answer = Client().post(
        address, data=body, content_type="application/json", headers={"host": "127.0.0.1:8000", **headers}
    )
    return answer.status_code


def _work_off() -> int:
    taken = claim_of(INBOX, most=500, now=clock.wall_now())
    for one in taken:
        work_one(INBOX, one, clock=clock.wall_now)
    return len(taken)


def _stored() -> int:
    return InboxEvent.objects.count()


def _pay_elsewhere(scene: Connected) -> None:
    """The company collects by itself: the customer's new card pays the bill on the company's next try."""
    scene.account.method(scene.customer, "good", default=True)
    scene.account.advance(days=2)


def test_a_webhook_that_cannot_be_judged_now_is_sent_again_by_the_company(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_self: object, **_: object) -> None:
        raise GatewayUnreachable("Neither its certificate nor the company could be reached.")

    body, headers = clay.webhooks()[-1]
    with monkeypatch.context() as patch:
        patch.setattr(BillingGateway, "verify_webhook", unreachable)
        assert _send(clay, body, headers) == 503
    assert _stored() == 0
    assert _send(clay, body, headers) == 204


def test_a_webhook_that_is_judged_here_costs_no_new_connection(clay: Connected) -> None:
    """On PostgreSQL it would be a new process of the server for each."""
    first, *others = clay.webhooks()
    assert _send(clay, *first) == 204
    opened: list[object] = []
    connection_created.connect(keep := lambda **_: opened.append(1))
    try:
        assert others
        assert {_send(clay, *other) for other in others} == {204}
    finally:
        connection_created.disconnect(keep)
    assert opened == []


def test_a_forged_webhook_writes_nothing(simulator: Simulator, clay: Connected) -> None:
    body, headers = clay.webhooks()[-1]
    stranger = simulator.account("billing")
    forgeries = [
        (body + b" ", headers),
        (body, {}),
        (body, clay.account.signed(body, age=301)),
        (body, clay.account.signed(body, age=-330)),
        (body, stranger.signed(body)),
        (body, clay.account.signed(body, secret="guessed")),
        (b"", clay.account.signed(b"x")),
    ]

    assert [_send(clay, *forgery) for forgery in forgeries] == [400] * len(forgeries)
    assert _stored() == 0


def test_an_event_is_stored_once_however_often_it_comes(clay: Connected) -> None:
    body, headers = clay.webhooks()[-1]

    assert [_send(clay, body, headers) for _ in range(5)] == [204] * 5
    assert _stored() == 1


def test_another_merchants_address_takes_nothing(simulator: Simulator, clay: Connected) -> None:
    connected(simulator, slug="wool")
    body, headers = clay.webhooks()[-1]

    assert _send(clay, body, headers, slug="wool") == 404
    assert _send(clay, body, headers, slug="nobody") == 404
    assert _stored() == 0


def test_a_body_of_more_than_a_mebibyte_is_refused(clay: Connected) -> None:
    body = json.dumps({"x": "y" * 1024 * 1024}).encode()

    assert _send(clay, body, clay.account.signed(body)) == 413
    assert _stored() == 0


def test_a_webhook_has_the_current_state_read_and_mirrored(clay: Connected) -> None:
    _pay_elsewhere(clay)
    assert clay.payment().state == "failed"
    for body, headers in clay.webhooks():
        _send(clay, body, headers)
    _work_off()

    assert clay.payment().state == "paid"
    assert clay.charged() == clay.moved()
    assert InboxEvent.objects.filter(worked_at__isnull=True).count() == 0


@pytest.mark.parametrize("seed", range(4))
def test_duplicates_in_any_order_end_in_the_truth(clay: Connected, seed: int) -> None:
    _pay_elsewhere(clay)
    mixed = clay.webhooks() * 3
    Random(seed).shuffle(mixed)  # noqa: S311 - a failing order is repeated by its seed.
    for body, headers in mixed:
        _send(clay, body, headers)
        _work_off()

    assert (clay.payment().state, clay.payment().paid_minor) == ("paid", 4900)
    assert clay.charged() == clay.moved()
    assert len(clay.attempts()) == 2


def test_an_object_that_the_company_does_not_know_yet_is_asked_for_again(clay: Connected) -> None:
    event = json.loads(clay.webhooks()[-1][0])
    body = json.dumps(event).replace(clay.payment().reference, "bill_of_tomorrow").encode()
    assert _send(clay, body, clay.account.signed(body)) == 204
    _work_off()

    [row] = InboxEvent.objects.all()
    assert row.worked_at is None
    assert row.due_at is not None
    assert row.due_at > clock.wall_now()
    assert NotThere.__name__ in row.trouble


def test_an_unknown_kind_is_kept_and_done(clay: Connected) -> None:
    event = json.loads(clay.webhooks()[-1][0]) | {"type": "moon.rose", "kind": "moon.rose"}
    body = json.dumps(event).encode()
    _send(clay, body, clay.account.signed(body))
    _work_off()

    [row] = InboxEvent.objects.all()
    assert row.worked_at is not None


def test_a_company_that_is_down_is_asked_again_later(clay: Connected) -> None:
    _pay_elsewhere(clay)
    body, headers = clay.webhooks()[-1]
    _send(clay, body, headers)
    clay.account.fault("error_before", operation="*", times=5)
    _work_off()
    assert clay.payment().state == "failed"

    clay.account.no_faults()
    InboxEvent.objects.update(due_at=clock.wall_now())
    _work_off()
    assert clay.payment().state == "paid"


def test_what_was_stored_and_forgotten_is_swept_up(clay: Connected) -> None:
    body, headers = clay.webhooks()[-1]
    _send(clay, body, headers)
    InboxEvent.objects.update(due_at=None)
    sweep_inbox(clock.wall_now())
    assert _work_off() == 0

    sweep_inbox(clock.wall_now() + timedelta(minutes=11))
    assert InboxEvent.objects.filter(due_at__isnull=False).count() == 1
