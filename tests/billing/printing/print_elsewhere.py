"""Print every paper of the tests in a process of its own, and tell the digests: `python -m ... [forth|back]`."""

import hashlib
import json
import sys

import django

django.setup()

from paydesk.billing.receipts.printing.pdf import print_receipt  # noqa: E402
from tests.billing.printing.test_printed import PAPERS  # noqa: E402


def main() -> None:
    """What was printed before must not matter, so the order is another one each time."""
    told = {}
    for name in sorted(PAPERS, reverse=sys.argv[1] == "back"):
        receipt, language = PAPERS[name]
        told[name] = hashlib.sha256(print_receipt(receipt, language=language)).hexdigest()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
