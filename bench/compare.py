"""Measure the comparison after a restore: 10,000 charges of 2,500 customers, at a company that takes 200 ms.

`compare.lost`: the database knows of none of them, and makes each attempt again. `compare.known`: it knows them all, as
after a restore of a backup that is a moment old. Both end with the hold released; the books are then compared with the
company's journal.
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from bench.charges import COMPANY_TAKES_MS
from bench.machine import database_cpu_ms
from bench.scene import database_name, prepare_installation, say
from tests.simulator import SimulatedAccount, start_simulator

CUSTOMERS, PAYMENTS_EACH, OVERDUE_EACH = 2_500, 5, 4


def main() -> None:
    """Print one line for a database that lost all, and one for a database that lost nothing."""
    asked = argparse.ArgumentParser(prog="bin/bench compare")
    asked.add_argument("--customers", type=int, default=CUSTOMERS)
    given = asked.parse_args()
    prepare_installation()
    with start_simulator() as simulator:
        company = simulator.account("vault")
        merchant_id = _customers(company, given.customers)
        _charge_elsewhere(company, merchant_id)
        company.control(latency_milliseconds=COMPANY_TAKES_MS)
        for name in ("compare.lost", "compare.known"):
            print(json.dumps({"name": name, **_measure(merchant_id)}), flush=True)
        _compare_books(company, merchant_id)


def _customers(company: SimulatedAccount, count: int) -> int:
    """Give the merchant whose customers have a plan each, with four payments that are overdue and one that is not."""
    from bench.charges import open_vault
    from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
    from paydesk.billing.customers.models import GatewayCustomer
    from paydesk.kit.money import Money

    merchant = open_vault(company, slug="bench", customers=count)
    say(f"Making {count:,} plans")
    for owner in GatewayCustomer.objects.select_related("connection").filter(merchant_id=merchant.id):
        agreed = AgreementWanted(
            owner=owner,
            name="Kiln",
            price=Money(40_000, "EUR"),
            interval_unit="week",
            interval_count=1,
            first_day=merchant.business_now().date() - timedelta(weeks=OVERDUE_EACH, days=-1),
            payments_count=PAYMENTS_EACH,
        )
        start_agreement(merchant=merchant, wanted=agreed, now=datetime.now(UTC))
    return merchant.id


def _charge_elsewhere(company: SimulatedAccount, merchant_id: int) -> None:
    """Charge as the database would have done that was lost: this one does not hear of it."""
    from paydesk.billing.payment_methods.models import PaymentMethod
    from paydesk.billing.payments.models import Payment
    from paydesk.gateways.contract import ChargeRequest
    from paydesk.gateways.simulated.gateway import VaultGateway
    from paydesk.kit import ids
    from paydesk.kit.money import Money
    from paydesk.merchants.find import merchant_by_id

    merchant = merchant_by_id(merchant_id)
    gateway = VaultGateway(company.settings())
    methods = PaymentMethod.objects.filter(merchant_id=merchant_id)
    method_of = dict(methods.values_list("gateway_customer__reference", "reference"))
    rows = Payment.objects.filter(merchant_id=merchant_id, position__lte=OVERDUE_EACH)
    asked = list(
        rows.order_by("position", "id").values_list(
            "reference", "amount_minor", "gateway_customer__reference"
        )
    )
    say(f"Charging {len(asked):,} payments")

    def charge(reference: str, amount_minor: int, customer: str) -> None:
        key = ids.idempotency_key(
            merchant=merchant.uuid, collectible=reference, attempt_number=1, operation="charge"
        )
        request = ChargeRequest(
            key=str(key),
            tag=ids.id_of_key(key),
            amount=Money(amount_minor, "EUR"),
            customer_reference=customer,
            method_reference=method_of[customer],
            on_session=False,
        )
        gateway.confirm_charge(gateway.prepare_charge(request))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(charge, *one) for one in asked]:
            done.result()


def _measure(merchant_id: int) -> dict[str, object]:
    """Hold, and work the comparison off in this process until it has released."""
    from paydesk.billing.holds.hold import hold_everything
    from paydesk.billing.payments.models import Attempt
    from paydesk.config.schedule import QUEUES
    from paydesk.sync.compare.begin import begin_comparisons
    from paydesk.sync.compare.look import found_again
    from paydesk.sync.models import Comparison
    from paydesk.work.queues import claim_of, work_one

    def now() -> datetime:
        return datetime.now(UTC)

    [queue] = [one for one in QUEUES if one.rows is Comparison]
    hold_everything(why="bench", known_until=now(), now=now())
    begin_comparisons(now())
    mine = Comparison.objects.select_related("hold").filter(merchant_id=merchant_id)
    mine.filter(ended_at=None).update(due_at=now())
    cpu_before, database_before, began = time.process_time(), database_cpu_ms(), time.monotonic()
    while (row := mine.latest("id")).ended_at is None and row.state != "doubt":
        claimed = claim_of(queue, most=1, now=now())
        for taken in claimed:
            work_one(queue, taken, clock=now)
        if not claimed:
            time.sleep(0.05)
    seconds = time.monotonic() - began
    cpu_seconds, database_ms = time.process_time() - cpu_before, database_cpu_ms() - database_before
    if row.state != "released":
        raise AssertionError(f"The comparison ended as {row.state}")
    return {
        "database": database_name(),
        "customers": row.customers_count,
        "charges": row.charges_count,
        "found_again": found_again(row)[0],
        "events": row.events_count,
        "attempts_known": Attempt.objects.filter(merchant_id=merchant_id).count(),
        "gateway_ms": COMPANY_TAKES_MS,
        "seconds": round(seconds, 1),
        "app_cpu_seconds": round(cpu_seconds, 1),
        "db_cpu_seconds": round(database_ms / 1000, 1),
    }


def _compare_books(company: SimulatedAccount, merchant_id: int) -> None:
    from paydesk.billing.ledger.models import LedgerEntry

    booked = LedgerEntry.objects.filter(merchant_id=merchant_id).values_list("reference", flat=True)
    if sorted(booked) != sorted(row["charge_id"] for row in company.journal()):
        raise AssertionError("The books are not the company's")


if __name__ == "__main__":
    main()
