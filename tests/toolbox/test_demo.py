"""The demo watches its programs, and its small browser reads pages as people do."""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paydesk.billing.arrangements.imported.columns import COLUMNS, NEEDED
from paydesk.billing.arrangements.imported.forecast import due_until
from paydesk.billing.arrangements.imported.known import Known
from paydesk.billing.arrangements.imported.line import wanted_of_line
from paydesk.billing.arrangements.start import planned_of
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.orders.models import Order
from paydesk.billing.orders.shipments.facts import ShipmentFacts, ShipmentState, refusal, state_of
from paydesk.billing.orders.shipments.imported import columns as shipment_columns
from paydesk.billing.orders.shipments.imported.known import KnownOrders
from paydesk.billing.orders.shipments.imported.line import wanted_of_line as shipment_of_line
from paydesk.kit.spreadsheets.table import read_table
from tests.processes import running_server
from toolbox.demo import story
from toolbox.demo.agreements import agreements_csv
from toolbox.demo.browser import Browser, WentWrong
from toolbox.demo.clocks import NotRunning, move_running_clocks
from toolbox.demo.parts import Part, PartEnded, Programs, choose_port
from toolbox.demo.shipments import shipments_csv

PAGE = """<title>Pay</title><main><p>Nothing is due.</p><script>silent()</script>
<a href="/older">Older</a>
<form method="post" action="/pay"><input type="hidden" name="token" value="t">
<input type="radio" name="method" value="a"><input type="radio" name="method" value="b" checked></form></main>"""


def part(tmp_path: Path, program: str) -> Part:
    return Part(
        name="The part",
        command=[sys.executable, "-uc", program],
        environment=os.environ,
        log=tmp_path / "logs" / "part.log",
        ready_words="ready",
    )


def test_a_program_that_ends_tells_its_last_words(tmp_path: Path) -> None:
    with Programs() as programs:
        programs.start(part(tmp_path, "print('ready'); raise SystemExit('no room')"))
        with pytest.raises(PartEnded, match="no room"):
            programs.watch()


def test_all_programs_are_gone_after_the_block(tmp_path: Path) -> None:
    with Programs() as programs:
        running = part(tmp_path, "import time; print('ready'); time.sleep(60)")
        programs.start(running)
        running.wait_until_ready()
        running.require_alive()
    assert running.process.returncode is not None


def test_a_port_that_is_taken_is_replaced() -> None:
    with running_server([sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]) as server:
        taken = int(server.url.rpartition(":")[2])
        assert choose_port(taken) != taken


def test_a_page_is_read_as_words_links_and_forms(tmp_path: Path) -> None:
    (tmp_path / "pay.html").write_text(PAGE)
    words = ["-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    with running_server([sys.executable, *words], ready_path="/pay.html") as server:
        page = Browser().get(f"{server.url}/pay.html#part")
        assert page.text == "Pay Nothing is due. Older"
        assert page.link(r"/older$") == f"{server.url}/older"
        assert page.form("/pay").fields == {"token": ["t"], "method": ["b"]}
        with pytest.raises(WentWrong, match="Paid"):
            page.require("Paid")
        with pytest.raises(WentWrong, match="404"):
            Browser().get(f"{server.url}/missing")


def test_clocks_of_a_demo_that_was_never_started_are_not_moved(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="bin/demo starts one"):
        move_running_clocks(tmp_path, days=1)


def test_on_any_day_of_the_year_the_demo_imports_plans_of_which_one_payment_is_overdue() -> None:
    first = datetime(2027, 1, 1, 9, tzinfo=UTC)
    shoppers = {customer["email"] for customer in story.shop(first)}
    known = Known(
        owners_by_address={one: [GatewayCustomer(id=1, customer_id=1, reference=one)] for one in shoppers}
    )
    for days in range(0, 800, 3):
        now = first + timedelta(days=days)
        table = read_table(agreements_csv(now).encode(), columns=COLUMNS, needed=NEEDED)
        overdue = {}
        for line in table.lines:
            wanted, wrong = wanted_of_line(line, known)
            assert wanted is not None, wrong
            count, _ = due_until(wanted, planned_of(wanted), now.date() - timedelta(days=1))
            overdue[wanted.reference] = count
        assert table.wrong == []
        assert overdue.pop("WHEEL-19") == 1
        assert set(overdue.values()) == {0}


def test_on_any_day_of_the_year_the_demo_has_an_order_in_each_state() -> None:
    first = datetime(2027, 1, 1, 9, tzinfo=UTC)
    for days in range(0, 400, 7):
        now = first + timedelta(days=days)
        customers = story.shop(now)
        told = [
            {"charges": [f"{customer['email']} {sale['title']} {sale['at']}" for sale in _charges(customer)]}
            for customer in customers
        ]
        table = read_table(
            shipments_csv(now, customers, told).encode(),
            columns=shipment_columns.COLUMNS,
            needed=shipment_columns.NEEDED,
        )
        known = KnownOrders(
            by_reference={one: [Order(reference=one)] for some in told for one in some["charges"]}
        )
        states = set()
        for line in table.lines:
            wanted, wrong = shipment_of_line(line, table.names, known)
            assert wanted is not None, wrong
            facts = replace(ShipmentFacts(), **wanted.told)  # type: ignore[arg-type]
            assert refusal(facts, today=now.date()) is None
            bought_at = datetime.fromisoformat(wanted.order.reference.rpartition(" ")[2]).date()
            assert bought_at <= min(
                day for day in (facts.prepared_date, facts.shipped_date, facts.delivered_date) if day
            )
            states.add(
                state_of(
                    link=facts.link,
                    shipped_date=facts.shipped_date,
                    delivered_date=facts.delivered_date,
                    returned_date=facts.returned_date,
                )
            )
        assert states == set(ShipmentState)


def _charges(customer: story.Story) -> list[story.Story]:
    return list(customer.get("charges", []))
