"""The `paydesk` command: Django's management commands and ours."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; `paydesk help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paydesk.config.settings")
    if sys.argv[1:2] == ["worker"]:
        # Its many threads wait for companies and lend their connections to each other meanwhile; a page keeps its own.
        os.environ["PAYDESK_DATABASE_POOL"] = "1"
    execute_from_command_line(["paydesk", *sys.argv[1:]])
