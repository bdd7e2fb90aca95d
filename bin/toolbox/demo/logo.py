"""Draw the logo of Tidewater Ceramics: a jar of clay that the tide fills with glaze, on light pages and on dark."""

from pathlib import Path

_RIM = '<rect x="20" y="5" width="24" height="5" rx="2.5" fill="{clay}"/>'
_SHOULDERS = (
    "M25 12.5h14c0 5 2 7.5 5 9.5 5 3 9 8 10 14q-5.5 5-11 0t-11 0-11 0-11 0c1-6 5-11 10-14 3-2 5-4.5 5-9.5z"
)
_BELLY = "M10 42.5q5.5-5 11 0t11 0 11 0 11 0c0 7-5 12.5-11 16H21c-6-3.5-11-9-11-16z"
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
    f'{_RIM}<path fill="{{clay}}" d="{_SHOULDERS}"/><path fill="{{glaze}}" d="{_BELLY}"/></svg>\n'
)
#: By the option of `paydesk merchant` that takes the picture.
_COLORS = {
    "--logo": {"clay": "#a8472c", "glaze": "#2b6a80"},
    "--logo-dark": {"clay": "#e48c68", "glaze": "#7cbfd6"},
}


def draw_logo(folder: Path) -> list[str]:
    """Write both pictures into a folder; gives the words of the command that sets them."""
    words = []
    for option, colors in _COLORS.items():
        file = folder / f"{option.strip('-')}.svg"
        file.write_text(_PICTURE.format(**colors))
        words += [option, str(file)]
    return words
