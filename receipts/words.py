# ruff: noqa: RUF001 (Welsh as it is printed)
"""What a receipt says besides its facts, in other languages than English. Pure, and frozen.

These are the words of layout 3. What was issued is never reworded: other words are a new layout with words of its
own. The catalogue of the pages (`locales/`) is not used, because it gets better with time. A further language is a
further entry.
"""

from collections.abc import Mapping, Sequence

ENGLISH = "en"
# The regions in which CLDR knows a language that receipts are written in.
REGIONS_OF: Mapping[str, Sequence[str]] = {"en": ("GB", "IE", "US", "CA"), "cy": ("GB",)}

WELSH: Mapping[str, str] = {
    "all_went_back": "Mae’r cyfan wedi mynd yn ôl atoch ers hynny.",
    "amount_in": "Swm mewn %(currency)s",
    "campaign": "Ymgyrch",
    "date_of_donation": "Dyddiad y rhodd",
    "donor": "Rhoddwr",
    "download": "Lawrlwythwch eich derbynneb (PDF)",
    "given_for": "Ar gyfer beth y’i rhoddwyd",
    "issued": "Cyhoeddwyd",
    "keep_address": "Gall pwy bynnag sydd â chyfeiriad y dudalen hon ddarllen eich derbynneb. Cadwch ef i chi’ch hun.",
    "no_declaration": "Nid datganiad Cymorth Rhodd yw’r dderbynneb hon.",
    "no_name": "Ni roddwyd enw",
    "not_charity": "Nid rhodd elusennol yw hon. Ni ellir hawlio Cymorth Rhodd arni.",
    "paid_by": "Talwyd drwy",
    "receipt": "Derbynneb",
    "receipt_from": "Derbynneb %(number)s gan %(organisation)s",
    "received": "Cawsom eich rhodd o %(amount)s ar %(day)s.",
    "received_by": "Derbyniwyd gan",
    "reference": "Cyfeirnod",
    "some_went_back": "Mae %(amount)s ohoni wedi mynd yn ôl atoch ers hynny.",
    "stays": "Mae’r dderbynneb isod yn dweud beth a gawsom bryd hynny, ac yn aros fel y mae.",
    "test": "PRAWF – ni symudodd unrhyw arian",
    "test_sheet": "Dengys y ddalen hon sut olwg fydd ar dderbynneb. Nid yw’n cadarnhau unrhyw rodd.",
    "thanks": "Diolch.",
    "thanks_to": "Diolch, %(name)s.",
    "total": "Cyfanswm a gafwyd",
    "your_receipt": "Eich derbynneb",
}  # fmt: skip
WORDS_3: Mapping[str, Mapping[str, str]] = {"cy": WELSH}


def receipt_languages() -> frozenset[str]:
    """The languages of receipts: English, which is in the templates of the first layouts, and the others."""
    return frozenset(WORDS_3) | {ENGLISH}
