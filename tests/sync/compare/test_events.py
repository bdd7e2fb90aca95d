"""Charges of customers who were lost are found in the company's events, by whatever name these give them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.gateways.contract import WebhookEvent
from paydesk.gateways.records import Page
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.gateways.stripe.events import named_by
from paydesk.kit import clock
from tests.simulator import Simulator
from tests.sync.compare.studio import Studio, backup, put_back, studio

pytestmark = pytest.mark.django_db(transaction=True)

#: The three that Stripe sends of one charge, by their kind: what each is about, and how its reference begins.
OF_ONE_CHARGE = {
    "payment_intent.created": ("payment_intent", "pi_"),
    "charge.succeeded": ("charge", ""),
    "payment_intent.succeeded": ("payment_intent", "pi_"),
}


def _events(charge: str, mark: str) -> Callable[..., Page[WebhookEvent]]:
    """List them as Stripe does, the newest first; an intent is no charge, and cannot be read as one."""

    def event(kind: str) -> WebhookEvent:
        thing, begins = OF_ONE_CHARGE[kind]
        told = {"id": f"{begins}{charge}", "object": thing, "metadata": {"paydesk_attempt": mark}}
        body = json.dumps({"data": {"object": told}}).encode()
        return WebhookEvent(event_id=kind, kind=kind, body=body, created_at=clock.wall_now())

    return lambda *_, **__: Page(records=[event(kind) for kind in reversed(OF_ONE_CHARGE)], next_cursor="")


def _charge_somebody_new(scene: Studio) -> tuple[str, str]:
    """Give the reference of the charge and its mark."""
    bo = scene.account.customer(email="bo@example.com", name="Bo")
    scene.account.method(bo, default=True)
    scene.take_over()
    owners = GatewayCustomer.objects.select_related("connection").filter(merchant_id=scene.merchant.id)
    scene.start(owner=owners.get(reference=bo), name="Wheel")
    scene.run()
    [attempt] = scene.attempts()
    return attempt.reference, attempt.public_id


def test_a_charge_of_which_stripe_s_events_name_the_intent_as_well_is_found(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clay = studio(simulator)
    with backup(tmp_path) as kept:
        charge, mark = _charge_somebody_new(clay)
        monkeypatch.setattr(VaultGateway, "list_events", _events(charge, mark))
        monkeypatch.setattr(VaultGateway, "webhook_references", lambda _, event: named_by(event))
        with put_back(kept):
            row = clay.compare()

            assert (row.state, row.events_count, clay.doubts()) == ("doubt", 3, ["unknown_charge"])
            clay.assert_books_are_the_company_s()
