"""What a customer writes about themselves stands on the next bill that a payment company makes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from paydesk.billing.customers.details.keep import details_of, keep_details
from paydesk.billing.customers.details.written import Written
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.events.models import Event
from paydesk.gateways import http
from paydesk.gateways.records import BillingDetails
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.sync.import_history import import_history
from tests.connected import Connected, connected, revoke_key, work_off
from tests.simulator import SimulatedAccount, Simulator

pytestmark = pytest.mark.django_db(transaction=True)

HARBOUR = Written(
    name="Ada Okafor",
    company="Okafor Keramiek B.V.",
    country="NL",
    street="Voorbeeldkade 12\n2nd floor",
    city="Amsterdam",
    postal_code="1011 AA",
)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def write(scene: Connected, said: Written = HARBOUR) -> None:
    """Keep what the customer wrote on a page that shows what is kept."""
    owner = GatewayCustomer.objects.get(merchant_id=scene.merchant.id, connection_id=scene.connection.id)
    whose = {"merchant_id": scene.merchant.id, "customer_id": owner.customer_id or 0}
    seen = details_of(**whose).version
    keep_details(**whose, written=said, seen_version=seen, languages=["en"], now=clock.wall_now())


def made_out_to(account: SimulatedAccount, customer: str) -> BillingDetails | None:
    """Give whom a bill is made out to that the company makes now."""
    record = BillingGateway(account.settings()).read_collectible(str(account.bill(customer)["id"]))
    assert record
    return record.billing


def told(scene: Connected, account: SimulatedAccount | None = None, customer: str = "") -> tuple[str, str]:
    """Give name and city on it."""
    billing = made_out_to(account or scene.account, customer or scene.customer)
    return (billing.name, billing.city) if billing else ("", "")


def waiting(scene: Connected) -> int:
    """Count the events that are not delivered yet."""
    return Event.objects.filter(merchant_id=scene.merchant.id, due_at__isnull=False).count()


def due_now(scene: Connected) -> None:
    """Let the pause before the next try be over."""
    Event.objects.filter(merchant_id=scene.merchant.id, due_at__isnull=False).update(due_at=clock.wall_now())


def test_a_company_that_is_silent_is_asked_again(clay: Connected) -> None:
    work_off("events")
    write(clay)
    clay.account.fault("error_before", operation="customer.update", times=1)
    work_off("events")
    assert waiting(clay) == 1
    assert told(clay) == ("", "")

    due_now(clay)
    work_off("events")
    assert waiting(clay) == 0
    assert told(clay) == ("Okafor Keramiek B.V.", "Amsterdam")


def test_a_company_that_refuses_is_not_asked_again(clay: Connected, caplog: pytest.LogCaptureFixture) -> None:
    work_off("events")
    write(clay)
    revoke_key(clay)
    work_off("events")
    assert waiting(clay) == 0
    assert "were not taken" in caplog.text
    assert told(clay) == ("", "")


def test_the_next_bill_is_made_out_to_what_was_written(clay: Connected) -> None:
    write(clay)
    work_off("events")
    billing = made_out_to(clay.account, clay.customer)

    assert billing
    assert billing.name == "Okafor Keramiek B.V."
    assert list(billing.street) == ["Voorbeeldkade 12", "2nd floor"]
    assert (billing.postal_code, billing.country) == ("1011 AA", "NL")


def test_a_district_stands_under_the_street(clay: Connected) -> None:
    saopaulo = Written(
        name="Ada",
        country="BR",
        street="Rua Exemplo 5",
        district="Centro",
        city="São Paulo",
        region="SP",
        postal_code="01310-100",
    )
    write(clay, saopaulo)
    work_off("events")
    billing = made_out_to(clay.account, clay.customer)

    assert billing
    assert list(billing.street) == ["Rua Exemplo 5", "Centro"]


def test_who_wrote_no_address_leaves_the_one_that_the_company_has(clay: Connected) -> None:
    """The customer never saw it here: a new name alone must not take it off, nor what stands beside it."""
    theirs = {"name": "Ada", "city": "Utrecht", "email": "bills@example.com", "tax_ids": ["NL123"]}
    clay.account.control(f"/customers/{clay.customer}", billing=theirs)
    write(clay, Written(name="Ada Okafor"))
    work_off("events")
    assert told(clay) == ("Ada Okafor", "Utrecht")

    write(clay)
    work_off("events")
    billing = made_out_to(clay.account, clay.customer)
    assert billing
    assert (billing.email, list(billing.tax_ids)) == ("bills@example.com", ["NL123"])


def test_a_language_is_nothing_that_a_company_is_told(clay: Connected) -> None:
    write(clay)
    work_off("events")
    write(clay, replace(HARBOUR, language="en", tax_id="NL123456789B13"))
    assert waiting(clay) == 0


def test_a_language_that_was_chosen_since_holds_no_address_back(clay: Connected) -> None:
    write(clay)
    write(clay, replace(HARBOUR, language="en"))
    work_off("events")
    assert told(clay) == ("Okafor Keramiek B.V.", "Amsterdam")


def test_an_older_address_is_not_told_after_a_newer_one(clay: Connected) -> None:
    write(clay)
    write(clay, replace(HARBOUR, city="Utrecht"))
    work_off("events")
    assert told(clay)[1] == "Utrecht"


def test_an_address_that_is_overtaken_on_its_way_is_told_again(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older one arrives after the newer one, that another worker told: the newer one has the last word."""
    work_off("events")
    write(clay)
    send = http.send
    newer = [replace(HARBOUR, city="Utrecht")]

    def slowly(request: http.HttpRequest, **how: Any) -> http.HttpAnswer:
        if newer:
            write(clay, newer.pop())
            work_off("events")
        return send(request, **how)

    monkeypatch.setattr(http, "send", slowly)
    work_off("events")
    assert waiting(clay) == 1
    work_off("events")
    assert waiting(clay) == 0
    assert told(clay)[1] == "Utrecht"


def test_every_company_of_the_customer_is_told_though_the_first_is_silent(
    simulator: Simulator, clay: Connected
) -> None:
    other = simulator.account("billing")
    customer = other.customer()
    wanted = ConnectionWanted(
        uuid=connection_uuid(merchant_id=clay.merchant.id, gateway="simulated-billing", name="Second"),
        gateway="simulated-billing",
        name="Second",
        credentials=other.credentials,
        base_url=simulator.url,
    )
    second = open_connection(wanted, merchant=clay.merchant, now=clock.wall_now())
    import_history(merchant=clay.merchant, connection=second, on_progress=lambda _: None)
    work_off("events")
    write(clay)
    clay.account.fault("error_before", operation="customer.update", times=1)
    work_off("events")
    assert told(clay, other, customer) == ("Okafor Keramiek B.V.", "Amsterdam")
    assert told(clay) == ("", "")

    due_now(clay)
    work_off("events")
    assert told(clay) == ("Okafor Keramiek B.V.", "Amsterdam")


def test_a_company_that_keeps_no_such_thing_is_not_asked(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BillingGateway, "OFFERED", frozenset())
    write(clay)
    work_off("events")
    assert waiting(clay) == 0
    assert told(clay) == ("", "")
