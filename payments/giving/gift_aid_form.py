"""What a donor declares before paying who lets the charity claim Gift Aid: HMRC's words, name and home address.

The form has one tick for it. The page that follows stands between the form and Stripe, and carries what the form said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from payments.gift_aid.declaration_words import EXPLANATION, PLEASE_NOTIFY, DeclarationWords, words_with_gift
from payments.gift_aid.gift_aid_declaration import DeclarationScope, GiftAidDeclaration
from payments.gift_aid.taxpayer import Taxpayer
from payments.gift_aid.taxpayer_form import TAXPAYER_FIELDS, fields_of_name, fields_of_taxpayer, read_taxpayer
from web.language import to_translate, translated

WANTED, WITHOUT, SCOPE, DECLARING = "gift_aid", "without_gift_aid", "tax_scope", "tax_declaring"
# What the form carries of the page while the donor goes back and forth.
CARRIED = TAXPAYER_FIELDS
FIELDS = (WANTED, *CARRIED, SCOPE, DECLARING, WITHOUT)
_SHORT = {
    DeclarationScope.PAST_AND_FUTURE: to_translate("All my donations, past and future"),
    DeclarationScope.ONE_GIFT: to_translate("This donation alone"),
}


@dataclass(frozen=True, slots=True)
class PledgedGiftAid:
    """What is declared with a gift: who, for which gifts, in which words, and on which day."""

    taxpayer: Taxpayer
    scope: DeclarationScope
    words: DeclarationWords
    declared_on: date


@dataclass(frozen=True, slots=True)
class GiftAidOffer:
    """What may be declared with a gift, to the charity of this name. One that repeats asks for all gifts at once."""

    charity: str
    amount: str
    repeats: bool
    today: date

    @property
    def words(self) -> Mapping[DeclarationScope, DeclarationWords]:
        """The words that may be chosen."""
        all_words = words_with_gift(self.charity, self.amount)
        if not self.repeats:
            return all_words
        return {DeclarationScope.PAST_AND_FUTURE: all_words[DeclarationScope.PAST_AND_FUTURE]}


def wants_gift_aid(fields: Mapping[str, str]) -> bool:
    """Whether the donor ticked it, and did not go on without."""
    return bool(fields.get(WANTED)) and not fields.get(WITHOUT)


def read_gift_aid_declaration(fields: Mapping[str, str], offer: GiftAidOffer) -> PledgedGiftAid | dict[str, str]:
    """What is declared; or for each field that must be corrected a sentence that says how."""
    words = offer.words
    scope = next((scope for scope in words if scope.value == fields.get(SCOPE, "")), None)
    taxpayer = read_taxpayer(fields)
    if scope is None:
        unchosen = translated("Choose what you declare, or give without Gift Aid.")
        return {SCOPE: unchosen} | (taxpayer if isinstance(taxpayer, dict) else {})
    if isinstance(taxpayer, dict):
        return taxpayer
    return PledgedGiftAid(taxpayer, scope, words[scope], offer.today)


def gift_aid_values(fields: Mapping[str, str], errors: Mapping[str, str], offer: GiftAidOffer) -> dict[str, object]:
    """The values of the page: what is filled in, what is wrong, and what the form said before."""
    filled = {name: fields.get(name, "") for name in FIELDS}
    if not any(filled[name] for name in CARRIED):
        filled |= fields_of_name(fields.get("name", "") or fields.get("declared_name", ""))
    return {
        "form": filled,
        "errors": errors,
        "choices": {scope.value: (translated(_SHORT[scope]), text.words) for scope, text in offer.words.items()},
        "explanation": translated(EXPLANATION),
        "notify": translated(PLEASE_NOTIFY, charity=offer.charity),
        "carried": {name: value for name, value in fields.items() if name not in FIELDS or name == WANTED},
    }


def fields_of_gift_aid(declared: GiftAidDeclaration | None) -> dict[str, str]:
    """What was filled in when this was declared. It is declared anew with each form."""
    return {} if declared is None else {WANTED: "yes", **fields_of_taxpayer(declared.taxpayer)}
