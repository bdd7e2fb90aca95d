"""Give what a merchant has decided so far, by the keys of its settings file."""

from __future__ import annotations

from dataclasses import asdict

from paydesk.merchants.models import Merchant
from paydesk.merchants.policies import policies_of
from paydesk.merchants.settings_file.keys import KEYS, TEXTS, Value


def settings_of(merchant: Merchant) -> dict[str, Value]:
    """Read every setting from its row."""
    found: dict[str, Value] = {
        key: getattr(merchant, known.column) or known.default for key, known in KEYS.items() if known.column
    }
    found |= {f"policies.{name}": value for name, value in asdict(policies_of(merchant.policies)).items()}
    for language, by_step in merchant.texts.items():
        found |= {f"{TEXTS}.{language}.{step}": words for step, words in by_step.items()}
    return found | _pictures_of(merchant)


def _pictures_of(merchant: Merchant) -> dict[str, Value]:
    light = merchant.logo.get("light", {}).get("digest", "")
    dark = merchant.logo.get("dark", {}).get("digest", "")
    return {"brand.logo": light, "brand.logo_dark": "" if dark == light else dark}
