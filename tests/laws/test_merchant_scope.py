"""The reading of SQL statements finds what it is there to find; the suite itself runs under it (tests/sql_scope.py)."""

import pytest
from django.db import connection

from paydesk.billing.payments.models import Payment
from paydesk.work.queues import Queue
from tests.sql_scope import CLAIMED_ACROSS_MERCHANTS, _check, merchant_tables, unscoped


@pytest.mark.parametrize(
    ("sql", "is_fine"),
    [
        ('SELECT "payments_payment"."id" FROM "payments_payment" WHERE "payments_payment"."id" = 1', False),
        ('SELECT 1 FROM "payments_payment" WHERE "payments_payment"."merchant_id" = 1', True),
        ('UPDATE "payments_payment" SET "merchant_id" = 3', False),
        ('DELETE FROM "payments_payment" WHERE "payments_payment"."id" IN (1)', False),
        ('SELECT 1 FROM "django_migrations"', True),
        ("/* claim across merchants: payments_payment */ UPDATE payments_payment SET x = 1", False),
        ("/* claim across merchants: payments_attempt */ UPDATE payments_attempt SET x = 1", True),
    ],
)
def test_a_statement_without_its_merchant_is_found(sql: str, is_fine: bool) -> None:
    assert (unscoped(sql) == "") is is_fine


def test_every_money_table_is_a_merchants_table() -> None:
    assert {
        "payments_payment",
        "payments_attempt",
        "ledger_ledgerentry",
        "access_session",
    } <= merchant_tables()


@pytest.mark.django_db
def test_the_suite_runs_under_this_law() -> None:
    list(Payment.objects.filter(merchant_id=1))

    assert _check in connection.execute_wrappers


def test_every_queue_that_claims_is_listed_by_name() -> None:
    from paydesk.config.schedule import QUEUES

    def tables(queues: list[Queue]) -> set[str]:
        return {queue.rows._meta.db_table for queue in queues}

    assert tables(QUEUES) <= CLAIMED_ACROSS_MERCHANTS
