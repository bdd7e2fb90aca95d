"""The letters that there are: the name of each, and who writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from paydesk.merchants.find import MerchantInSight
from paydesk.notices import (
    concern_letter,
    concerns_letter,
    ending_letter,
    moved_letter,
    receipt_letter,
    sign_in_letter,
)
from paydesk.notices.address import letters as address_letters
from paydesk.notices.backup import letter as backup_letters
from paydesk.notices.models import Letter
from paydesk.notices.rendering import Written

#: None: the letter is no longer wanted, and is finished quietly.
Writer = Callable[[Letter, MerchantInSight, datetime], Written | None]

LETTERS: dict[str, Writer] = {
    sign_in_letter.KIND: sign_in_letter.sign_in_letter,
    address_letters.NEW: address_letters.new_address_letter,
    address_letters.CHANGED: address_letters.address_changed_letter,
    backup_letters.KIND: backup_letters.backup_letter,
    concern_letter.KIND: concern_letter.concern_letter,
    concerns_letter.KIND: concerns_letter.concerns_letter,
    ending_letter.KIND: ending_letter.ending_letter,
    moved_letter.KIND: moved_letter.moved_letter,
    receipt_letter.KIND: receipt_letter.receipt_letter,
}
