"""Name a card's brand or another method the way it writes itself."""

from __future__ import annotations

_NAMES = {
    "amex": "American Express",
    "american_express": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "paypal": "PayPal",
    "sepa_debit": "SEPA",
    "unionpay": "UnionPay",
    "us_bank_account": "ACH",
}

#: Who says no here is the wallet's company, whatever stands behind it.
_WALLETS = frozenset(
    {"alipay", "amazon_pay", "cashapp", "klarna", "link", "paypal", "paypay", "revolut_pay", "venmo"}
)


def is_wallet(brand: str) -> bool:
    """Say whether it is an account at a company of its own, which draws on a card or a bank that we do not see."""
    return brand.lower() in _WALLETS


def brand_name(brand: str) -> str:
    """Give the name for a company's word such as `visa` or `amex`; empty where the company does not know it."""
    if not brand or brand == "unknown":
        return ""
    return _NAMES.get(brand.lower()) or (brand.replace("_", " ").title() if brand.islower() else brand)
