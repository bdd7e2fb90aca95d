"""The merchant's colour stays readable whatever it is, on the surfaces that the stylesheet really has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.portal import accent

TOKENS = Path(accent.__file__).parent / "styles" / "tokens.css"
COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLORS)
def test_every_color_becomes_readable(color: str) -> None:
    found = accent.accent_of(color)
    assert accent.contrast(found.light, accent.LIGHT_SURFACE) >= accent.CONTRAST_MIN
    assert accent.contrast(found.light, (1.0, 0.0, 0.0)) >= accent.CONTRAST_MIN
    assert accent.contrast(found.dark, accent.DARK_SURFACE) >= accent.CONTRAST_MIN
    assert accent.contrast(found.dark, accent.DARK_INK) >= accent.CONTRAST_MIN


@pytest.mark.parametrize("color", ["", "#12", "red", "#zzzzzz", "url(x)"])
def test_what_is_no_color_gives_the_default(color: str) -> None:
    assert accent.accent_of(color) == accent.accent_of(accent.DEFAULT)


def test_black_on_white_is_21() -> None:
    assert round(accent.contrast((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)), 1) == 21


def test_the_surfaces_are_those_of_the_stylesheet() -> None:
    light, dark = TOKENS.read_text().split("@media", 1)
    assert token(light, "sunken") == accent.LIGHT_SURFACE
    assert token(dark, "sunken") == accent.DARK_SURFACE
    assert token(dark, "paper") == accent.DARK_INK


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("name", ["ink", "ink-soft", "danger", "warning", "success"])
@pytest.mark.parametrize("surface", ["paper", "surface", "sunken"])
def test_every_text_is_readable_on_every_surface(mode: int, name: str, surface: str) -> None:
    css = TOKENS.read_text().split("@media", 1)[mode]
    assert accent.contrast(token(css, name), token(css, surface)) >= accent.CONTRAST_MIN


@pytest.mark.parametrize("mode", [0, 1])
def test_the_edge_of_a_control_can_be_seen(mode: int) -> None:
    css = TOKENS.read_text().split("@media", 1)[mode]
    assert accent.contrast(token(css, "line-control"), token(css, "surface")) >= 3


def token(css: str, name: str) -> accent.Triple:
    """Read an OKLCH token."""
    found = re.search(rf"--{name}: oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", css)
    assert found, name
    return (round(float(found[1]) / 100, 4), float(found[2]), float(found[3]))
