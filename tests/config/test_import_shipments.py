"""What staff are told when they import shipments from a CSV."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.billing.orders.parcels import Parcels, csv_of, parcels

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene() -> Parcels:
    return parcels()


def run(folder: Path, content: bytes, *more: str) -> str:
    """Run the command on a file and give what it printed."""
    file = folder / "parcels.csv"
    file.write_bytes(content)
    printed = StringIO()
    call_command("import", "--merchant", "clay", "--shipments", str(file), *more, stdout=printed)
    return printed.getvalue()


def test_wrong_lines_are_named_and_nothing_is_written(scene: Parcels, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        run(tmp_path, csv_of(scene.shipped(), scene.shipped(shipment="P-2", order="HC-9", link="ftp://a.b")))
    said = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in said] == [
        "Line 3, link",
        "Line 3, order",
        "Nothing was written",
    ]
    assert said[-1] == "Nothing was written: 1 line is wrong."
    assert scene.rows() == []


@pytest.mark.usefixtures("scene")
def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--merchant and --dry-run alone"):
        run(tmp_path, b"order,shipment\n", "--connection", "Shop")
    with pytest.raises(CommandError, match="Say which --connection"):
        call_command("import", "--merchant", "clay")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import", "--merchant", "clay", "--shipments", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="does not know: colour"):
        run(tmp_path, b"colour\r\n")


def test_a_dry_run_tells_and_the_import_does(scene: Parcels, tmp_path: Path) -> None:
    printed = run(tmp_path, csv_of(scene.shipped()), "--dry-run")
    assert "1 would be added, 0 would be changed, 0 stand there like that already." in printed
    assert printed.endswith("Nothing was written: this was a dry run.\n")
    assert scene.rows() == []

    assert run(tmp_path, csv_of(scene.shipped())).endswith("Done.\n")
    printed = run(tmp_path, csv_of(scene.shipped(), scene.shipped(shipment="P-2")))
    assert "1 were added, 0 were changed, 1 stand there like that already." in printed
    assert len(scene.rows()) == 2
