"""Run localstripe (GPL-3.0, so a process of its own) on 127.0.0.1 alone, without the file it writes on every change."""

import sys

from aiohttp import web
from localstripe.resources import Store
from localstripe.server import app


def main(port: int) -> None:
    """Its own command binds every address, and a file cut off by a kill keeps it from starting again."""
    Store.dump_to_disk = lambda _store: None
    web.run_app(app, host="127.0.0.1", port=port, print=lambda *_words: None, access_log=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
