"""A logo from a file of anybody's: what could act is refused in words, what is kept is safe and small."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, PngImagePlugin

from paydesk.kit.accent import DARK, LIGHT
from paydesk.merchants.logos.ground import for_letters, needs_plate
from paydesk.merchants.logos.picture import LogoRefused, ReadPicture
from paydesk.merchants.logos.read import read_logo

BOX = '<path fill="#0b2545" d="M0 0h400v100H0z"/>'


def svg(inside: str = BOX, head: str = 'viewBox="0 0 400 100"', before: str = "") -> bytes:
    """Write an SVG."""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {spaces} {head}>{inside}</svg>".encode()


def raster(kind: str = "PNG", size: tuple[int, int] = (400, 100), mode: str = "RGB", **more: Any) -> bytes:
    """Write a picture of one colour."""
    written = BytesIO()
    color: Any = {"RGBA": (11, 37, 69, 255), "RGB": (11, 37, 69)}.get(mode, 0)
    Image.new(mode, size, color).save(written, kind, **more)
    return written.getvalue()


def kept(content: bytes) -> str:
    """Give what is kept of an SVG."""
    return read_logo(content).content.decode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no PNG, JPEG or SVG"),
        (b"GIF89a" + b"\x00" * 30, "no PNG, JPEG or SVG"),
        (b"\x1f\x8b\x08", "plain .svg"),
        (b"<html><svg/></html>", "no SVG"),
        (b"<svg", "broken"),
        (b'<svg viewBox="0 0 4 1"/>', "no SVG"),
        (b"<" + b" " * 1024 * 1024, "1 MiB"),
        (svg(BOX * 3000), "KiB; a logo may have 100"),
        (svg(before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "document type"),
        (svg(before="<!DOCTYPE svg SYSTEM 'file:///etc/passwd'>"), "document type"),
        (svg(before='<?xml-stylesheet href="https://evil.example/a.css"?>'), "xml-stylesheet"),
        (svg("<script>alert(1)</script>"), "a script"),
        (svg('<path d="M0 0h1v1" onload="alert(1)"/>'), r"a script \(onload\)"),
        (svg('<path d="M0 0h1v1" ONCLICK="alert(1)"/>'), "a script"),
        (svg("<foreignObject><p/></foreignObject>"), "another document"),
        (svg('<image href="https://evil.example/a.png"/>'), "another picture"),
        (svg('<a href="https://evil.example/">x</a>'), "a link"),
        (svg("<text>Harbor</text>"), "outlines"),
        (svg("<set attributeName='href' to='javascript:alert(1)'/>"), "moves"),
        (svg("<animate/>"), "moves"),
        (svg('<filter id="f"><feImage href="https://evil.example/"/></filter>'), "<filter>"),
        (svg("<iframe/>"), "<iframe>"),
        (svg('<use href="https://evil.example/a.svg#x"/>'), "outside"),
        (svg('<use xlink:href="data:image/svg+xml,x"/>'), "outside"),
        (svg('<path d="M0 0h1v1" fill="url(https://evil.example/#a)"/>'), "outside"),
        (svg(r'<path d="M0 0h1v1" fill="\75rl(https://evil.example/#a)"/>'), "outside"),
        (svg("<path d='M0 0h1v1' mask='image-set(\"https://evil.example/a\" 1x)'/>"), "outside"),
        (svg("<path d='M0 0h1v1' mask='src(\"https://evil.example/a\")'/>"), "outside"),
        (svg('<path d="M0 0h1v1" style="fill:URL(//evil.example/a)"/>'), "outside"),
        (svg("<style>@import url(https://evil.example/a.css);</style>" + BOX), "brings in others"),
        (svg(r"<style>path{fill:\75rl(https://evil.example)}</style>" + BOX), "hides what it says"),
        (svg(r'<path d="M0 0h1v1" style="fill:\75rl(https://evil.example)"/>'), "hide what they say"),
        (svg("<style>path:hover{fill:red}</style>" + BOX), "too elaborate"),
        (svg("<g>" * 60 + "</g>" * 60), "too elaborate"),
        (svg('<g id="a"><use href="#a"/></g>'), "refers to itself"),
        (svg('<mask id="a"><path mask="url(#a)" d="M0 0h1v1"/></mask>' + BOX), "refers to itself"),
        (svg(head=""), "viewBox"),
        (svg(head='viewBox="0 0 0 100"'), "no size"),
        (svg(head='viewBox="0 0 4000 100"'), "12 times as wide"),
        (svg(head='viewBox="0 0 10 400"'), "3 times as high"),
        (svg("<g/>"), "Nothing can be seen"),
        (raster(size=(20, 20)), "at least 24"),
        (raster(size=(2000, 100)), "12 times as wide"),
        (raster(mode="RGBA")[:200], "damaged"),
        (raster("JPEG")[:300], "damaged"),
        (raster("JPEG", mode="CMYK"), "print or unusual"),
    ],
)
def test_what_cannot_be_a_logo_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(LogoRefused, match=why):
        read_logo(content)


def test_parts_that_refer_to_each_other_cannot_draw_for_hours() -> None:
    """Ten lines that each draw the one before ten times would be ten thousand million shapes."""
    lines = ['<g id="x0"><path d="M0 0h9v9"/></g>']
    lines += [f'<g id="x{number + 1}">' + f'<use href="#x{number}"/>' * 10 + "</g>" for number in range(10)]
    with pytest.raises(LogoRefused, match="too often"):
        read_logo(svg("".join(lines)))


def test_a_picture_that_moves_is_refused() -> None:
    written = BytesIO()
    first, second = Image.new("RGB", (300, 100), "red"), Image.new("RGB", (300, 100), "blue")
    first.save(written, "PNG", save_all=True, append_images=[second])
    with pytest.raises(LogoRefused, match="moves"):
        read_logo(written.getvalue())


def test_a_picture_that_unpacks_to_far_too_much_is_never_unpacked() -> None:
    """A small file that says it has 20 million pixels."""
    head = b"IHDR" + (5000).to_bytes(4, "big") + (4000).to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    data = b"IDAT" + zlib.compress(b"\x00" * 100_000)
    chunks = b"".join(
        (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        for chunk in (head, data, b"IEND")
    )
    with pytest.raises(LogoRefused, match="may have 16 million"):
        read_logo(b"\x89PNG\r\n\x1a\n" + chunks)


def test_what_drawing_programs_write_is_understood() -> None:
    content = kept(
        svg(
            "<!-- Made by a program --><title>Harbor</title><metadata>secret@harbor.example</metadata>"
            "<style>/* a */ .st0, #n{fill:#0B2545;font-family:Arial} path{fill:red}</style>"
            '<defs><path id="c" d="M0 0h400v100H0z"/><clipPath id="d"><use xlink:href="#c"/></clipPath>'
            '<linearGradient id="e"><stop offset="0" style="stop-color:#fff;stop-opacity:.5"/></linearGradient></defs>'
            '<g clip-path="url(#d)" data-name="Layer 1"><path class="st0" d="M0 0h200v100H0z"/>'
            '<path style="fill:url(#e) #000" d="M200 0h200v100H200z"/></g>',
            before='<?xml version="1.0" encoding="UTF-8"?>\n',
        )
    )
    assert '<path d="M0 0h200v100H0z" fill="#0B2545"/>' in content
    assert '<use href="#c"/>' in content
    assert 'stop-color="#fff" stop-opacity=".5"' in content
    assert 'fill="url(#e) #000"' in content
    for left_out in ("style", "class", "font", "secret", "Harbor", "data-name", "Made by", "xlink"):
        assert left_out not in content, left_out


def test_other_vocabularies_are_left_out_with_all_that_is_in_them() -> None:
    inside = '<x:g xmlns:x="https://x.example"><script xmlns="http://www.w3.org/2000/svg">x</script></x:g>'
    html = '<p xmlns="http://www.w3.org/1999/xhtml" onclick="x">hello</p>'
    content = kept(
        svg(inside + html + '<path xmlns:x="https://x.example" x:onload="y" d="M0 0h400v100H0z"/>')
    )
    assert "x.example" not in content
    assert "script" not in content
    assert "onclick" not in content
    assert "onload" not in content


def test_what_is_kept_is_the_same_when_it_is_read_again() -> None:
    once = read_logo(svg())
    assert read_logo(once.content).content == once.content
    drawn = read_logo(raster(mode="RGBA"))
    assert read_logo(drawn.content).content == drawn.content


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="<>/\"'=&;# abcdefgpathsvgurlon:()", max_size=60))
def test_no_file_breaks_the_reader(inside: str) -> None:
    try:
        content = kept(svg(BOX + inside))
    except LogoRefused:
        return
    for danger in ("<script", "onload", "javascript", "http", "//"):
        assert danger not in content.replace("http://www.w3.org/2000/svg", "")


def test_margins_that_nobody_sees_are_cut() -> None:
    wide = read_logo(svg('<path d="M100 40h200v50H100z"/>', 'viewBox="0 0 400 200"'))
    assert 3.7 < wide.width / wide.height < 4.1
    canvas = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(canvas).rectangle((100, 150, 299, 199), fill="#0b2545")
    written = BytesIO()
    canvas.save(written, "PNG")
    cut = read_logo(written.getvalue())
    assert (cut.width, cut.height) == (200, 50)


def test_white_paper_around_a_logo_is_cut_as_well() -> None:
    canvas = Image.new("RGB", (600, 600), "#fefefe")
    ImageDraw.Draw(canvas).rectangle((100, 250, 499, 349), fill="#0b2545")
    written = BytesIO()
    canvas.save(written, "JPEG", quality=95)
    cut = read_logo(written.getvalue())
    assert 3.5 < cut.width / cut.height < 4
    assert needs_plate(cut, DARK)
    assert for_letters(cut).media_type == "image/png"


def test_a_large_picture_becomes_small_enough_for_a_page() -> None:
    found = read_logo(raster(size=(3000, 1000)))
    assert (found.width, found.height) == (720, 240)
    assert len(found.content) < 10_000


def test_metadata_is_not_kept() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "secret-name")
    exif = Image.Exif()
    exif[0x010E] = "secret-place"
    for content in (
        raster(pnginfo=said, exif=exif),
        raster("JPEG", exif=exif, comment=b"secret-comment"),
    ):
        assert b"secret" in content
        assert b"secret" not in read_logo(content).content


def test_a_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = read_logo(raster("JPEG", size=(100, 240), exif=exif))
    assert (found.width, found.height) == (240, 100)


def test_a_jpeg_stays_a_jpeg_and_a_png_a_png() -> None:
    assert read_logo(raster("JPEG")).content[:3] == b"\xff\xd8\xff"
    assert read_logo(raster("PNG", mode="P")).media_type == "image/png"
    assert read_logo(raster("PNG", mode="L")).media_type == "image/png"


LETTERS = '<path fill="{}" d="M0 0h60v100H0zM100 0h60v100h-60zM200 0h60v100h-60zM300 0h60v100h-60z"/>'
TICK = '<path d="M25 50l20 20 35-40" stroke="{}" stroke-width="14" fill="none"/>'
DISC = '<circle cx="50" cy="50" r="50" fill="{}"/>' + TICK


@pytest.mark.parametrize(
    ("drawing", "on_light", "on_dark"),
    [
        (svg(LETTERS.format("#0b2545")), False, True),
        (svg(LETTERS.format("#000")), False, True),
        (svg(LETTERS.format("#ffffff")), True, False),
        (svg(LETTERS.format("#f4f4f4")), True, False),
        (svg(LETTERS.format("#2f6fed")), False, False),
        (svg(LETTERS.format("#ffee00")), False, False),
        (svg(DISC.format("#2f6fed", "#fff"), 'viewBox="0 0 100 100"'), False, False),
        (svg(DISC.format("#2f6fed", "#000"), 'viewBox="0 0 100 100"'), False, False),
        (svg(LETTERS.format("#000") + '<circle cx="390" cy="90" r="10" fill="#f60"/>'), False, True),
    ],
)
def test_a_plate_is_put_where_the_outline_would_vanish(drawing: bytes, on_light: bool, on_dark: bool) -> None:
    found = read_logo(drawing)
    assert (needs_plate(found, LIGHT), needs_plate(found, DARK)) == (on_light, on_dark)


def on_paper(paper: str) -> ReadPicture:
    """A picture that brings its own ground."""
    image = Image.new("RGB", (400, 100), paper)
    ImageDraw.Draw(image).rectangle((50, 30, 350, 70), fill="#a8472c")
    written = BytesIO()
    image.save(written, "PNG")
    return read_logo(written.getvalue())


def test_white_paper_is_a_plate_on_dark_pages_and_other_grounds_stay() -> None:
    assert needs_plate(on_paper("#ffffff"), DARK)
    assert not needs_plate(on_paper("#ffffff"), LIGHT)
    assert not needs_plate(on_paper("#202020"), DARK)
    assert not needs_plate(on_paper("#202020"), LIGHT)


def test_a_letter_gets_a_picture_that_mail_programs_draw_and_that_is_seen_in_the_dark() -> None:
    dim = for_letters(read_logo(svg(LETTERS.format("#0b2545"))))
    assert dim.media_type == "image/png"
    corner, middle_edge = _pixels(dim)
    assert corner[3] == 0
    assert middle_edge == (255, 255, 255, 255)
    bright = for_letters(read_logo(svg(LETTERS.format("#2f6fed"))))
    assert bright.media_type == "image/png"
    assert (bright.width, bright.height) == (read_logo(svg(LETTERS.format("#2f6fed"))).width, bright.height)
    photo = read_logo(raster("JPEG"))
    assert for_letters(photo) is photo


def _pixels(picture: ReadPicture) -> tuple[Any, Any]:
    image = Image.open(BytesIO(picture.png)).convert("RGBA")
    return image.getpixel((0, 0)), image.getpixel((3, image.height // 2))
