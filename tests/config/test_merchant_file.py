"""All that a merchant decides stands in one file: the difference is shown first, and all of it is done or nothing."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from paydesk.kit import clock
from paydesk.merchants.add import MerchantRefused
from paydesk.merchants.find import MerchantInSight, merchant_by_slug
from paydesk.merchants.models import Merchant, Picture
from paydesk.merchants.settings_file.apply import carry_out, plan
from paydesk.merchants.settings_file.keys import KEYS
from paydesk.merchants.settings_file.read import read_file
from paydesk.merchants.texts import STEPS
from tests.config.test_merchant import svg
from tests.laws.sources import ROOT

pytestmark = pytest.mark.django_db

KILN = """
format = 1
merchant = "kiln"
name = "Kiln"
mode = "test"
language = "de"

[access]
link_minutes = 10
frame_origins = ["https://kiln.example"]

[brand]
logo = "logo.svg"

[support]
email = "help@kiln.example"

[letters]
sender = "billing@kiln.example"

[policies]
move_days = 7
cancel_off_for = "Studio, yearly|Kiln hours"

[texts.en]
cancel = "Your shelf stays yours until the end of the month."
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a merchant that is not there yet, and its logo beside it."""
    svg(tmp_path)
    path = tmp_path / "kiln.toml"
    path.write_text(KILN)
    return path


def apply(file: Path, *options: str) -> str:
    """Apply it and give what was printed."""
    printed = StringIO()
    call_command("merchant", "apply", str(file), *options, stdout=printed)
    return printed.getvalue()


def kiln() -> MerchantInSight:
    """Give the merchant as pages see it."""
    found = merchant_by_slug("kiln")
    assert found
    return found


def write(file: Path, before: str, after: str) -> None:
    """Change a line of the file."""
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after))


def test_nothing_is_done_before_somebody_has_seen_the_difference_and_agreed(file: Path) -> None:
    assert "kiln is added:" in apply(file, "--dry-run")
    with pytest.raises(CommandError, match="Nothing was changed: add --yes"):
        apply(file)
    assert not Merchant.objects.exists()


def test_a_file_adds_a_merchant_whole(file: Path) -> None:
    said = apply(file, "--yes")
    assert "It is done." in said
    assert "http://127.0.0.1:8000/m/kiln/" in said
    made = kiln()
    assert (made.name, made.language, made.link_minutes) == ("Kiln", "de", 10)
    assert made.frame_origins == ("https://kiln.example",)
    assert made.sender_email == "billing@kiln.example"
    assert made.policies.move_days == 7
    assert made.policies.may_cancel("Kiln hours", is_plan=False) == "off"
    assert made.logo is not None
    own = made.text("cancel", language="fr")
    assert own is None, "there is no French, and no German, which is the merchant's own"
    english = made.text("cancel", language="en")
    assert english is not None
    assert english.words.startswith("Your shelf")


def test_a_second_time_there_is_nothing_to_do(file: Path) -> None:
    apply(file, "--yes")
    assert "kiln is as the file says." in apply(file)


def test_the_difference_names_what_changes_and_nothing_else(file: Path) -> None:
    apply(file, "--yes")
    write(file, "move_days = 7", "move_days = 5")
    write(file, 'language = "de"\n', "")
    write(file, "cancel = ", "pay = ")
    svg(file.parent, "#a8472c")
    lines = apply(file, "--yes").splitlines()
    assert [" ".join(re.sub(r"\([0-9a-f]{12}\)", "", line).split()) for line in lines[:-2]] == [
        "kiln changes:",
        "language de -> en",
        "brand.logo a picture -> a picture",
        "policies.move_days 7 -> 5",
        "texts.en.pay none -> Your shelf stays yours until the end of the month.",
        "texts.en.cancel Your shelf stays yours until the end of the month. -> none",
    ]
    assert (kiln().language, kiln().policies.move_days) == ("en", 5)


def test_what_the_file_leaves_out_has_its_default_again(file: Path) -> None:
    apply(file, "--yes")
    write(file, 'logo = "logo.svg"\n', "")
    write(file, 'sender = "billing@kiln.example"\n', "")
    assert "letters.sender  billing@kiln.example -> none" in apply(file, "--yes")
    assert (kiln().logo, kiln().sender_email) == (None, "")
    assert Picture.objects.exists(), "receipts may name it"


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("format = 1", "format = 2", r"format: this Paydesk reads format = 1; the file says 2"),
        ('merchant = "kiln"\n', "", "merchant: it is needed"),
        ('name = "Kiln"\n', "", "name: it is needed"),
        ('name = "Kiln"', "name = [", "kiln.toml"),
        ("move_days = 7", 'move_days = "7"', "policies.move_days: it is a whole number"),
        ("move_days = 7", "move_days = true", "policies.move_days: it is a whole number"),
        ("move_days = 7", "move_days = 61", "policies.move_days is a whole number from 0 to 60"),
        ("move_days = 7", "moved_days = 7", "policies.moved_days: there is no such setting"),
        ("[texts.en]", "[texts.zz]", "no language 'zz'"),
        ("cancel = ", "goodbye = ", "the steps are sign_in, overview"),
        ('"Your shelf', '"' + 400 * "x", "at most 400 letters"),
        ('"logo.svg"', '"missing.svg"', "brand.logo: .*missing.svg"),
        ('"logo.svg"', '"kiln.toml"', "brand.logo: This is no PNG, JPEG or SVG"),
        ("https://kiln.example", "http://kiln.example/", "is not an origin"),
        ("link_minutes = 10", "link_minutes = 60", "lives 5 to 15 minutes"),
        ("billing@kiln.example", "billing", "'billing' is not an e-mail address"),
        ('"de"', '"klingon"', "no language 'klingon'"),
        ('"kiln"', '"apply"', "is a verb"),
    ],
)
def test_a_file_that_cannot_be_right_changes_nothing(file: Path, before: str, after: str, why: str) -> None:
    write(file, before, after)
    with pytest.raises(CommandError, match=f"(?s)is not applied:.*{why}"):
        apply(file, "--yes")
    assert not Merchant.objects.exists()
    assert not Picture.objects.exists()


def test_every_fault_is_named_at_once(file: Path) -> None:
    write(file, 'name = "Kiln"', "nam = 1")
    write(file, "move_days = 7", "move_days = 7.5")
    with pytest.raises(CommandError) as refused:
        apply(file, "--yes")
    assert str(refused.value).splitlines()[1:] == [
        "  nam: there is no such setting.",
        "  policies.move_days: it is a whole number.",
        "  name: it is needed.",
    ]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(file: Path) -> None:
    apply(file, "--yes")
    write(file, "move_days = 7", "move_days = 5")
    planned = plan(read_file(file))
    call_command("merchant", "kiln", "--support-phone", "+351 21 555 0100", stdout=StringIO())
    with pytest.raises(MerchantRefused, match="was changed meanwhile"):
        carry_out(planned, now=clock.wall_now())
    assert (kiln().policies.move_days, kiln().support_phone) == (7, "+351 21 555 0100")


def test_a_mode_stays_and_a_host_name_is_one_merchants(file: Path) -> None:
    apply(file, "--yes")
    write(file, 'mode = "test"', 'mode = "live"')
    with pytest.raises(CommandError, match="is a test merchant and stays one"):
        apply(file, "--yes")
    write(file, '"kiln"', '"other"')
    write(file, "[access]", '[access]\nportal_host = "pay.kiln.example"')
    apply(file, "--yes")
    write(file, '"other"', '"third"')
    with pytest.raises(CommandError, match="Another merchant has that host name"):
        apply(file, "--yes")


@pytest.mark.parametrize("picture", ["logo.svg", "logo.jpg"])
def test_what_is_exported_is_what_is_there(file: Path, tmp_path: Path, picture: str) -> None:
    if picture.endswith("jpg"):
        from PIL import Image

        Image.effect_noise((400, 100), 64).convert("RGB").save(tmp_path / picture, quality=60)
    write(file, "logo.svg", picture)
    apply(file, "--yes")
    out = tmp_path / "out" / "kiln.toml"
    out.parent.mkdir()
    call_command("merchant", "export", "kiln", str(out), stdout=StringIO())
    assert "kiln is as the file says." in apply(out)
    with pytest.raises(CommandError, match="is there already"):
        call_command("merchant", "export", "kiln", str(out), stdout=StringIO())


def test_a_picture_that_is_there_is_not_overwritten(file: Path, tmp_path: Path) -> None:
    apply(file, "--yes")
    mine = tmp_path / "out-logo.svg"
    mine.write_text("mine")
    with pytest.raises(CommandError, match=r"out-logo\.svg"):
        call_command("merchant", "export", "kiln", str(tmp_path / "out.toml"), stdout=StringIO())
    assert mine.read_text() == "mine"
    assert not (tmp_path / "out.toml").exists()


def test_a_verb_without_its_file_is_explained() -> None:
    for words in (["apply"], ["export", "kiln"], ["kiln", "apply", "x"]):
        with pytest.raises(CommandError, match="merchant apply FILE"):
            call_command("merchant", *words, stdout=StringIO())


def test_the_documentation_names_every_key_and_every_step() -> None:
    page = (ROOT / "docs" / "merchant-settings.md").read_text()
    named = {key.removeprefix("policies.") for key in KEYS} | set(STEPS)
    assert [name for name in named if f"`{name}`" not in page] == []
