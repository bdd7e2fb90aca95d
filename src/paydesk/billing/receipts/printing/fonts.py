"""Find the fonts to print with: the serif inside Typst, the optional font packages, a folder of the merchant's server.

Nothing depends on what fonts a machine happens to have.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    import typst

SERIF = "Libertinus Serif"
#: The packages of the extra `paydesk[fonts]`: Noto Sans for Arabic and Hebrew, and for Japanese, Chinese and Korean.
PACKAGES = ("justmytype_intl_rtl", "justmytype_intl_cjk")
#: Japanese, Chinese and Korean share code points and draw them differently; the first that fits is tried first.
_HAN = {
    "ja": "Noto Sans JP",
    "zh": "Noto Sans SC",
    "zh-hant": "Noto Sans TC",
    "ko": "Noto Sans KR",
}
_HAN_OF_COUNTRY = {
    "JP": "ja",
    "CN": "zh",
    "SG": "zh",
    "TW": "zh-hant",
    "HK": "zh-hant",
    "MO": "zh-hant",
    "KR": "ko",
}


@cache
def all_fonts() -> typst.Fonts:
    """Give every font that may be used, found once a process."""
    import typst  # Only who prints pays for it.

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(path) for path in folders()]
    )


def folders() -> list[Path]:
    """Name the folders in which fonts were found, in a fixed order."""
    packages = [_package_folder(name) for name in PACKAGES]
    own = Path(settings.PAYDESK_FONTS) if settings.PAYDESK_FONTS else None
    return [folder for folder in (*packages, own) if folder is not None and folder.is_dir()]


def families_for(language: str, country: str) -> list[str]:
    """Name the font families in the order in which a letter is looked for.

    Where a name is written in Han, the country of the address says whose forms are meant, else the language does.
    """
    found = extra_families()
    first = _HAN.get(_HAN_OF_COUNTRY.get(country, language), _HAN["ja"])
    han = sorted((name for name in found if name in _HAN.values()), key=lambda name: (name != first, name))
    rest = [name for name in found if name not in _HAN.values()]
    return [SERIF, *rest, *han]


@cache
def extra_families() -> tuple[str, ...]:
    return tuple(sorted({font.family for font in all_fonts().fonts() if font.path}))


def _package_folder(name: str) -> Path | None:
    """A package of fonts is data: it is found, not imported."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
