"""The test cards: what each number does. No other number is taken, so a real card cannot be entered by mistake.

Every number passes the Luhn check. A card that declines can be saved all the same, and declines when it is charged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One test card. `name` is how the control API calls it."""

    name: str
    number: str
    does: str
    brand: str = "visa"
    decline_code: str = ""
    retry_after: timedelta | None = None  # the bank's own word on when to try again
    settles_as: str = ""  # "succeeded" or "declined": pending first, for PENDING_FOR
    secure_setup: bool = False  # the bank asks the customer when the card is saved
    secure_charge: bool = False  # the bank asks the customer at each charge
    secure_fails: bool = False  # and whatever the customer answers, it is not convinced
    refused_when_saved: str = ""
    refused_field: str = ""  # the field of the form that the refusal is about; empty: the card as a whole
    pays_times: int | None = None  # it declines after so many charges
    refunds_pend: bool = False


PENDING_FOR = timedelta(days=3)

CARDS = (
    Card(name="good", number="4242424242424242", does="Pays"),
    Card(name="good_mastercard", number="5454545454545454", does="Pays, as Mastercard", brand="mastercard"),
    Card(name="good_amex", number="343434343434343", does="Pays, as American Express", brand="amex"),
    Card(name="good_discover", number="6011601160116017", does="Pays, as Discover", brand="discover"),
    Card(name="good_jcb", number="3530353035303532", does="Pays, as JCB", brand="jcb"),
    Card(name="good_diners", number="36363636363632", does="Pays, as Diners Club", brand="diners"),
    Card(name="good_unionpay", number="6200620062006200", does="Pays, as UnionPay", brand="unionpay"),
    Card(
        name="pays_once",
        number="4242424200002006",
        does="Pays once; declined from then on: not enough money",
        decline_code="not_enough_money",
        pays_times=1,
    ),
    Card(
        name="secure",
        number="4242424200000109",
        does="3-D Secure when saved and at each payment",
        secure_setup=True,
        secure_charge=True,
        decline_code="customer_not_verified",
    ),
    Card(
        name="secure_when_saved",
        number="4242424200000208",
        does="3-D Secure when saved; pays afterwards",
        secure_setup=True,
    ),
    Card(
        name="secure_when_charged",
        number="4242424200000307",
        does="Saved at once; 3-D Secure at each payment",
        secure_charge=True,
        decline_code="customer_not_verified",
    ),
    Card(
        name="secure_fails_when_saved",
        number="4242424200002105",
        does="3-D Secure when saved, which fails whatever you answer",
        secure_setup=True,
        secure_fails=True,
    ),
    Card(
        name="secure_fails_when_charged",
        number="4242424200002204",
        does="Saved at once; 3-D Secure at each payment, which fails whatever you answer",
        secure_charge=True,
        secure_fails=True,
        decline_code="verification_failed",
    ),
    Card(
        name="pending_then_pays",
        number="4242424200000406",
        does="The bank takes three days, then pays",
        settles_as="succeeded",
    ),
    Card(
        name="pending_then_declines",
        number="4242424200000505",
        does="The bank takes three days, then declines",
        settles_as="declined",
        decline_code="no_reason_given",
    ),
    Card(
        name="insufficient_funds",
        number="4242424200000604",
        does="Declined: not enough money",
        decline_code="not_enough_money",
    ),
    Card(
        name="expired_card",
        number="4242424200000703",
        does="Declined: the card has expired",
        decline_code="card_expired",
    ),
    Card(
        name="incorrect_details",
        number="4242424200000802",
        does="Declined: wrong details",
        decline_code="wrong_details",
    ),
    Card(
        name="lost_or_stolen",
        number="4242424200000901",
        does="Declined: reported lost or stolen",
        decline_code="card_reported",
    ),
    Card(
        name="limit_exceeded",
        number="4242424200001008",
        does="Declined: over the card's limit; try in a day",
        decline_code="over_limit",
        retry_after=timedelta(days=1),
    ),
    Card(
        name="not_permitted",
        number="4242424200001107",
        does="Declined: not allowed on this card",
        decline_code="not_allowed",
    ),
    Card(
        name="authentication_failed",
        number="4242424200001206",
        does="Declined: the bank could not verify the customer",
        decline_code="verification_failed",
    ),
    Card(
        name="method_gone",
        number="4242424200001305",
        does="Declined: the saved card no longer exists",
        decline_code="method_unknown",
    ),
    Card(
        name="suspected_fraud",
        number="4242424200001404",
        does="Declined: looks like fraud",
        decline_code="looks_fraudulent",
    ),
    Card(
        name="try_later",
        number="4242424200001503",
        does="Declined: the bank cannot answer; try in an hour",
        decline_code="bank_silent",
        retry_after=timedelta(hours=1),
    ),
    Card(
        name="revoked",
        number="4242424200001602",
        does="Declined: the customer told the bank to stop",
        decline_code="stopped_by_customer",
    ),
    Card(
        name="other",
        number="4242424200001701",
        does="Declined without a reason",
        decline_code="no_reason_given",
    ),
    Card(
        name="refused_when_saved",
        number="4242424200001800",
        does="Cannot be saved",
        refused_when_saved="This card cannot be saved. Please use another one.",
    ),
    Card(
        name="declined_when_saved",
        number="4242424200002303",
        does="Declined by the bank when saved",
        refused_when_saved="Your bank declined this card, and nothing was saved. Please use another one.",
    ),
    Card(
        name="wrong_code_when_saved",
        number="4242424200002402",
        does="Whatever is typed, the security code is wrong",
        refused_when_saved="This security code does not fit the card. Look at the back of it once more.",
        refused_field="security_code",
    ),
    Card(
        name="expired_when_saved",
        number="4242424200002501",
        does="Whatever is typed, the bank says that it has expired",
        refused_when_saved="Your bank says that this card has expired. Please use another one.",
        refused_field="expiry",
    ),
    Card(
        name="slow_refund",
        number="4242424200001909",
        does="Pays; refunds stay pending until the control API settles them",
        refunds_pend=True,
    ),
)


def _group(card: Card) -> str:
    if card.refused_when_saved:
        return "Is not saved"
    if card.secure_setup or card.secure_charge:
        return "Asks you to confirm (3-D Secure)"
    if card.settles_as or card.refunds_pend:
        return "Takes its time"
    return "Pays" if not card.decline_code or card.pays_times else "Is saved, and declined when it is charged"


#: In the order in which people look for them.
GROUPS = {
    group: [card for card in CARDS if _group(card) == group]
    for group in sorted({_group(card) for card in CARDS}, key=[*map(_group, CARDS)].index)
}
CARD_OF_NAME = {card.name: card for card in CARDS}
CARD_OF_NUMBER = {card.number: card for card in CARDS}
