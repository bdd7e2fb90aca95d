"""Staff put a test merchant's clock forward, and what falls due is charged."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from paydesk.merchants.find import merchant_by_id
from tests import builders
from tests.billing.charging.scene import collecting
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    """Run the command and give what it printed."""
    printed = StringIO()
    call_command("clock", "--merchant", "clay", *words, stdout=printed)
    return printed.getvalue()


def test_a_live_merchant_has_the_time_that_everybody_has() -> None:
    live = builders.merchant("clay", mode="live")
    with pytest.raises(CommandError, match="the time that everybody has"):
        run("--days", "1")
    assert "Its clock is the wall's" in run()
    assert merchant_by_id(live.id).clock_offset == timedelta(0)


def test_it_never_goes_back_and_no_slip_of_the_pen_moves_it_by_a_century() -> None:
    shop = builders.merchant("clay")
    for days in ("-1", "36500"):
        with pytest.raises(CommandError):
            run("--days", days)
    assert merchant_by_id(shop.id).clock_offset == timedelta(0)


def test_what_falls_due_on_the_way_is_said_and_charged(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start(first_day=scene.today() + timedelta(days=2))

    assert "0 payments are due by it" in run("--days", "1")
    said = run("--days", "1")
    assert "The clock of clay was put forward by 1 day." in said
    assert "Its clock is 2 days ahead" in said
    assert "1 payment is due by it" in said

    scene.run()
    assert scene.moved_minor() == 3000
    assert "0 payments are due by it" in run()
