"""What the scripts in bin/ share: plain Python 3.11, standard library only."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this line is for the older Python that it refuses.
    print(
        f"Paydesk needs Python 3.11 or newer; this is {sys.version.split()[0]}.\n"
        "Install it with: sudo apt install python3.11 python3.11-venv\n"
        "and run: python3.11 " + " ".join(sys.argv),
        file=sys.stderr,
    )
    sys.exit(1)
