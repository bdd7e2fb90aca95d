"""A merchant's colour stays readable whatever it is, on the surfaces that pages and letters really have."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paydesk.kit import accent
from paydesk.kit.accent import DARK, LIGHT, Ground, Shades, accent_of, contrast
from tests.laws.sources import ROOT

TOKENS = ROOT / "src/paydesk/portal/styles/tokens.css"
LETTER = ROOT / "src/paydesk/notices/letters/frame.html"
COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
#: Yellow, white, black and grey have no room to move in one direction, or no hue to keep.
HARD = ["#ffff00", "#ffee00", "#ffffff", "#000000", "#808080", "#00ff00", "#0000ff", "#ff0000", "#010101"]
WORDS, SHAPE = 4.5, 3.0


def pairs(shades: Shades, ground: Ground) -> dict[str, tuple[str, str, float]]:
    """Name every pair of colours that is drawn on another, with the contrast that WCAG 2.2 asks of it."""
    return {
        "a link on the page": (shades.accent, ground.surface, WORDS),
        "a link on a sunken ground": (shades.accent, ground.sunken, WORDS),
        "a filter that is chosen": (shades.accent, shades.soft, WORDS),
        "a link under the pointer": (shades.strong, ground.sunken, WORDS),
        "words on a button": (shades.on_accent, shades.accent, WORDS),
        "words on a button under the pointer": (shades.on_accent, shades.strong, WORDS),
        "a focus ring, a button, the edge of what is chosen": (shades.accent, ground.sunken, SHAPE),
        "progress on its track": (shades.accent, ground.line, SHAPE),
    }


def faint(color: str) -> list[str]:
    """Say what cannot be read when a merchant has this colour."""
    made = accent_of(color)
    return [
        f"{color} {ground.name}: {name} {contrast(one, other):.2f}"
        for shades, ground in ((made.light, LIGHT), (made.dark, DARK))
        for name, (one, other, least) in pairs(shades, ground).items()
        if contrast(one, other) < least
    ]


@settings(max_examples=1500, deadline=None)
@given(COLORS)
def test_every_color_becomes_readable(color: str) -> None:
    assert faint(color) == []


@pytest.mark.parametrize("color", HARD)
def test_the_hard_ones_become_readable_too(color: str) -> None:
    assert faint(color) == []


def test_every_corner_of_the_cube_becomes_readable() -> None:
    steps = [f"{part:02x}" for part in range(0, 256, 51)]
    said = [faint(f"#{red}{green}{blue}") for red in steps for green in steps for blue in steps]
    assert [one for one in said if one] == []


@settings(deadline=None)
@given(COLORS)
def test_words_that_are_not_the_accents_can_be_read_on_its_soft_ground(color: str) -> None:
    light, dark = TOKENS.read_text().split("@media", 1)
    made = accent_of(color)
    for name in ("ink", "ink-soft"):
        assert contrast(token(light, name), made.light.soft) >= WORDS
        assert contrast(token(dark, name), made.dark.soft) >= WORDS


@pytest.mark.parametrize("color", ["#3d5afe", "#0b6e4f", "#a8472c", "#123456", "#000000"])
def test_a_color_that_can_be_read_stays_as_it_is(color: str) -> None:
    assert accent_of(color).light.accent == color
    assert accent_of(color.upper()) == accent_of(color)


def test_a_yellow_becomes_an_olive_and_stays_itself_in_the_dark() -> None:
    assert accent_of("#ffee00").light.accent == "#786f00"
    assert accent_of("#ffee00").dark.accent == "#ffee00"


@pytest.mark.parametrize("color", ["#333333", "#000000", "#10241a", "#ffffff", "#999999", "#e8e4dc"])
def test_a_grey_never_looks_like_a_button_that_is_disabled(color: str) -> None:
    made = accent_of(color)
    assert contrast(made.light.accent, "#ffffff") > 8
    assert contrast(made.dark.accent, DARK.surface) > 6


@pytest.mark.parametrize("color", HARD)
def test_a_button_looks_different_under_the_pointer(color: str) -> None:
    made = accent_of(color)
    assert contrast(made.light.accent, made.light.strong) > 1.1
    assert contrast(made.dark.accent, made.dark.strong) > 1.1


@pytest.mark.parametrize("color", ["", "#12", "red", "#zzzzzz", "url(x)", "#3d5afe;}", "#3d5afe\n"])
def test_what_is_no_color_gives_the_default(color: str) -> None:
    assert accent_of(color) == accent_of(accent.DEFAULT)


def test_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize(("mode", "ground"), [(0, LIGHT), (1, DARK)])
def test_the_grounds_are_those_of_the_stylesheet(mode: int, ground: Ground) -> None:
    css = TOKENS.read_text().split("@media", 1)[mode]
    assert token(css, "surface") == ground.surface
    assert token(css, "sunken") == ground.sunken
    assert token(css, "line") == ground.line
    assert mode == 0 or token(css, "paper") == accent.INK


def test_the_grounds_of_a_letter_are_no_harder_to_read_on() -> None:
    light, dark = LETTER.read_text().split("@media", 1)
    for css, ground in ((light, LIGHT), (dark, DARK)):
        found = re.findall(r"\.(?:page|sheet)[^}]*background: (#[0-9a-f]{6})", css)
        assert len(found) == 2
        for one in found:
            # The accent was measured against the hardest ground; the letter's must lie on its easy side.
            assert contrast(one, ground.surface) <= contrast(ground.sunken, ground.surface) + 0.01


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("name", ["ink", "ink-soft", "danger", "warning", "success"])
@pytest.mark.parametrize("surface", ["paper", "surface", "sunken"])
def test_every_text_is_readable_on_every_surface(mode: int, name: str, surface: str) -> None:
    css = TOKENS.read_text().split("@media", 1)[mode]
    assert contrast(token(css, name), token(css, surface)) >= WORDS


@pytest.mark.parametrize("mode", [0, 1])
def test_the_edge_of_a_control_can_be_seen(mode: int) -> None:
    css = TOKENS.read_text().split("@media", 1)[mode]
    assert contrast(token(css, "line-control"), token(css, "surface")) >= SHAPE


def token(css: str, name: str) -> str:
    """Read an OKLCH token as the colour that a screen shows."""
    found = re.search(rf"--{name}: oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", css)
    if found is None:
        assert f"--{name}: oklch(100% 0 0)" in css, name
        return "#ffffff"
    return accent.color_of(float(found[1]) / 100, float(found[2]), float(found[3]))
