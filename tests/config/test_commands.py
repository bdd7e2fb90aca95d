"""What whoever runs an installation types, and what they are told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.notices.models import Letter
from paydesk.sync.models import EventPoll, ImportRun, InboxEvent
from paydesk.work.models import TimetableEntry
from tests import builders
from tests.simulator import SimulatedAccount, start_simulator

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = ("--name", "Kiln", "--support-email", "help@kiln.example", "--mode", "test")


@pytest.fixture(scope="module")
def account() -> Iterator[SimulatedAccount]:
    with start_simulator() as simulator:
        yield simulator.account("billing")


def run(*words: str) -> str:
    """Run a command and give what it printed."""
    printed = StringIO()
    call_command(*words, stdout=printed)
    return printed.getvalue()


@pytest.fixture
def keys(account: SimulatedAccount, tmp_path: Path) -> str:
    """A file with the account's credentials."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(account.credentials))
    return str(file)


def connect(account: SimulatedAccount, file: str, *more: str) -> str:
    where = ("--merchant", "kiln", "--name", "Memberships", "--base-url", account.simulator.url)
    return run("connect", "simulated-billing", *where, "--credential-file", file, *more)


def test_a_connection_is_tried_before_it_is_kept(account: SimulatedAccount, tmp_path: Path) -> None:
    run("merchant", "kiln", *WORDS)
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"api_key": "sim_sk_wrong", "webhook_secret": "x"}))
    empty = tmp_path / "empty.json"
    empty.write_text("{}")
    with pytest.raises(CommandError, match="does not take"):
        connect(account, str(wrong))
    with pytest.raises(CommandError, match="api_key, webhook_secret"):
        connect(account, str(empty))
    assert not Connection.objects.exists()


def test_play_money_stays_away_from_real_customers(account: SimulatedAccount, keys: str) -> None:
    run("merchant", "kiln", *WORDS, "--mode", "live")
    with pytest.raises(
        CommandError, match="'Simulated account' moves play money, and kiln is a live merchant"
    ):
        connect(account, keys)
    assert not Connection.objects.exists()


def test_a_company_that_does_not_answer_leaves_nothing_behind(account: SimulatedAccount, keys: str) -> None:
    run("merchant", "kiln", *WORDS)
    with pytest.raises(CommandError, match="no clear answer"):
        connect(account, keys, "--base-url", "http://127.0.0.1:9")
    assert not Connection.objects.exists()


def test_connecting_says_whose_account_it_is_and_where_webhooks_go(
    account: SimulatedAccount, keys: str
) -> None:
    run("merchant", "kiln", *WORDS)
    printed = connect(account, keys)
    kept = Connection.objects.get(merchant__slug="kiln")
    assert "Connected to 'Simulated account'" in printed
    assert f"/m/kiln/hooks/{kept.uuid}" in printed
    assert account.api_key.encode() not in bytes(kept.credentials)


def test_connecting_again_renews_the_credentials_and_keeps_the_history(
    account: SimulatedAccount, keys: str
) -> None:
    run("merchant", "kiln", *WORDS)
    connect(account, keys)
    before = Connection.objects.get(merchant__slug="kiln")
    run("disconnect", "--merchant", "kiln", "--connection", "Memberships")
    connect(account, keys)
    after = Connection.objects.get(merchant__slug="kiln")
    assert (after.id, after.uuid, after.removed_at) == (before.id, before.uuid, None)


def test_an_import_says_how_far_it_is(account: SimulatedAccount, keys: str) -> None:
    run("merchant", "kiln", *WORDS)
    connect(account, keys)
    bill = {"title": "Clay", "amount_minor": 900, "currency": "EUR"}
    account.seed({"email": "ada@example.com", "name": "Ada", "methods": [{}], "bills": [bill]})
    printed = run("import", "--merchant", "kiln", "--connection", "Memberships")
    assert "1 customers, 0 subscriptions, 1 payments" in printed
    assert Payment.objects.get(merchant__slug="kiln").state == Payment.State.PAID


def test_a_closed_connection_forgets_its_credentials(account: SimulatedAccount, keys: str) -> None:
    run("merchant", "kiln", *WORDS)
    connect(account, keys)
    run("disconnect", "--merchant", "kiln", "--connection", "Memberships")
    closed = Connection.objects.get(merchant__slug="kiln")
    assert (bytes(closed.credentials), closed.removed_at is None) == (b"", False)
    with pytest.raises(CommandError, match="no open connection"):
        run("import", "--merchant", "kiln", "--connection", "Memberships")


def test_a_connection_with_money_in_doubt_is_not_closed() -> None:
    shop = builders.merchant("kiln")
    connection = builders.connection(shop, name="Memberships")
    payment = builders.payment(builders.order(builders.customer(shop), connection), state="failed")
    builders.attempt(payment, state=Attempt.State.UNKNOWN, origin=Attempt.Origin.PAYDESK)
    with pytest.raises(CommandError, match="not answered yet"):
        run("disconnect", "--merchant", "kiln", "--connection", "Memberships")
    assert Connection.objects.get(merchant_id=shop.id).removed_at is None


def test_status_is_quiet_when_a_worker_was_seen_and_nothing_is_dead() -> None:
    builders.merchant("kiln")
    TimetableEntry.objects.create(name="sweep", due_at=clock.wall_now(), ran_at=clock.wall_now())
    assert "kiln (test)" in run("status")


def test_status_complains_of_what_was_given_up_and_of_a_silent_worker() -> None:
    shop = builders.merchant("kiln")
    with pytest.raises(CommandError, match="No worker"):
        run("status")
    long_ago = clock.wall_now() - timedelta(hours=1)
    Letter.objects.create(
        merchant_id=shop.id,
        kind="sign_in",
        recipient="ada@example.com",
        created_at=long_ago,
        dead_at=long_ago,
    )
    with pytest.raises(CommandError, match="1 in letters"):
        run("status", "--json")


@pytest.mark.parametrize(
    ("state", "asked_days_ago", "company_takes_until", "is_trouble"),
    [
        (Attempt.State.UNKNOWN, 2, None, True),
        (Attempt.State.PENDING, 2, -1, True),
        (Attempt.State.PENDING, 2, 5, False),
        (Attempt.State.UNKNOWN, 0.5, None, False),
        (Attempt.State.SUCCEEDED, 2, None, False),
    ],
)
def test_status_complains_of_money_that_has_been_in_doubt_for_a_day(
    state: str, asked_days_ago: float, company_takes_until: int | None, is_trouble: bool
) -> None:
    TimetableEntry.objects.create(name="sweep", due_at=clock.wall_now(), ran_at=clock.wall_now())
    shop = builders.merchant("kiln")
    owed = builders.payment(
        builders.order(builders.customer(shop), builders.connection(shop)), state="processing"
    )
    attempt = builders.attempt(owed, state=state, origin=Attempt.Origin.PAYDESK)
    Attempt.objects.filter(id=attempt.id).update(
        created_at=builders.days(-asked_days_ago),
        wait_until=None if company_takes_until is None else builders.days(company_takes_until),
    )
    if is_trouble:
        with pytest.raises(CommandError, match="not answered clearly yet: 1"):
            run("status")
    else:
        assert json.loads(run("status", "--json"))["attempts_in_doubt"] == 0


def test_status_tells_a_monitor_what_goes_on_with_each_connection() -> None:
    TimetableEntry.objects.create(name="sweep", due_at=clock.wall_now(), ran_at=clock.wall_now())
    kiln, wool = builders.merchant("kiln"), builders.merchant("wool")
    busy = builders.connection(kiln, name="Memberships")
    closed = builders.connection(wool, name="Shop", removed_at=clock.wall_now())
    EventPoll.objects.create(merchant_id=wool.id, connection_id=closed.id, trouble="bad_key")
    mine = {"merchant_id": kiln.id, "connection_id": busy.id}
    ImportRun.objects.create(
        **mine, customers_count=1_200, payments_count=9_000, started_at=builders.days(-1)
    )
    EventPoll.objects.create(**mine, walked_at=builders.at(2026, 5, 4), trouble="bad_key")
    InboxEvent.objects.create(
        **mine,
        event_id="evt_1",
        kind="moon.rose",
        body=b"{}",
        names_nothing=True,
        happened_at=clock.wall_now(),
        received_at=clock.wall_now(),
    )

    assert json.loads(run("status", "--json"))["connections"] == [
        {
            "merchant": "kiln",
            "name": "Memberships",
            "gateway": "simulated-billing",
            "is_open": True,
            "importing": "An import stopped: 1,200 customers and 9,000 payments so far."
            " `paydesk import` goes on where it was.",
            "reconciling": "",
            "events_behind": "Events whose webhooks were lost could not be asked for since 2026-05-04 12:00 UTC:"
            " bad_key",
            "unnamed": {"moon.rose": 1},
        },
        {
            "merchant": "wool",
            "name": "Shop",
            "gateway": "simulated-billing",
            "is_open": False,
            "importing": "",
            "reconciling": "",
            "events_behind": "",
            "unnamed": {},
        },
    ]


def test_serving_is_refused_while_static_files_are_missing(tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=str(tmp_path)), pytest.raises(CommandError, match="collectstatic"):
        run("serve")
