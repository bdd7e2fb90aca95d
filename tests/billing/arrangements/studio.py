"""A studio whose customer pays two subscriptions with two cards, and what she may change about it."""

from collections.abc import Mapping

from paydesk.billing.arrangements.carry_out import LEASE, open_change
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.remove_method import remove_method
from paydesk.billing.arrangements.switch_method import switch_method
from paydesk.billing.arrangements.what_pays_what import Account, what_pays_what
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from tests.connected import Connected, connected
from tests.simulator import Simulator


def a_studio(simulator: Simulator) -> Connected:
    """Ada pays "Studio" with her usual card and "Kiln" with a card of its own."""
    scene = connected(simulator, card="good")
    own = scene.account.method(scene.customer, "good")
    scene.account.subscription(scene.customer, name="Studio")
    scene.account.subscription(scene.customer, name="Kiln", method=own)
    scene.take_over()
    return scene


def customer_of(scene: Connected) -> int:
    return (
        GatewayCustomer.objects.filter(merchant_id=scene.merchant.id)
        .values_list("customer_id", flat=True)
        .get()
        or 0
    )


def account_of(scene: Connected) -> Account:
    [account] = what_pays_what(
        merchant=scene.merchant, customer_id=customer_of(scene), now=scene.merchant.business_now()
    )
    return account


def ids_of(scene: Connected, *names: str) -> list[str]:
    mine = Subscription.objects.filter(merchant_id=scene.merchant.id, name__in=names)
    return list(mine.values_list("public_id", flat=True))


def what_pays(scene: Connected) -> Mapping[str, str]:
    """Say which card pays what, as the company says it now."""
    scene.take_over()
    account = account_of(scene)
    found = {one.subscription.name: one.paid_by.public_id for one in account.agreements if one.paid_by}
    return found | {"everything else": account.default.public_id if account.default else ""}


def switch(
    scene: Connected, method: str, *names: str, default: bool = False, removes: str = ""
) -> MethodChange:
    return switch_method(
        merchant=scene.merchant,
        customer_id=customer_of(scene),
        method_public_id=method,
        subscription_public_ids=ids_of(scene, *names),
        makes_default=default,
        removes_public_id=removes,
        now=clock.wall_now(),
    )


def remove(scene: Connected, method: str) -> MethodChange:
    return remove_method(
        merchant=scene.merchant,
        customer_id=customer_of(scene),
        method_public_id=method,
        now=clock.wall_now(),
    )


def reference_of(scene: Connected, public_id: str) -> str:
    return PaymentMethod.objects.get(merchant_id=scene.merchant.id, public_id=public_id).reference


def let_due(scene: Connected, change: MethodChange) -> None:
    """Let the time pass that a lease, or the pause after a silence, takes."""
    long_ago = clock.wall_now() - LEASE
    mine = MethodChange.objects.filter(merchant_id=scene.merchant.id, id=change.id)
    mine.update(due_at=long_ago)
    mine.filter(lease_until__isnull=False).update(lease_until=long_ago)


def state_of(scene: Connected, change: MethodChange) -> str:
    return MethodChange.objects.get(merchant_id=scene.merchant.id, id=change.id).state


def left_by_a_killed_process(scene: Connected, card: str, *, verb: str = "default") -> MethodChange:
    method = PaymentMethod.objects.get(merchant_id=scene.merchant.id, public_id=card)
    owner = GatewayCustomer.objects.select_related("connection").get(
        merchant_id=scene.merchant.id, id=method.gateway_customer_id
    )
    change = open_change(
        merchant=scene.merchant,
        owner=owner,
        plan=lambda _account: [[verb, "", method.reference]],
        method_id=None if verb == "remove" else method.id,
        removed_method_id=method.id if verb == "remove" else None,
    )
    assert change is not None
    return change
