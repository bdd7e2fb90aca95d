"""The `paydesk` command: Django's management commands and ours."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

#: What fits a program that runs for long; the environment may say otherwise.
_FITTING = {
    # A worker's many threads wait for companies and lend their connections to each other meanwhile.
    "worker": {"PAYDESK_DATABASE_POOL": "1"},
    # Every page asks for its merchant first; what staff change there may show two seconds later.
    "serve": {"PAYDESK_MERCHANT_SECONDS": "2"},
}


def main() -> None:
    """Run one command; `paydesk help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paydesk.config.settings")
    for name, value in _FITTING.get(sys.argv[1] if len(sys.argv) > 1 else "", {}).items():
        os.environ.setdefault(name, value)
    execute_from_command_line(["paydesk", *sys.argv[1:]])
