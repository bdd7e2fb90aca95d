"""Put the demo's clocks forward together: the merchant's own, and those of its accounts at the company."""

from datetime import timedelta
from pathlib import Path
from urllib.error import URLError

from toolbox.demo.company import ask_company
from toolbox.demo.place import Place, read_kept
from toolbox.demo.seeding import CONNECTIONS, paydesk
from toolbox.demo.story import SLUG


class NotRunning(Exception):
    """There is no demo whose clocks could be moved."""


def move_clocks(place: Place, *, days: int) -> str:
    """Let days pass and give what `paydesk clock` said; the company first, as what it collects is told by webhooks."""
    seconds = int(timedelta(days=days).total_seconds())
    for name in CONNECTIONS:
        ask_company(place, f"accounts/{place.kept.accounts[name]['id']}/clock", advance_seconds=seconds)
    return paydesk(place, "clock", "--merchant", SLUG, "--days", str(days))


def move_running_clocks(folder: Path, *, days: int) -> str:
    """Do it for the demo that runs in a folder; raises NotRunning."""
    kept = read_kept(folder)
    place = Place(folder=folder, portal_port=kept.portal_port, simulator_port=kept.simulator_port, kept=kept)
    if not kept.accounts:
        raise NotRunning("No demo was started here yet: bin/demo starts one.")
    try:
        return move_clocks(place, days=days)
    except URLError as silent:
        raise NotRunning("The demo does not run: bin/demo starts it. Then call this again.") from silent
