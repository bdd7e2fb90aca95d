"""The collector of garbage passes over what stays to the end: in tests it takes a tenth of the time otherwise."""

import gc


def collect_seldom(*, after: int) -> None:
    """Keep what is here now out of its sight, and look only after so many new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(after, 20, 50)
