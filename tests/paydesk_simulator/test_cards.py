"""The test cards: fake but well-formed, and one at least for every reason to decline."""

from pathlib import Path

from paydesk.gateways.records import DeclineReason
from paydesk.gateways.simulated.declines import DECLINES
from paydesk_simulator.cards import CARD_OF_NAME, CARD_OF_NUMBER, CARDS
from paydesk_simulator.doors.money_words import spaced


def test_every_number_passes_the_luhn_check() -> None:
    assert [card.number for card in CARDS if not _passes(card.number)] == []


def test_no_two_cards_share_a_number_or_a_name() -> None:
    assert len(CARD_OF_NUMBER) == len(CARD_OF_NAME) == len(CARDS)


def test_every_reason_to_decline_has_a_card() -> None:
    declining = {DECLINES[card.decline_code][0] for card in CARDS if card.decline_code}
    assert declining == set(DeclineReason)


def _passes(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_every_card_is_documented() -> None:
    told = Path("docs/simulator.md").read_text()
    assert [
        card.name for card in CARDS if f"| `{card.name}` | {spaced(card.number)} | {card.does} |" not in told
    ] == []
