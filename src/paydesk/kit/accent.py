"""Make a merchant's colour readable: its lightness moves until all that is drawn with it meets WCAG 2.2.

Text and what stands on a button need 4.5:1 (1.4.3), a shape 3:1 (1.4.11). Light and dark pages each get shades of their
own, of the same hue. Lightness is that of OKLCH (Björn Ottosson); what no screen can show loses chroma, never hue.
A colour that is readable as it is stays as it is. All colours come in and go out as `#rrggbb`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

CONTRAST_MIN = 4.5
SHAPE_CONTRAST_MIN = 3.0
DEFAULT = "#3d5afe"
WHITE = "#ffffff"
#: The darkest neutral of dark pages, for words on a light button.
INK = "#0d1014"
_COLOR = re.compile(r"#[0-9a-f]{6}")
_STEP = 0.004
#: Dark pages glare with more.
_DARK_CHROMA_MAX = 0.2
_DARK_LIGHTNESS_MIN = 0.62
#: With less a colour is a grey; one in the middle looks like a button that is disabled.
_GREY_BELOW = 0.045
_GREY_LIGHTNESS = {"light": 0.3, "dark": 0.9}
#: How much of the colour is left under the pointer, and in the ground of what is chosen.
_STRONG_SHARE = 0.84
_STRONG_SHARE_OF_BLACK = 0.7
_SOFT_SHARE = {"light": 0.08, "dark": 0.11}

Triple = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What a colour has to be seen on: the page, the surface on which it is hardest to read, and the line beside it."""

    name: str
    surface: str
    sunken: str
    line: str


#: Those of the portal's stylesheet; a test compares them.
LIGHT = Ground(name="light", surface=WHITE, sunken="#eef1f5", line="#dbdfe3")
DARK = Ground(name="dark", surface="#16191e", sunken="#21252b", line="#2d3239")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shades:
    """What is drawn with a colour: words, links and buttons in `accent`, words on it, the same under the pointer

    (`strong`), and the ground of what is chosen (`soft`).
    """

    accent: str
    on_accent: str
    strong: str
    soft: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Accent:
    """The shades for light pages (and paper), and those for dark ones."""

    light: Shades
    dark: Shades


@lru_cache(maxsize=512)
def accent_of(color: str) -> Accent:
    """Give the shades for a colour such as `#3d5afe`; what is not a colour gives the default's."""
    chosen = color.lower() if is_color(color) else DEFAULT
    return Accent(light=_readable(chosen, LIGHT, step=-_STEP), dark=_readable(chosen, DARK, step=_STEP))


def is_color(color: str) -> bool:
    """Say whether it is written as `#rrggbb`."""
    return _COLOR.fullmatch(color.lower()) is not None


def contrast(one: str, other: str) -> float:
    """Give the contrast of WCAG 2.2 between two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Give the relative luminance of WCAG 2.2: 0 is black, 1 is white."""
    red, green, blue = _linear_of(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def color_of(lightness: float, chroma: float, hue: float) -> str:
    """Turn OKLCH (0 to 1, about 0 to 0.4, degrees) into the nearest colour of the same hue that a screen can show."""
    inside = _inside((lightness, chroma, hue))
    return _hex(_oklab_to_linear(_polar_to_lab(inside)))


def _readable(color: str, ground: Ground, *, step: float) -> Shades:
    """Take the first colour in the direction of `step` that is readable; black and white always are."""
    for candidate in _candidates(color, ground, step):
        shades = _shades(candidate, ground)
        if _is_readable(shades, ground):
            return shades
    return _shades("#000000" if step < 0 else WHITE, ground)


def _candidates(color: str, ground: Ground, step: float) -> Iterator[str]:
    """First the colour itself, where it does not glare; a grey goes to the end that words are at."""
    lightness, chroma, hue = _polar_of(color)
    if ground.name == "light" or (lightness >= _DARK_LIGHTNESS_MIN and chroma <= _DARK_CHROMA_MAX):
        yield color
    if chroma < _GREY_BELOW:
        yield color_of(_GREY_LIGHTNESS[ground.name], chroma, hue)
    if ground.name == "dark":
        lightness, chroma = max(lightness, _DARK_LIGHTNESS_MIN) - step, min(chroma, _DARK_CHROMA_MAX)
    while 0 < lightness + step < 1:
        lightness += step
        yield color_of(lightness, chroma, hue)


def _shades(accent: str, ground: Ground) -> Shades:
    return Shades(
        accent=accent,
        on_accent=max((WHITE, INK), key=lambda ink: contrast(ink, accent)),
        strong=_strong(accent, ground),
        soft=_mixed(accent, ground.surface, _SOFT_SHARE[ground.name]),
    )


def _strong(accent: str, ground: Ground) -> str:
    """Under the pointer a colour moves away from the page, or towards it where there is no room left to move."""
    lightness = _lab_of(accent)[0]
    if ground.name == "dark":
        return _mixed(accent, WHITE if lightness < 0.8 else "#000000", _STRONG_SHARE)
    if lightness > 0.25:
        return _mixed(accent, "#000000", _STRONG_SHARE)
    return _mixed(accent, WHITE, _STRONG_SHARE_OF_BLACK)


def _is_readable(shades: Shades, ground: Ground) -> bool:
    words = [
        (shades.accent, ground.surface),
        (shades.accent, ground.sunken),
        (shades.accent, shades.soft),
        (shades.strong, ground.sunken),
        (shades.on_accent, shades.accent),
        (shades.on_accent, shades.strong),
    ]
    return contrast(shades.accent, ground.line) >= SHAPE_CONTRAST_MIN and all(
        contrast(one, other) >= CONTRAST_MIN for one, other in words
    )


def _inside(color: Triple) -> Triple:
    """Find the most chroma, up to the one wished for, that a screen can show at this lightness."""
    lightness, chroma, hue = color
    if _can_be_shown(color):
        return color
    least, most = 0.0, chroma
    for _ in range(9):
        middle = (least + most) / 2
        least, most = (middle, most) if _can_be_shown((lightness, middle, hue)) else (least, middle)
    return (lightness, least, hue)


def _can_be_shown(color: Triple) -> bool:
    return all(-0.0005 <= part <= 1.0005 for part in _oklab_to_linear(_polar_to_lab(color)))


def _mixed(color: str, other: str, share: float) -> str:
    """Mix in OKLab, as a stylesheet's `color-mix(in oklab, ...)` does."""
    lightness, a, b = (
        one * share + another * (1 - share)
        for one, another in zip(_lab_of(color), _lab_of(other), strict=True)
    )
    return _hex(_oklab_to_linear((lightness, a, b)))


def _polar_of(color: str) -> Triple:
    lightness, a, b = _lab_of(color)
    return (lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _polar_to_lab(color: Triple) -> Triple:
    lightness, chroma, hue = color
    return (lightness, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue)))


def _lab_of(color: str) -> Triple:
    red, green, blue = _linear_of(color)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _oklab_to_linear(color: Triple) -> Triple:
    lightness, a, b = color
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _linear_of(color: str) -> Triple:
    red, green, blue = (_to_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return (red, green, blue)


def _to_linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _hex(linear: Triple) -> str:
    return "#" + "".join(f"{round(_from_linear(min(1.0, max(0.0, part))) * 255):02x}" for part in linear)


def _from_linear(part: float) -> float:
    return float(part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055)
