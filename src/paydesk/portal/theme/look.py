"""Say how a merchant's frame looks: the address of its stylesheet and icon, and its logo with its name.

A wide logo says the name itself and stands alone; beside one that is not, the name is written. The size on the page is
known before the picture is, so nothing moves when it arrives.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from django.urls import get_script_prefix
from markupsafe import Markup

from paydesk.kit.accent import DEFAULT
from paydesk.merchants.branding import ShownLogo
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.addresses import url
from paydesk.portal.theme.icon import icon_version
from paydesk.portal.theme.sheet import version_of

#: CSS pixels.
_SIZE = {"area": 3200, "width_max": 176, "height_max": 34}
_ICON_SHAPES = (0.8, 1.25)


class Look(NamedTuple):
    """What the frame of a page draws with."""

    stylesheet: str
    icon: str
    brand: Markup


def look_of(merchant: MerchantInSight | None) -> Look:
    """Give the look of a merchant's portal, or our own where there is none."""
    if merchant is None:
        return Look(url("theme", version_of(DEFAULT)), "data:,", Markup('<span class="brand">Paydesk</span>'))
    return _look(merchant.name, merchant.accent_color, merchant.logo, get_script_prefix())


@lru_cache(maxsize=512)
def _look(name: str, accent_color: str, logo: ShownLogo | None, prefix: str) -> Look:
    """Made once for what it is made of; the prefix is in every address."""
    return Look(
        stylesheet=url("theme", version_of(accent_color)),
        icon=url("logo", logo.light.digest)
        if logo and _is_icon(logo)
        else url("icon", icon_version(name, accent_color)),
        brand=Markup('<a class="brand" href="{}">{}</a>').format(url("home"), _mark(name, logo)),
    )


def _mark(name: str, logo: ShownLogo | None) -> Markup:
    if logo is None:
        letter = Markup('<span class="monogram" aria-hidden="true">{}</span>').format(name[:1].upper())
        return letter + _name(name)
    if logo.says_the_name:
        return _logo(logo, says=name)
    return _logo(logo, says="") + _name(name)


def _name(name: str) -> Markup:
    return Markup('<span class="brand-name">{}</span>').format(name)


def _logo(logo: ShownLogo, *, says: str) -> Markup:
    """Draw the logo. Where its own colours would vanish it stands on a plate."""
    kinds = ["logo", *(["writing"] if logo.says_the_name else [])]
    kinds += [f"plate-{mode}" for mode in ("light", "dark") if getattr(logo, mode).has_plate]
    dark = Markup("")
    if logo.dark.digest != logo.light.digest:
        width, height = logo.dark.fitted(**_SIZE)
        dark = Markup(
            '<source media="(prefers-color-scheme: dark)" srcset="{}" width="{}" height="{}">'
        ).format(url("logo", logo.dark.digest), width, height)
    width, height = logo.light.fitted(**_SIZE)
    return Markup('<picture class="{}">{}<img src="{}" alt="{}" width="{}" height="{}"></picture>').format(
        " ".join(kinds),
        dark,
        url("logo", logo.light.digest),
        says,
        width,
        height,
    )


def _is_icon(logo: ShownLogo) -> bool:
    """A square logo that is seen on tabs of either mode."""
    least, most = _ICON_SHAPES
    is_square = least <= logo.light.width / logo.light.height <= most
    return is_square and not logo.light.has_plate and not logo.dark.has_plate
