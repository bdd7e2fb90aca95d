"""Set a scene in a few milliseconds: rows of ours, and an account of the company, as an import would have left them."""

from __future__ import annotations

from paydesk.billing.customers.models import Customer
from tests import builders
from tests.billing.charging.scene import Collecting
from tests.simulator import Simulator


def quick_scene(simulator: Simulator, *, card: str, slug: str) -> Collecting:
    """Connect a merchant to a vault where its customer Ada has one card, which is her default."""
    account = simulator.account("vault")
    ada = {"email": "ada@example.com", "name": "Ada", "methods": [{"card": card, "default": True}]}
    [made] = account.seed(ada)
    merchant = builders.merchant(slug, support_email="help@clay.example")
    connection = builders.connection(
        merchant,
        gateway="simulated-vault",
        name="Main",
        credentials=account.credentials,
        base_url=simulator.url,
    )
    customer = builders.customer(merchant, name="Ada", address="ada@example.com")
    builders.owner(customer, connection, made["id"])
    builders.method(customer, connection, reference=made["methods"][0], is_default=True)
    return Collecting(merchant=merchant, connection=connection, account=account, customer=made["id"])


def save_card(scene: Collecting, card: str) -> str:
    """Let the customer have a further card, here and there; gives our public id."""
    reference = scene.account.method(scene.customer, card)
    customer = Customer.objects.get(merchant_id=scene.merchant.id)
    return builders.method(customer, scene.connection, reference=reference).public_id
