"""What whoever runs an installation types to add a merchant and to give it its look, and what they are told."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from paydesk.billing.arrangements.models import CancelNote
from paydesk.merchants.branding import logo_by_digest
from paydesk.merchants.find import MerchantInSight, merchant_by_slug
from paydesk.merchants.models import Merchant, Picture
from paydesk.merchants.policies import Policies
from tests import builders

pytestmark = pytest.mark.django_db

WORDS = ("--name", "Kiln", "--support-email", "help@kiln.example", "--mode", "test")
NAVY = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100"><path fill="{}" d="M0 0h400v100H0z"/></svg>'


def run(*words: str) -> str:
    """Run the command and give what it printed."""
    printed = StringIO()
    call_command("merchant", *words, stdout=printed)
    return printed.getvalue()


def kiln() -> MerchantInSight:
    """Give the merchant as pages see it."""
    found = merchant_by_slug("kiln")
    assert found
    return found


def svg(folder: Path, color: str = "#0b2545", name: str = "logo.svg") -> str:
    """Write a logo of one colour."""
    file = folder / name
    file.write_text(NAVY.format(color))
    return str(file)


def test_a_merchant_is_added_once_and_told_where_its_portal_is() -> None:
    assert "http://127.0.0.1:8000/m/kiln/" in run("kiln", *WORDS)
    assert "Nothing was changed: it is so already." in run("kiln", *WORDS)
    assert Merchant.objects.count() == 1


def test_what_customers_may_do_is_refused_whole_then_set_then_printed() -> None:
    run("kiln", *WORDS)
    for wrong, why in [
        ("move_day=7", "no policy 'move_day'"),
        ("pay_off=never", "pay_off is yes or no"),
        ("move_days", "whole number from 0 to 60"),
        ("cancel_plan=never", "cancel_plan is one of: off, at_end, now, both"),
        ("cancel_offers=unused:gift", "cancel_offers: unused is followed by one of"),
    ]:
        with pytest.raises(CommandError, match=why):
            run("kiln", "--name", "Kilns", "--policy", "pay_next=no", "--policy", wrong)
    assert (kiln().name, kiln().policies) == ("Kiln", Policies())

    printed = run("kiln", "--policy", "move_days=7", "--policy", "pay_off=no")

    assert "pay_off=no" in printed
    assert "move_days=7" in printed
    assert kiln().policies == Policies(move_days=7, pay_off=False)
    assert "move_days=7" in run("kiln")
    printed = run("kiln", "--policy", "cancel_plan=off", "--policy", "cancel_offers=unused:skip")
    assert "cancel_plan=off cancel_off_for= cancel_offers=unused:skip" in printed
    assert kiln().policies.cancel_subscription == "both"


def test_staff_read_why_customers_cancelled() -> None:
    run("kiln", *WORDS)
    assert "Nobody has cancelled here yet." in run("kiln", "--cancels")
    other = builders.merchant("other", name="Other")
    for shop in (builders.merchant(), other):
        ada = builders.customer(shop, f"Ada of {shop.slug}")
        mine = builders.subscription(
            builders.order(ada, builders.connection(shop)), name=f"Studio {shop.slug}"
        )
        note = {
            "merchant_id": shop.id,
            "subscription": mine,
            "asked_by": "customer",
            "created_at": builders.now(),
        }
        CancelNote.objects.create(
            **note,
            wanted="now",
            reason="unused",
            comment="No\n\t\x1b[2Jtime.",
            offered="pause",
            answer="accepted",
        )
        CancelNote.objects.create(**note, wanted="at_end", answer="canceled", undone_at=builders.now())
    printed = run("harbor", "--cancels")
    assert "Why customers cancelled: unused 1, no reason 1." in printed
    assert 'Studio harbor | unused | took the offer to pause | "No [2Jtime."' in printed
    assert "Studio harbor | no reason | cancelled at the end of what is paid, taken back" in printed
    assert "Studio other" not in printed


def test_a_mistyped_name_adds_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no merchant 'klin'.*--name, --support-email, --mode"):
        run("klin", "--accent", "#ffee00", "--logo", svg(tmp_path))
    assert not Merchant.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (("--time-zone", "Mars/Olympus"), "time zone"),
        (("--accent", "red"), "colour"),
        (("--host-name", "not a host"), "host name"),
        (("--support-email", "nobody"), "e-mail"),
        (("--support-url", "http://kiln.example/help"), "https://"),
        (("--support-url", "https://name:word@kiln.example/"), "https://"),
        (("--support-url", "javascript:alert(1)"), "https://"),
        (("--support-url", 'https://kiln.example/"><script>'), "https://"),
        (("--support-phone", "call us"), "telephone"),
        (("--name", "Two\nlines"), "one line"),
        (("--name", "x" * 121), "120"),
        (("--mode", "half"), "live or test"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(wrong: tuple[str, str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run("kiln", *WORDS, *wrong)
    assert not Merchant.objects.exists()
    run("kiln", *WORDS)
    before = Merchant.objects.values().get()
    with pytest.raises(CommandError):
        run("kiln", "--accent", "#123456", *wrong)
    assert Merchant.objects.values().get() == before


def test_what_is_given_is_changed_and_shown_and_the_rest_stays() -> None:
    run("kiln", *WORDS, "--support-phone", "+351 21 555 0100")
    said = run("kiln", "--name", "Kiln & Sons", "--support-url", "https://kiln.example/help")
    assert "name: Kiln -> Kiln & Sons" in said
    assert "support url: none -> https://kiln.example/help" in said
    assert "support phone" not in said
    seen = kiln()
    assert (seen.name, seen.support_url, seen.support_phone) == (
        "Kiln & Sons",
        "https://kiln.example/help",
        "+351 21 555 0100",
    )
    run("kiln", "--support-phone", "")
    assert kiln().support_phone == ""


def test_a_test_merchant_never_becomes_a_live_one() -> None:
    run("kiln", *WORDS)
    with pytest.raises(CommandError, match="stays one"):
        run("kiln", "--mode", "live")


def test_two_merchants_have_no_host_name_in_common() -> None:
    run("kiln", *WORDS, "--host-name", "pay.kiln.example")
    run("clay", *WORDS)
    with pytest.raises(CommandError, match="Another merchant has that host name"):
        run("clay", "--host-name", "pay.kiln.example")
    run("kiln", "--host-name", "")
    assert kiln().host_name is None


def test_a_color_that_was_mended_is_named() -> None:
    said = run("kiln", *WORDS, "--accent", "#FFEE00")
    assert (
        "#ffee00 is too light for words on light pages (1.1:1, 4.5:1 is needed); buttons and links use #786f00."
        in said
    )
    said = run("kiln", "--accent", "#0b2545")
    assert "accent color: #ffee00 -> #0b2545" in said
    assert "too light" not in said
    assert "On dark pages they use #" in said


def test_a_logo_is_kept_and_what_is_done_to_it_is_said(tmp_path: Path) -> None:
    said = run("kiln", *WORDS, "--logo", svg(tmp_path))
    assert "logo: SVG, 720 × 180" in said
    assert "would vanish on dark pages: there it stands on a white plate" in said
    assert "--logo-dark" in said
    shown = kiln().logo
    assert shown
    kept = logo_by_digest(merchant_id=kiln().id, digest=shown.paper.digest)
    assert kept
    assert (shown.light.has_plate, shown.dark.has_plate) == (False, True)
    assert kept.digest == kiln().logo_digest == shown.light.digest
    assert (kept.media_type, shown.dark.digest) == ("image/svg+xml", shown.light.digest)
    letter = logo_by_digest(merchant_id=kiln().id, digest=shown.letter.digest)
    assert letter
    assert letter.media_type == "image/png"


def test_a_dark_logo_takes_the_place_of_the_plate(tmp_path: Path) -> None:
    light, dark = svg(tmp_path), svg(tmp_path, "#ffffff", "dark.svg")
    said = run("kiln", *WORDS, "--logo", light, "--logo-dark", dark)
    assert "vanish" not in said
    shown = kiln().logo
    assert shown
    kept, kept_dark = (
        logo_by_digest(merchant_id=kiln().id, digest=one.digest) for one in (shown.paper, shown.dark)
    )
    assert kept
    assert kept_dark
    assert b"#ffffff" in kept_dark.content
    assert b"#0b2545" in kept.content


def test_a_white_logo_stands_on_a_dark_plate(tmp_path: Path) -> None:
    said = run("kiln", *WORDS, "--logo", svg(tmp_path, "#ffffff"))
    assert "would vanish on white: there it stands on a dark plate" in said
    assert "vanish on dark pages" not in said


def test_a_logo_that_was_replaced_stays_where_receipts_name_it(tmp_path: Path) -> None:
    run("kiln", *WORDS, "--logo", svg(tmp_path))
    first = kiln().logo_digest
    run("kiln", "--logo", svg(tmp_path, "#a8472c"))
    assert kiln().logo_digest != first
    assert "logo: none" in run("kiln", "--no-logo")
    assert kiln().logo_digest == ""
    assert kiln().logo is None
    kept = logo_by_digest(merchant_id=kiln().id, digest=first)
    assert kept
    assert b"#0b2545" in kept.content


def test_the_same_logo_again_is_the_same_picture(tmp_path: Path) -> None:
    run("kiln", *WORDS, "--logo", svg(tmp_path))
    count = Picture.objects.count()
    run("kiln", "--logo", svg(tmp_path))
    assert Picture.objects.count() == count


def test_a_logo_of_another_merchant_is_none_of_ours(tmp_path: Path) -> None:
    run("kiln", *WORDS, "--logo", svg(tmp_path))
    run("clay", *WORDS)
    clay = merchant_by_slug("clay")
    assert clay
    assert logo_by_digest(merchant_id=clay.id, digest=kiln().logo_digest) is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--logo", "missing.svg"), "missing.svg: "),
        (("--logo-dark", "logo.svg"), "goes with --logo"),
        (("--no-logo", "--logo", "logo.svg"), "exclude each other"),
    ],
)
def test_a_logo_that_cannot_be_set_changes_nothing(words: tuple[str, ...], why: str) -> None:
    run("kiln", *WORDS)
    with pytest.raises(CommandError, match=why):
        run("kiln", "--name", "Other", *words)
    assert kiln().name == "Kiln"


def test_a_file_is_judged_by_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "logo.svg"
    written = BytesIO()
    Image.new("RGB", (300, 100), "#a8472c").save(written, "PNG")
    file.write_bytes(written.getvalue())
    run("kiln", *WORDS, "--logo", str(file))
    kept = logo_by_digest(merchant_id=kiln().id, digest=kiln().logo_digest)
    assert kept
    assert kept.media_type == "image/png"


def test_no_process_that_serves_pages_loads_what_reads_pictures() -> None:
    """An image library is ten MiB in each of them, and a door for whoever finds a hole in a decoder."""
    program = (
        "import sys, django; django.setup(); import paydesk.config.urls, paydesk.config.schedule;"
        "print(sorted({'PIL', 'paydesk.merchants.logos'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[]"
