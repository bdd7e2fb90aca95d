"""Say whether a text is a path on this very site, so that nobody is sent elsewhere by it (T12)."""

from __future__ import annotations

import re

LENGTH_MAX = 500
#: One slash and then no second one, no backslash, nothing outside ASCII and no control character: browsers turn
#: `\` into `/`, drop tabs and newlines, and read `//host` as another site.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@%?][A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?")


def is_local_path(text: str) -> bool:
    """Accept `/payments?state=failed`; refuse whatever a browser could read as another site."""
    return (
        len(text) <= LENGTH_MAX and "//" not in text.partition("?")[0] and _LOCAL.fullmatch(text) is not None
    )
