"""Name a carrier, and the page at which it shows where a parcel is. An unknown one has a number and no page."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
#: Letters, digits and what carriers put between them: anything else is no number to ask a carrier about.
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{2,49}")


class Carrier(NamedTuple):
    """A carrier that we know; `page` has `{}` where the number goes."""

    name: str
    page: str


#: By the name in small letters and digits alone, so that "Royal Mail", "royal-mail" and "ROYALMAIL" are one.
CARRIERS: dict[str, Carrier] = {
    "anpost": Carrier("An Post", "https://www.anpost.com/Post-Parcels/Track/History?item={}"),
    "aramex": Carrier("Aramex", "https://www.aramex.com/track/results?ShipmentNumber={}"),
    "australiapost": Carrier("Australia Post", "https://auspost.com.au/mypost/track/details/{}"),
    "austrianpost": Carrier("Österreichische Post", "https://www.post.at/s/sendungsdetails?snr={}"),
    "bpost": Carrier("bpost", "https://track.bpost.cloud/btr/web/#/search?itemCode={}"),
    "canadapost": Carrier(
        "Canada Post", "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}"
    ),
    "chronopost": Carrier(
        "Chronopost", "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={}"
    ),
    "correos": Carrier(
        "Correos", "https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={}"
    ),
    "ctt": Carrier("CTT", "https://appserver.ctt.pt/CustomerArea/PublicArea_Detail?ObjectCodeInput={}"),
    "deutschepost": Carrier(
        "Deutsche Post", "https://www.deutschepost.de/de/s/sendungsverfolgung.html?piececode={}"
    ),
    "dhl": Carrier("DHL", "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}"),
    "dpd": Carrier("DPD", "https://tracking.dpd.de/status/en_US/parcel/{}"),
    "evri": Carrier("Evri", "https://www.evri.com/track/parcel/{}"),
    "fedex": Carrier("FedEx", "https://www.fedex.com/fedextrack/?trknbr={}"),
    "gls": Carrier("GLS", "https://gls-group.com/track/{}"),
    "hermes": Carrier(
        "Hermes", "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{}"
    ),
    "inpost": Carrier("InPost", "https://inpost.pl/sledzenie-przesylek?number={}"),
    "japanpost": Carrier(
        "Japan Post",
        "https://trackings.post.japanpost.jp/services/srv/search/direct?locale=en&reqCodeNo1={}",
    ),
    "laposte": Carrier("La Poste", "https://www.laposte.fr/outils/suivre-vos-envois?code={}"),
    "ontrac": Carrier("OnTrac", "https://www.ontrac.com/tracking/?number={}"),
    "posteitaliane": Carrier(
        "Poste Italiane", "https://www.poste.it/cerca/index.html#/risultati-spedizioni/{}"
    ),
    "postnl": Carrier("PostNL", "https://postnl.nl/tracktrace/?B={}"),
    "postnord": Carrier("PostNord", "https://tracking.postnord.com/en/tracking?id={}"),
    "royalmail": Carrier("Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/{}"),
    "sfexpress": Carrier("SF Express", "https://www.sf-express.com/chn/en/waybill/waybill-detail/{}"),
    "swisspost": Carrier("Die Schweizerische Post", "https://service.post.ch/ekp-web/ui/entry/search/{}"),
    "tnt": Carrier("TNT", "https://www.tnt.com/express/en_us/site/shipping-tools/tracking.html?cons={}"),
    "ups": Carrier("UPS", "https://www.ups.com/track?tracknum={}"),
    "usps": Carrier("USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"),
    "yamato": Carrier(
        "Yamato Transport", "https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={}"
    ),
}
#: What people write for those.
_ALSO = {
    "colissimo": "laposte",
    "dhlexpress": "dhl",
    "dhlpaket": "dhl",
    "federalexpress": "fedex",
    "osterreichischepost": "austrianpost",
    "posta": "austrianpost",
    "schweizerischepost": "swisspost",
    "diepost": "swisspost",
    "unitedparcelservice": "ups",
    "yamatotransport": "yamato",
}


def carrier_name(carrier: str) -> str:
    """Give the carrier as it writes itself, or as the merchant does where we do not know it."""
    known = _known(carrier)
    return known.name if known else carrier


def tracking_page(carrier: str, number: str) -> str:
    """Give the address at which the carrier shows the parcel; empty where we know none."""
    known = _known(carrier)
    if known is None or not _NUMBER.fullmatch(number):
        return ""
    return known.page.format(quote(number.replace(" ", ""), safe=""))


def _known(carrier: str) -> Carrier | None:
    folded = _NOT_WORDS.sub("", carrier.lower().replace("ö", "o"))
    return CARRIERS.get(_ALSO.get(folded, folded))
