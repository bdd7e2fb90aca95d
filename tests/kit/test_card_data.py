"""Card numbers and security codes do not survive in a text that is kept."""

import pytest

from paydesk.kit.card_data import scrub_card_data


@pytest.mark.parametrize(
    "text",
    [
        "number=4242424242424242&x=1",
        '{"number": "4242 4242 4242 4242"}',
        "card 4242-4242-4242-4242 declined",
        "amex 343434343434343.",
    ],
)
def test_a_card_number_is_taken_out_however_it_is_written(text: str) -> None:
    scrubbed = scrub_card_data(text)
    assert "***" in scrubbed
    assert "4242" not in scrubbed
    assert "3434" not in scrubbed


@pytest.mark.parametrize("text", ["cvc=123", '"cvc": "123"', "card[cvv]=123", "security_code=123"])
def test_a_security_code_is_taken_out(text: str) -> None:
    assert "123" not in scrub_card_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "amount_minor=4900",
        "t=1795392000",
        "bill_4242abc4242",
        "order 20261123-17",
        "03ea244f-8979-5492-9392-175db11a364c:2",
    ],
)
def test_what_is_no_card_stays(text: str) -> None:
    assert scrub_card_data(text) == text
