"""Run steps at once, each in a thread with a connection of its own, and say what went wrong in any of them."""

from collections.abc import Callable
from threading import Thread

from django.db import connections

_SECONDS_AT_MOST = 30


def side_by_side(*steps: Callable[[], object]) -> list[Exception]:
    """Give the troubles of all steps; none when all went well."""
    troubles: list[Exception] = []

    def run(step: Callable[[], object]) -> None:
        try:
            step()
        except Exception as trouble:  # noqa: BLE001  the test names whatever it was
            troubles.append(trouble)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_SECONDS_AT_MOST)
        assert not thread.is_alive()
    return troubles
