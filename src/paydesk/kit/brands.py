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


def brand_name(brand: str) -> str:
    """Give the name for a company's word such as `visa` or `amex`; empty where the company does not know it."""
    if not brand or brand == "unknown":
        return ""
    return _NAMES.get(brand.lower()) or (brand.replace("_", " ").title() if brand.islower() else brand)
