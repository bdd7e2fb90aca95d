"""The `paydesk` command: Django's management commands and ours."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; `paydesk help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paydesk.config.settings")
    execute_from_command_line(["paydesk", *sys.argv[1:]])
