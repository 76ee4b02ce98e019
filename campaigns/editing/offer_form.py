"""The form of what a campaign offers: intervals, suggested amounts with a few words, smallest gifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from campaigns.campaign import Campaign
from campaigns.editing.fields import DeskWords, Errors, Typed, read_field
from campaigns.offer import (
    BENEFIT_LENGTH,
    EVERY_INTERVAL,
    MOST_AMOUNTS,
    REPEATING,
    WORDS_LENGTH,
    BadOffer,
    CampaignOffer,
    SoldBenefit,
    SuggestedAmount,
)
from campaigns.offered import GiftAmounts
from ledger.money import BadAmount, Money
from ledger.typed_money import read_typed_money
from organisation.organisation import GivingRules
from web.typed import NotTidy, compact, tidy

OWN = "own"
FIELDS = (
    "choice", *(f"interval_{interval}" for interval in REPEATING),
    *(f"suggested_{interval}" for interval in EVERY_INTERVAL), *(f"smallest_{interval}" for interval in EVERY_INTERVAL),
    "benefit", "market_value", "version",
)  # fmt: skip
LONGEST_LIST = 2_000
_JOINING = "=:\u2013\u2014-"


@dataclass(frozen=True, slots=True)
class OfferForm:
    """The form of one campaign, and what its amounts are held against."""

    campaign: Campaign
    words: DeskWords
    rules: GivingRules
    built_in: GiftAmounts

    def read(self, typed: Typed) -> CampaignOffer | Errors:
        """What the campaign offers, or for each field that must be corrected a sentence that says how."""
        errors: Errors = {}
        smallest: dict[str, Money] = {}
        suggested: dict[str, Sequence[SuggestedAmount]] = {}
        for interval in EVERY_INTERVAL:
            least = read_field(f"smallest_{interval}", self._smallest, typed, errors)
            if least is not None:
                smallest[interval] = least
            floor = least or self.built_in.smallest(self.campaign.currency, self.rules)
            amounts = read_field(f"suggested_{interval}", partial(self._suggested, floor), typed, errors)
            if amounts:
                suggested[interval] = amounts
        sold = self._benefit(typed, errors)
        if errors:
            return errors
        chosen = tuple(interval for interval in REPEATING if typed.get(f"interval_{interval}"))
        return CampaignOffer(chosen if typed.get("choice") == OWN else None, suggested, smallest, sold)

    def _benefit(self, typed: Typed, errors: Errors) -> SoldBenefit | None:
        words, value = compact(typed.get("benefit", "")), compact(typed.get("market_value", ""))
        if not (words or value):
            return None
        if not words:
            errors["benefit"] = "Say what donors get back."
            return None
        try:
            return SoldBenefit(tidy(words, BENEFIT_LENGTH), self._amount(value))
        except (BadAmount, BadOffer, NotTidy) as mistake:
            errors["market_value"] = str(mistake)
            return None

    def _smallest(self, text: str) -> Money | None:
        text = compact(text)
        if not text:
            return None
        of, words = self.campaign.currency, self.words
        least, floor, most = self._amount(text), self.built_in.least_charged(of), self.built_in.largest(of)
        if least < floor:
            raise NotTidy(f"Enter {words.money(floor)} or more: Stripe charges nothing smaller in {of.code}.")
        if least > most:
            raise NotTidy(f"Enter {words.money(most)} or less.")
        return least

    def _suggested(self, floor: Money, text: str) -> tuple[SuggestedAmount, ...]:
        """An amount a line, smallest first."""
        words, most = self.words, self.built_in.largest(self.campaign.currency)
        lines = tidy(text, LONGEST_LIST, lines=True).splitlines()
        amounts = [self._amount_of_line(line) for line in lines if line]
        if len(amounts) > MOST_AMOUNTS:
            raise BadOffer(f"Offer {MOST_AMOUNTS} amounts or fewer.")
        for each in amounts:
            if each.amount < floor:
                too_small, least = words.money(each.amount), words.money(floor)
                raise NotTidy(f"Offer {least} or more: {too_small} is below the smallest donation.")
            if each.amount > most:
                raise NotTidy(f"Offer {words.money(most)} or less.")
        if len({each.amount for each in amounts}) < len(amounts):
            raise BadOffer("Offer each amount once.")
        return tuple(sorted(amounts, key=lambda each: each.amount))

    def _amount_of_line(self, line: str) -> SuggestedAmount:
        figures, _, rest = line.partition(" ")
        try:
            amount = self._amount(figures)
        except BadAmount as mistake:
            raise BadAmount(f"In the line “{line[:WORDS_LENGTH]}”: {mistake}") from None
        return SuggestedAmount(amount, rest.strip().lstrip(_JOINING).strip())

    def _amount(self, text: str) -> Money:
        return read_typed_money(text, self.campaign.currency, self.words.style_of(self.campaign.currency))


def typed_offer(campaign: Campaign, words: DeskWords) -> dict[str, str]:
    """The form as it shows what a campaign offers."""
    offer = campaign.offer
    typed = {"choice": "" if offer.intervals is None else OWN, "version": str(campaign.version)}
    typed |= {"benefit": "", "market_value": ""}
    if offer.benefit:
        typed |= {"benefit": offer.benefit.words, "market_value": words.typed_money(offer.benefit.market_value)}
    for interval in EVERY_INTERVAL:
        amounts = offer.suggested.get(interval, ())
        least = offer.smallest.get(interval)
        typed[f"suggested_{interval}"] = "\n".join(_line(suggested, words) for suggested in amounts)
        typed[f"smallest_{interval}"] = words.typed_money(least) if least else ""
        typed[f"interval_{interval}"] = "on" if interval in (offer.intervals or ()) else ""
    return typed


def _line(suggested: SuggestedAmount, words: DeskWords) -> str:
    return f"{words.money(suggested.amount)} {suggested.words}".strip()
