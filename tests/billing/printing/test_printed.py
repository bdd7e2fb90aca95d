"""A receipt on paper: right in every script, the same bytes each time, kept for decades, read out in order."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pytest
from django.conf import settings
from PIL import Image
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing import compiler, fonts, letters
from paydesk.billing.receipts.printing.pdf import LettersMissing, draw_receipt, missing_letters, print_receipt
from paydesk.billing.receipts.printing.scripts import unprintable_scripts
from paydesk.billing.receipts.printing.words import LAYOUTS, language_for
from tests.billing.printing.paper import ARABIC, JAPANESE, a_receipt, billing, line, one_line, paid_with

LONG_NAME = "Catarina Fonseca de Albuquerque e Vasconcelos-Montenegro Pereira"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 5
MARKUP = '#panic("x") *b* $x^2$ [a](b) `c` \\ </svg> #read("/etc/passwd") <label> @ref'
PAPERS: dict[str, tuple[Receipt, str]] = {
    "plain": (a_receipt(), "en"),
    "german with a japanese name": (a_receipt(billing=billing(name=JAPANESE)), "de"),
    "arabic": (a_receipt(billing=billing(name=ARABIC, country="AE"), currency="AED"), "ar"),
    "japanese": (a_receipt(**one_line("コーヒー豆 定期便", 12_345_678), currency="JPY"), "ja"),
    "dinars in test mode": (a_receipt(**one_line("Beans", 1_234), currency="KWD", seller={"mode": "test"}), "en"),
    "200 lines": (a_receipt(lines=[line(f"Item {turn}", 100) for turn in range(200)]), "en"),
    "long words": (a_receipt(billing=None, customer=LONG_NAME, **one_line(LONG_WORD)), "de"),
    "markup": (a_receipt(billing=billing(name=MARKUP), seller={"name": MARKUP}, **one_line(MARKUP)), "en"),
    "refund": (a_receipt("refund", **one_line("") | {"lines": []}, receipt_number=12), "en"),
    "refund that failed": (a_receipt("refund_failed", lines=[], paid_with=[], note_number=13), "de"),
    "dispute won": (a_receipt("dispute_won", lines=[], paid_with=[], receipt_number=12, note_number=13), "ja"),
    "dispute": (a_receipt("dispute", lines=[], receipt_number=12), "ar"),
    "several methods": (a_receipt(paid_with=[paid_with(100 * turn) for turn in range(1, 5)]), "en"),
}  # fmt: skip


def words(receipt: Receipt, language: str = "en") -> str:
    """Read the pages as a program reads them out."""
    return _words(print_receipt(receipt, language=language))


def _words(printed: bytes) -> str:
    text = "\n".join(found.extract_text() for found in PdfReader(BytesIO(printed)).pages)
    return re.sub("[\u2066-\u2069\u200b\u200e\u200f]", "", text).replace("\u00a0", " ")


def picture(receipt: Receipt, language: str = "en", *, at: int = 0) -> Image.Image:
    """Look at a page, in grey."""
    drawn = draw_receipt(receipt, language=language, pixels_per_inch=72)
    return Image.open(BytesIO(drawn[at])).convert("L")


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The font packages are not installed."""
    monkeypatch.setattr(fonts, "PACKAGES", ())
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for kept in (fonts.all_fonts, fonts.extra_families, compiler.compiler_of):
        kept.cache_clear()
    letters.known.clear()


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_A_2A, page.ValidationProfile.PDF_UA_1])
def test_it_is_pdf_a_2a_and_pdf_ua_1(name: str, profile: page.ValidationProfile) -> None:
    receipt, language = PAPERS[name]
    report = page.validate_pdf_bytes(print_receipt(receipt, language=language), profile=profile)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant
    assert report.rules.total > 100


def test_the_validator_notices() -> None:
    printed = print_receipt(a_receipt(), language="en").replace(b"/Marked true", b"/Marked null")
    assert not page.validate_pdf_bytes(printed, profile=page.ValidationProfile.PDF_UA_1).is_compliant


@pytest.mark.parametrize(
    ("name", "language"), [("plain", "en"), ("german with a japanese name", "de"), ("arabic", "ar")]
)
def test_it_says_what_it_is_and_holds_its_fonts(name: str, language: str) -> None:
    reader = PdfReader(BytesIO(print_receipt(PAPERS[name][0], language=language)))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert "1042" in (reader.metadata.title or "")
    used: Any = reader.pages[0]["/Resources"]
    for font in used["/Font"].values():
        inside = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(inside)


def test_it_says_all_of_it() -> None:
    said = words(a_receipt())
    for part in ("Receipt", "EUR 53.10", "1042", "INV-00042", "Studio membership", "Kenya Gatomboya", "EUR 73.00",
                 "Members save 10 %", "−EUR 7.30", "From your balance", "−EUR 12.60", "Includes VAT 7%", "EUR 2.40",
                 "Visa ending in 4242", "Ada Okafor", "Torstraße 140", "10119 Berlin", "Germany", "Tax ID DE123456789",
                 "Harbor Coffee Roasters", "help@harbor.example", "harbor.example/help"):  # fmt: skip
        assert part in said, part
    assert "TEST" not in said
    # Half past eleven in London is the next day in Berlin, where the merchant is.
    assert "4 November 2026" in said


@pytest.mark.parametrize(
    ("receipt", "language", "written"),
    [
        (PAPERS["japanese"][0], "en", "JPY 12,345,678"),
        (PAPERS["dinars in test mode"][0], "en", "KWD 1.234"),
        (PAPERS["dinars in test mode"][0], "de", "1,234 KWD"),
    ],
)
def test_amounts_have_their_currencys_decimals(receipt: Receipt, language: str, written: str) -> None:
    assert written in words(receipt, language)


def test_a_tax_on_top_is_added_and_told() -> None:
    on_top = [{"title": "MwSt.", "percentage": "7.7", "amount_minor": 377, "is_included": False}]
    said = words(a_receipt(**one_line("Beans") | {"taxes": on_top, "amount_minor": 5277}), "de")
    assert "MwSt. 7,7 %" in said
    assert "3,77 EUR" in said


def test_a_merchant_in_test_mode_says_so() -> None:
    assert "TEST: no money has moved" in words(a_receipt(seller={"mode": "test"}))


def test_a_note_names_its_receipt() -> None:
    said = words(
        a_receipt(
            "refund", 1043, lines=[], receipt_number=1042, amount_minor=1410, paid_with=[paid_with(1410)]
        )
    )
    for part in ("Refund", "EUR 14.10", "1043", "For receipt", "1042", "Where it went back to"):
        assert part in said
    assert "How it was paid" not in said


def test_what_people_write_is_never_markup() -> None:
    said = words(PAPERS["markup"][0]).replace("\n", " ")
    assert '#panic("x") *b* $x^2$ [a](b)' in said
    assert "root:" not in said


def test_what_cannot_be_seen_and_what_turns_text_around_is_left_out() -> None:
    said = words(
        a_receipt(
            billing=None,
            customer="Ev\u202eil\x00\x07 \ud800\ue000Na\u0308me 🎉\u200d",
            **one_line("☕ Kenya"),
        )
    )
    assert "Evil Näme" in said
    assert "Kenya" in said


def test_two_hundred_lines_go_on_over_pages_under_their_heads() -> None:
    printed = print_receipt(PAPERS["200 lines"][0], language="en")
    pages = [found.extract_text() for found in PdfReader(BytesIO(printed)).pages]
    assert len(pages) > 3
    assert all("Quantity" in text for text in pages[:-1])
    assert all(f"Page {number} of {len(pages)}" in text for number, text in enumerate(pages, 1))
    assert re.findall(r"Item (\d+)", "".join(pages)) == [str(turn) for turn in range(200)]


@pytest.mark.parametrize("count", range(1, 26, 3))
@pytest.mark.parametrize(
    "title", ["Kenya", "Membership of the whole family, with clay and glaze and kiln " * 2]
)
def test_more_than_one_page_is_counted(count: int, title: str) -> None:
    lines = [line(f"{title} {turn}", 100) for turn in range(count)]
    printed = print_receipt(a_receipt(lines=lines), language="en")
    pages = [found.extract_text() for found in PdfReader(BytesIO(printed)).pages]
    assert len(pages) == 1 or all(f"Page {at} of {len(pages)}" in text for at, text in enumerate(pages, 1))


@pytest.mark.parametrize("language", ["en", "de", "ar", "ja"])
@pytest.mark.parametrize(
    "word", [LONG_WORD, "9" * 300, JAPANESE * 40, ARABIC.replace(" ", "") * 20], ids=str.__len__
)
def test_nothing_runs_over_the_margin(word: str, language: str) -> None:
    receipt = a_receipt(billing=billing(name=word, street=[word]), seller={"name": word}, title=word,
                        invoice_number=word, currency="JPY", **one_line(word, 123_456_789_012_345))  # fmt: skip
    shown = picture(receipt, language)
    for left in (0, shown.width - 50):
        margin = shown.crop((left, 0, left + 50, shown.height))
        assert margin.getextrema() == (255, 255)


def test_arabic_runs_from_right_to_left() -> None:
    def ink(language: str, half: str) -> int:
        shown = picture(a_receipt(billing=None), language)
        left = 0 if half == "left" else 298
        return sum(shown.crop((left, 130, left + 297, 230)).histogram()[:128])

    assert ink("en", "left") > 100 > ink("en", "right")
    assert ink("ar", "right") > 100 > ink("ar", "left")


def test_names_in_other_scripts_are_drawn_with_their_own_fonts() -> None:
    printed = print_receipt(a_receipt(customer=ARABIC, billing=billing(name=JAPANESE)), language="de")
    used: Any = PdfReader(BytesIO(printed)).pages[0]["/Resources"]
    names = {font.get_object()["/BaseFont"].partition("+")[2] for font in used["/Font"].values()}
    assert any("NotoSansJP" in name for name in names), names
    assert JAPANESE in _words(printed)


def test_han_letters_take_the_forms_of_the_country() -> None:
    orders = {country: fonts.families_for("de", country)[-4:] for country in ("JP", "CN", "TW", "KR", "DE")}
    assert {country: order[0].removeprefix("Noto Sans ") for country, order in orders.items()} == {
        "JP": "JP", "CN": "SC", "TW": "TC", "KR": "KR", "DE": "JP",
    }  # fmt: skip


def test_without_the_fonts_it_says_which_letters_are_missing_and_prints_no_boxes(no_fonts: None) -> None:
    receipt = a_receipt(billing=billing(name=f"Ada {JAPANESE}"))
    assert set(missing_letters(receipt, language="de")) == set(JAPANESE)
    with pytest.raises(LettersMissing) as missing:
        print_receipt(receipt, language="de")
    assert set(missing.value.letters) == set(JAPANESE)
    assert "Ada Okafor" in words(a_receipt(), "de")


def test_greek_cyrillic_and_hebrew_need_no_package(no_fonts: None) -> None:
    said = words(a_receipt(billing=billing(name="Ωμέγα Иван Łódź Đỗ", street=["שלום"])))
    assert "Ωμέγα Иван Łódź" in said


def test_staff_are_told_which_scripts_have_no_font(no_fonts: None) -> None:
    assert {"Arabic", "Japanese", "Chinese", "Korean"} <= set(unprintable_scripts())
    assert "Hebrew" not in unprintable_scripts()


def test_a_letter_that_no_font_has_gives_way_to_its_plain_form(no_fonts: None) -> None:
    assert "Office ABC" in words(a_receipt(billing=billing(name="Oﬃce ＡＢＣ")))


def test_a_folder_of_fonts_does_as_well(no_fonts: None, settings: Settings) -> None:
    settings.PAYDESK_FONTS = str(next(Path(sys.prefix).rglob("justmytype_intl_cjk")))
    _forget()
    assert JAPANESE in words(a_receipt(billing=billing(name=JAPANESE)))


def test_the_same_receipt_is_the_same_bytes_in_another_process() -> None:
    given = {"DJANGO_SETTINGS_MODULE": "paydesk.config.settings", "PYTHONPATH": str(settings.SOURCE.parent)}
    told = []
    for order in ("forth", "back"):
        command = [sys.executable, "-m", "tests.billing.printing.print_elsewhere", order]
        run = subprocess.run(command, env=given, capture_output=True, text=True, check=True)
        told.append(json.loads(run.stdout))
    here = {
        name: hashlib.sha256(print_receipt(receipt, language=language)).hexdigest()
        for name, (receipt, language) in PAPERS.items()
    }
    assert told == [here, here]
    assert len(set(here.values())) == len(PAPERS)


def test_every_language_has_every_word_and_every_language_of_the_portal_is_spoken() -> None:
    for layout in LAYOUTS.glob("*/words.json"):
        spoken = json.loads(layout.read_text("utf-8"))
        assert {code for code, _ in settings.LANGUAGES} <= set(spoken)
        holes = {
            language: {key: set(re.findall(r"{\w+}", text)) for key, text in table.items()}
            for language, table in spoken.items()
        }
        assert all(table == holes["en"] for table in holes.values())
        assert all(text for table in spoken.values() for text in table.values())


@pytest.mark.parametrize(
    ("wishes", "language"),
    [(["de-AT"], "de"), (["", "it", "ja"], "ja"), (["it"], "en"), ([], "en"), (["ar", "de"], "ar")],
)
def test_the_language_is_the_first_wish_that_can_be_met(wishes: list[str], language: str) -> None:
    assert language_for(1, *wishes) == language
