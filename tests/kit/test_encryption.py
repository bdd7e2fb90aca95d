"""A sealed value opens with its key and in its place, nowhere else."""

import pytest

from paydesk.kit.encryption import CannotDecrypt, decrypt, encrypt

KEY = "a key of thirty-two characters or more"


def test_what_was_sealed_opens_in_its_place() -> None:
    assert (
        decrypt(encrypt(b"sk_live_1", key=KEY, place="m1|field"), key=KEY, place="m1|field") == b"sk_live_1"
    )


def test_a_ciphertext_in_another_merchants_row_does_not_open() -> None:
    sealed = encrypt(b"sk_live_1", key=KEY, place="m1|field")
    with pytest.raises(CannotDecrypt):
        decrypt(sealed, key=KEY, place="m2|field")


def test_another_key_does_not_open_it() -> None:
    sealed = encrypt(b"sk_live_1", key=KEY, place="m1|field")
    with pytest.raises(CannotDecrypt):
        decrypt(sealed, key=KEY + "!", place="m1|field")


def test_one_changed_bit_is_noticed() -> None:
    sealed = bytearray(encrypt(b"sk_live_1", key=KEY, place="m1|field"))
    sealed[-1] ^= 1
    with pytest.raises(CannotDecrypt):
        decrypt(bytes(sealed), key=KEY, place="m1|field")


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert encrypt(b"x", key=KEY, place="p") != encrypt(b"x", key=KEY, place="p")
