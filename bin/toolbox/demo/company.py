"""Speak to the simulator's control API, as only the demo, tests and drills may."""

import json
from typing import Any
from urllib.request import Request, urlopen

from toolbox.demo.place import Place

SECONDS = 60


def ask_company(place: Place, path: str, **fields: Any) -> dict[str, Any]:
    """Post to `/control/...` and give the answer."""
    return _ask(place, path, json.dumps(fields).encode())


def list_of_company(place: Place, path: str) -> list[dict[str, Any]]:
    """Give the rows of a listing of `/control/...`."""
    rows: list[dict[str, Any]] = _ask(place, path, None)["rows"]
    return rows


def _ask(place: Place, path: str, body: bytes | None) -> dict[str, Any]:
    request = Request(  # noqa: S310  our own loopback address
        f"{place.simulator_url}/control/{path}",
        data=body,
        headers={"Authorization": f"Bearer {place.kept.control_token}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found
