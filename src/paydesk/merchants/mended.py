"""Say in words what was done to a merchant's colour so that it can be read."""

from __future__ import annotations

from paydesk.kit.accent import LIGHT, accent_of, contrast


def colors_said(color: str) -> list[str]:
    """Name what is used in place of a colour such as `#ffee00`, on light pages and on dark ones."""
    wanted, made = color.lower(), accent_of(color)
    said = []
    if made.light.accent != wanted:
        found = f"{contrast(wanted, LIGHT.sunken):.1f}:1, 4.5:1 is needed"
        said.append(
            f"{wanted} is too light for words on light pages ({found}); buttons and links use {made.light.accent}."
        )
    if made.dark.accent != wanted:
        said.append(f"On dark pages they use {made.dark.accent}.")
    return said
