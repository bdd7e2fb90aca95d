"""What staff are told when they import agreements from a CSV."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.billing.arrangements.brought import PLAIN, PLAN, Brought, brought, csv_of

pytestmark = pytest.mark.django_db(transaction=True)

WHERE = ("import", "--merchant", "clay", "--connection", "Shop")


@pytest.fixture
def scene() -> Brought:
    return brought()


def run(folder: Path, content: bytes, *more: str) -> str:
    """Run the command on a file and give what it printed."""
    file = folder / "agreements.csv"
    file.write_bytes(content)
    printed = StringIO()
    call_command(*WHERE, "--agreements", str(file), *more, stdout=printed)
    return printed.getvalue()


def test_wrong_lines_are_named_and_nothing_is_written(scene: Brought, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        run(tmp_path, csv_of(PLAIN, PLAN | {"price": "12,50"}, PLAN | {"interval": "often", "payments": "x"}))
    said = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in said[:-1]] == [
        "Line 3, price",
        "Line 4, interval",
        "Line 4, payments",
        "Line 4, reference",
    ]
    assert said[-1] == "Nothing was written: 2 lines are wrong."
    assert scene.names() == []


@pytest.mark.usefixtures("scene")
def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="go with --agreements"):
        call_command(*WHERE, "--dry-run")
    with pytest.raises(CommandError, match="No such file"):
        call_command(*WHERE, "--agreements", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="does not know: colour"):
        run(tmp_path, b"colour\r\n")


def test_a_dry_run_tells_and_the_import_does(scene: Brought, tmp_path: Path) -> None:
    printed = run(tmp_path, csv_of(PLAIN, PLAN), "--dry-run")
    assert "1 payment plan and 1 subscription would be made, with 5 payments." in printed
    assert "plans: 4 payments, EUR 1,010.00 in all" in printed
    assert "paid before: 1 payment, EUR 100.00" in printed
    assert "subscriptions, each time: 1 payment, EUR 18.00" in printed
    assert "2099-01-31: 2 payments, EUR 321.34" in printed
    assert printed.endswith("Nothing was written: this was a dry run.\n")
    assert scene.names() == []

    printed = run(tmp_path, csv_of(PLAIN, PLAN))
    assert "2 of 2 agreements written" in printed
    assert "1 payment plan and 1 subscription were made" in printed
    assert printed.endswith("Done.\n")
    assert scene.names() == ["A-1", "P-1"]

    printed = run(tmp_path, csv_of(PLAIN | {"interval": "year"}, PLAN))
    assert "2 lines named what is there already, and changed nothing." in printed
    assert "Line 2 says something else than what is there (interval); it stays as it is." in printed


@pytest.mark.usefixtures("scene")
def test_what_is_charged_at_once_is_said_loudly(tmp_path: Path) -> None:
    late = PLAIN | {"first_day": "2020-02-01", "interval": "year", "price": "1.00"}
    with pytest.raises(CommandError, match="past and would be charged at once: give a later day"):
        run(tmp_path, csv_of(late), "--dry-run")
    printed = run(tmp_path, csv_of(late), "--dry-run", "--past")
    assert "ATTENTION:" in printed
    assert "BEFORE TODAY. They are charged AT ONCE, as soon as a worker runs." in printed
