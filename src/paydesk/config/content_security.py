"""What a browser may load and where it may send: nothing but what is named here, and no `unsafe-*` anywhere.

`frame-ancestors` is opened for a merchant's registered origins by access/doorway, but not for who came by cookie; a
page with hosted fields adds its gateway's hosts with `csp_update`.
"""

from __future__ import annotations

from csp.constants import NONCE, NONE, SELF

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
