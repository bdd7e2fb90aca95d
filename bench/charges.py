"""Measure the charge run: charges a second and CPU a charge against a company that takes 200 ms, and the scan for what
is due among more and more agreements.

`charges.run`: one worker, payments of as many agreements due at once; without a limit, and with one of 100 calls a
second, of which `most_in_a_second` says whether it was kept. `charges.scan`: claiming 32 due payments among so many.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bench.bulk import put_rows, settle_down
from bench.machine import cpu_ms, database_cpu_ms, family, percentile, rss_mib
from bench.scene import database_name, prepare_installation, say, working
from tests.simulator import SimulatedAccount, start_simulator

if TYPE_CHECKING:
    from paydesk.merchants.find import MerchantInSight

CHARGES = 2_000
COMPANY_TAKES_MS = 200
LIMITS = (0, 100)
#: Until the worker has started and we have looked at what it has used so far.
HELD_FOR = timedelta(seconds=6)

AGREEMENTS = (10_000, 100_000, 1_000_000)
SCANS = 200
CLAIMED = 32
AT = "%Y-%m-%d %H:%M:%S"


def main() -> None:
    """Print one line for each limit, then one for each number of agreements."""
    asked = argparse.ArgumentParser(prog="bin/bench charges")
    asked.add_argument("--charges", type=int, default=CHARGES)
    asked.add_argument("--agreements", type=int, nargs="*", default=list(AGREEMENTS))
    given = asked.parse_args()
    prepare_installation()
    with start_simulator() as simulator:
        for limit in LIMITS:
            company = simulator.account("vault", calls_a_second=limit, latency_milliseconds=COMPANY_TAKES_MS)
            print(json.dumps(_measure_run(company, limit, given.charges)), flush=True)
    for count in given.agreements:
        print(json.dumps(_measure_scan(count)), flush=True)


def _measure_run(company: SimulatedAccount, limit: int, charges: int) -> dict[str, object]:
    from paydesk.billing.payments.models import DueCharge, Payment

    merchant_id = agreements_due(company, limit, charges)
    mine = DueCharge.objects.filter(merchant_id=merchant_id)
    mine.filter(due_at__lte=datetime.now(UTC)).update(due_at=datetime.now(UTC) + HELD_FOR)
    with working() as worker:
        wait_until(lambda: mine.filter(due_at__lte=datetime.now(UTC) + timedelta(seconds=0.5)).exists())
        company.forget_calls()
        workers = family(worker.pid)
        worker_before, database_before, began = cpu_ms(workers), database_cpu_ms(), time.monotonic()
        paid = Payment.objects.filter(merchant_id=merchant_id, state="paid")
        wait_until(lambda: paid.count() >= charges)
        seconds = time.monotonic() - began - 0.5
        calls = company.calls()
        if len(company.journal()) != charges:
            raise AssertionError(f"{len(company.journal())} charges for {charges} payments")
        return {
            "name": "charges.run",
            "database": database_name(),
            "charges": charges,
            "gateway_ms": COMPANY_TAKES_MS,
            "limit_a_second": limit,
            "charges_a_second": round(charges / seconds, 1),
            "calls_a_second": round(calls["calls"] / seconds, 1),
            "most_in_a_second": calls["most_in_a_second"],
            "refused": calls["refused"],
            "app_cpu_ms": round((cpu_ms(workers) - worker_before) / charges, 2),
            "db_cpu_ms": round((database_cpu_ms() - database_before) / charges, 2),
            "rss_mib": round(rss_mib(workers), 1),
        }


def agreements_due(company: SimulatedAccount, limit: int, count: int) -> int:
    """Give the merchant for which so many agreements have a payment that is due today."""
    from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
    from paydesk.billing.customers.models import GatewayCustomer
    from paydesk.kit.money import Money

    say(f"Making {count} agreements")
    company.control(calls_a_second=0, latency_milliseconds=0)
    merchant = open_vault(company, slug=f"bench-{limit}", customers=count, calls_a_second=str(limit))
    for owner in GatewayCustomer.objects.select_related("connection").filter(merchant_id=merchant.id):
        agreed = AgreementWanted(
            owner=owner,
            name="Studio membership",
            price=Money(4_900, "EUR"),
            interval_unit="month",
            interval_count=1,
            first_day=merchant.business_now().date(),
        )
        start_agreement(merchant=merchant, wanted=agreed, now=datetime.now(UTC))
    company.control(calls_a_second=limit, latency_milliseconds=COMPANY_TAKES_MS)
    return merchant.id


def open_vault(company: SimulatedAccount, *, slug: str, customers: int, **options: str) -> "MerchantInSight":
    """Give a merchant that is connected to the company, where so many customers have a card."""
    from paydesk.merchants.add import MerchantWanted, add_merchant
    from paydesk.merchants.find import merchant_by_id
    from paydesk.merchants.open import ConnectionWanted, open_connection
    from paydesk.sync.import_history import import_history

    now = datetime.now(UTC)
    wanted = MerchantWanted(slug=slug, name="Bench", support_email="bench@example.com", mode="test")
    merchant = merchant_by_id(add_merchant(wanted, now=now).id)
    connection = open_connection(
        ConnectionWanted(
            uuid=uuid4(),
            gateway="simulated-vault",
            name="Vault",
            credentials=company.credentials,
            options=options,
            base_url=company.simulator.url,
        ),
        merchant=merchant,
        now=now,
    )
    company.seed_many(customers=customers, bills_each=0)
    import_history(merchant=merchant, connection=connection, on_progress=lambda _: None)
    return merchant


def _measure_scan(count: int) -> dict[str, object]:
    """Claim again and again what is due; whatever was claimed is due again the next time."""
    from paydesk.billing.payments.models import DueCharge
    from paydesk.work.claim import claim

    _fill(count)
    now = datetime.now(UTC)
    taken: list[float] = []
    app_before, database_before = time.process_time(), database_cpu_ms()
    for number in range(SCANS):
        began = time.perf_counter()
        found = claim(DueCharge, most=CLAIMED, lease=timedelta(0), now=now + timedelta(milliseconds=number))
        taken.append((time.perf_counter() - began) * 1000)
        if len(found) != CLAIMED:
            raise AssertionError(f"{len(found)} were claimed")
    return {
        "name": "charges.scan",
        "database": database_name(),
        "agreements": count,
        "claimed": CLAIMED,
        "app_cpu_ms": round((time.process_time() - app_before) * 1000 / SCANS, 3),
        "db_cpu_ms": round((database_cpu_ms() - database_before) / SCANS, 3),
        "p50_ms": round(percentile(taken, 0.5), 3),
        "p99_ms": round(percentile(taken, 0.99), 3),
    }


def _fill(count: int) -> None:
    """Let so many agreements have a next payment, spread over a month; a hundred of them are due."""
    from paydesk.billing.payments.models import Attempt, DueCharge, Payment
    from paydesk.billing.subscriptions.models import Subscription

    say(f"Filling in {count:,} agreements")
    template = Payment.objects.select_related("subscription").filter(position=2).order_by("id")[0]
    _empty(DueCharge, Attempt, Payment, Subscription)
    agreement = template.subscription
    assert agreement is not None
    now = datetime.now(UTC)
    numbers = range(1, count + 1)
    put_rows(Subscription, (list(_like(agreement, number, now)) for number in numbers))
    put_rows(Payment, (list(_like(template, number, now, subscription_id=number)) for number in numbers))
    waits = DueCharge(merchant_id=template.merchant_id)
    put_rows(
        DueCharge,
        (list(_like(waits, number, now, payment_id=number, due_at=_at(now, number))) for number in numbers),
    )
    settle_down(Subscription, Payment, DueCharge)


def _at(now: datetime, number: int) -> str:
    away = timedelta(hours=-1) if number <= 100 else timedelta(seconds=number * 2_592_000 // 1_000_000 + 60)
    return (now + away).strftime(AT)


def _like(row: Any, number: int, now: datetime, **facts: Any) -> Iterator[Any]:
    """Give a further row like one that is there, with names of its own."""
    own = {
        "id": number,
        "uuid": uuid4().hex if database_name() == "sqlite" else uuid4(),
        "public_id": f"{number:016}",
        "reference": f"agreement-{number}",
        **facts,
    }
    for field in row._meta.concrete_fields:
        value = own.get(field.attname, getattr(row, field.attname))
        if isinstance(value, datetime):
            value = value.strftime(AT)
        yield json.dumps(value) if isinstance(value, dict | list) else value


def _empty(*tables: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute(f"TRUNCATE {table._meta.db_table} CASCADE")
            else:
                cursor.execute("PRAGMA foreign_keys = OFF")
                cursor.execute(f"DELETE FROM {table._meta.db_table}")  # noqa: S608  our own names


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for a quarter of an hour at most."""
    deadline = time.monotonic() + 900
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("It was not so in a quarter of an hour.")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
