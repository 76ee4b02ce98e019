"""The words in which a taxpayer declares: HMRC's own models, and which version of them. Never edited: a new is added.

HMRC's model declarations of October 2015, obligatory since April 2016 ("Gift Aid declarations", gov.uk).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from payments.gift_aid.gift_aid_declaration import DeclarationScope
from web.language import to_translate, translated

_ONE_GIFT = to_translate(
    "I want to Gift Aid my donation of %(amount)s to %(charity)s. I am a UK taxpayer and understand that if I pay less"
    " Income Tax and/or Capital Gains Tax in the current tax year than the amount of Gift Aid claimed on all my"
    " donations it is my responsibility to pay any difference."
)
_PAST_AND_FUTURE = to_translate(
    "I want to Gift Aid my donation of %(amount)s and any donations I make in the future or have made in the past 4"
    " years to %(charity)s. I am a UK taxpayer and understand that if I pay less Income Tax and/or Capital Gains Tax"
    " than the amount of Gift Aid claimed on all my donations in that tax year it is my responsibility to pay any"
    " difference."
)
# The same, where nothing is given just now.
_PAST_AND_FUTURE_ALONE = to_translate(
    "I want to Gift Aid any donations I make in the future or have made in the past 4 years to %(charity)s. I am a UK"
    " taxpayer and understand that if I pay less Income Tax and/or Capital Gains Tax than the amount of Gift Aid"
    " claimed on all my donations in that tax year it is my responsibility to pay any difference."
)
EXPLANATION = to_translate(
    "Gift Aid is reclaimed by the charity from the tax you pay for the current tax year. Your address is needed to"
    " identify you as a current UK taxpayer."
)
PLEASE_NOTIFY = to_translate(
    "Please notify %(charity)s if you want to cancel this declaration, change your name or home address, or no longer"
    " pay sufficient tax on your income and/or capital gains. If you pay Income Tax at the higher or additional rate"
    " and want to receive the additional tax relief due to you, you must include all your Gift Aid donations on your"
    " Self-Assessment tax return or ask HM Revenue and Customs to adjust your tax code."
)
_VERSION = "hmrc-2015-10"


@dataclass(frozen=True, slots=True)
class DeclarationWords:
    """The very words of a declaration, and which text they are."""

    words: str
    version: str


def words_with_gift(charity: str, amount: str) -> Mapping[DeclarationScope, DeclarationWords]:
    """What a donor may declare with a gift of this amount, in the language that is spoken."""
    texts = {DeclarationScope.PAST_AND_FUTURE: _PAST_AND_FUTURE, DeclarationScope.ONE_GIFT: _ONE_GIFT}
    return {
        scope: DeclarationWords(translated(text, charity=charity, amount=amount), f"{_VERSION}-{scope.value}")
        for scope, text in texts.items()
    }


def words_without_gift(charity: str) -> DeclarationWords:
    """What a donor may declare on their own page."""
    return DeclarationWords(translated(_PAST_AND_FUTURE_ALONE, charity=charity), f"{_VERSION}-no_gift")
