"""Make the merchant's colour readable: its lightness moves until text in it meets 4.5:1 on every surface.

Light and dark each get a colour of their own, of the same hue, and the ink for text on a button filled with it.
The maths is OKLCH (Björn Ottosson) and the contrast of WCAG 2.2; colours outside sRGB lose chroma, never hue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

CONTRAST_MIN = 4.5
#: The surfaces of static/portal/tokens.css on which the accent is hardest to read; a test compares them.
LIGHT_SURFACE = (0.958, 0.006, 250.0)
DARK_SURFACE = (0.262, 0.014, 260.0)
#: The ink on a button in dark mode: the darkest neutral there.
DARK_INK = (0.17, 0.01, 260.0)
DEFAULT = "#3d5afe"
_STEP = 0.004
_CHROMA_MAX = 0.2

Triple = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Accent:
    """OKLCH triples (lightness 0 to 1, chroma, hue in degrees)."""

    light: Triple
    dark: Triple


@lru_cache(maxsize=512)
def accent_of(color: str) -> Accent:
    """Give the accent for a colour such as `#3d5afe`; what is not a colour gives the default's."""
    try:
        lightness, chroma, hue = _from_hex(color)
    except ValueError:
        lightness, chroma, hue = _from_hex(DEFAULT)
    chroma = min(chroma, _CHROMA_MAX)
    return Accent(
        light=_moved((min(lightness, 0.62), chroma, hue), against=LIGHT_SURFACE, step=-_STEP),
        dark=_moved((max(lightness, 0.62), chroma, hue), against=DARK_SURFACE, step=_STEP),
    )


@lru_cache(maxsize=512)
def stylesheet(color: str) -> str:
    """Write the stylesheet that gives a merchant's portal its colour, in light and dark."""
    accent = accent_of(color)
    light, dark, ink = _css(accent.light), _css(accent.dark), _css(DARK_INK)
    return (
        f":root{{--accent:{light};--on-accent:oklch(100% 0 0)}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--accent:{dark};--on-accent:{ink}}}}}"
    )


def contrast(one: Triple, other: Triple) -> float:
    """Give the contrast of WCAG 2.2 between two OKLCH colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _moved(color: Triple, *, against: Triple, step: float) -> Triple:
    lightness, chroma, hue = color
    while 0 < lightness < 1:
        candidate = _inside((lightness, chroma, hue))
        if contrast(candidate, against) >= CONTRAST_MIN + 0.05:
            return candidate
        lightness += step
    return (0.0 if step < 0 else 1.0, 0.0, hue)


def _inside(color: Triple) -> Triple:
    """Take chroma away until a screen can show the colour."""
    lightness, chroma, hue = color
    while chroma > 0 and not all(-0.0005 <= part <= 1.0005 for part in _linear((lightness, chroma, hue))):
        chroma = max(0.0, chroma - 0.004)
    return (round(lightness, 4), round(chroma, 4), round(hue, 1))


def _css(color: Triple) -> str:
    return f"oklch({color[0] * 100:.1f}% {color[1]:.3f} {color[2]:.1f})"


def _luminance(color: Triple) -> float:
    red, green, blue = (min(1.0, max(0.0, part)) for part in _linear(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(color: Triple) -> Triple:
    """Turn OKLCH into linear sRGB."""
    lightness, chroma, hue = color
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _from_hex(color: str) -> Triple:
    """Read `#rrggbb`; raises ValueError."""
    digits = color.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(color)
    red, green, blue = (_to_linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return (lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _to_linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
