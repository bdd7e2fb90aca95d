"""What lets many tests in one process take less time."""

import gc


def collect_seldom(*, after: int) -> None:
    """Keep what is here now out of the collector's sight, and look only after so many new objects.

    The collector of garbage passes over what stays to the end: that takes a tenth of the time otherwise.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(after, 20, 50)
