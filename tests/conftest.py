"""What every test stands on: its database, and the rule that no test is skipped in silence."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings

from paydesk.database.transactions import in_transaction
from paydesk.work.heartbeat.memory import MEMORY
from tests import sql_scope
from tests.browser import chromium
from tests.quick import collect_seldom
from tests.simulator import Simulator, start_simulator

# Tests that compare us with the payment companies' own published contracts, which are not ours to pass on.
CONTRACTS = "PAYDESK_CONTRACTS"
JOURNEYS = Path(__file__).parent / "journeys"
# Rooms that know no database: what they promise is the same on either, and is asked for once.
WITHOUT_TABLES = {
    Path(__file__).parent / room for room in ("gateways", "kit", "laws", "paydesk_simulator", "toolbox")
}

sql_scope.watch()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite gets a file: a database in memory knows neither WAL nor a second process. It survives no power cut.

    To PostgreSQL connections are kept in a pool, as a worker's are: a new one for each call of a gateway costs 20 ms.
    """
    settings = connections["default"].settings_dict
    if settings["ENGINE"].endswith("postgresql"):
        settings["OPTIONS"] = {**settings["OPTIONS"], "pool": {"min_size": 1, "max_size": 50}}
        settings["CONN_MAX_AGE"] = 0
    if settings["ENGINE"].endswith("sqlite3"):
        settings["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "paydesk.sqlite3")
        options = settings["OPTIONS"]
        careless = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        settings["OPTIONS"] = {**options, "init_command": careless}


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_deleting() -> Iterator[None]:
    """After a test PostgreSQL deletes its few rows: truncating all tables would make hundreds of files anew.

    All rows go, so nobody asks who refers to whom. A journey's worker may be writing some of them: after a deadlock
    they are deleted once more.
    """
    flush = DatabaseOperations.execute_sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: list[str], **_: Any) -> list[str]:
        emptied = [f"DELETE FROM {self.quote_name(table)}" for table in tables]  # noqa: S608 - names of our tables
        return ["; ".join(["SET LOCAL session_replication_role = replica", *emptied])] if tables else []

    def execute_sql_flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        in_transaction(lambda: flush(self, sql_list))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    """Pages made in the tests' process name their files plainly: hashed names come with an installation."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def _no_heartbeat(settings: Settings, monkeypatch: pytest.MonkeyPatch, heartbeat_file: Path) -> None:
    """Each test's tables are emptied: what was remembered outside of them would tell of a restored backup."""
    MEMORY.forget()
    heartbeat_file.unlink(missing_ok=True)
    settings.PAYDESK_HEARTBEAT_FILE = str(heartbeat_file)
    # For processes that a test starts.
    monkeypatch.setenv("PAYDESK_HEARTBEAT_FILE", str(heartbeat_file))


@pytest.fixture(scope="session")
def heartbeat_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests' process remembers its database."""
    return tmp_path_factory.mktemp("heartbeat") / "heartbeat"


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """One simulated company, a process of its own; each test opens accounts of its own there."""
    with start_simulator() as running:
        yield running


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """One browser program a process, since it takes one driver only; what people do in it stays apart in contexts."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder of the payment companies' own contracts; a test that reads it is marked `contracts`."""
    return Path(os.environ[CONTRACTS]).resolve()


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `bin/test` asks for on its second database."""
    parser.addoption(
        "--database-only", action="store_true", help="leave out tests of rooms that know no database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the companies' contracts where there are none, as the summary says; journeys come last."""
    left_out = (
        [] if os.environ.get(CONTRACTS) else [item for item in items if item.get_closest_marker("contracts")]
    )
    if config.getoption("--database-only"):
        left_out += [item for item in items if item not in left_out and not _asks_a_database(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    # A journey's worker runs on to the end of its process, and would work off what other tests have arranged.
    items.sort(key=lambda item: JOURNEYS in item.path.parents)


def pytest_collection_finish() -> None:
    """What was imported and collected lives as long as the tests."""
    collect_seldom(after=50_000)


def _asks_a_database(item: pytest.Item) -> bool:
    return not WITHOUT_TABLES.intersection(item.path.parents) or bool(item.get_closest_marker("django_db"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, with the setting that brings it in."""
    if not os.environ.get(CONTRACTS):
        terminalreporter.write_line(f"Left out: tests marked `contracts`, since {CONTRACTS} names no folder.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test is a failed test: what cannot run here has to say so."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself whole."""
    report = yield
    if report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    report.outcome = "failed"
    report.longrepr = f"Skipped, and nothing is skipped in silence: {report.longrepr}"
