"""The form for several campaigns: which are chosen, and how much is for each. One payment, one gift, one receipt."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from campaigns.campaign import Campaign, CampaignState, Openness
from campaigns.offer import EVERY_INTERVAL, ONCE, CampaignOffer
from campaigns.offered import group_for, offered_amounts, offered_intervals
from campaigns.store import campaigns
from database.transactions import reading
from ledger.money import GBP, BadAmount, Money
from ledger.typed_money import read_typed_money
from payments.gifts.amounts import GIFT_AMOUNTS
from payments.gifts.splitting import (
    MOST_CAMPAIGNS,
    GiftPart,
    ParentShare,
    TooLittleToShare,
    equal_parts,
    parts_as_chosen,
    parts_in_proportion,
)
from payments.giving.donor_form import DonorForm
from payments.giving.form import FIELDS, OTHER, FieldErrors, FormFields, Pledge
from payments.giving.places import several_campaigns
from payments.giving.prefilled import SentForm, fields_of_form
from web.language import translated
from web.typed import compact

# The field that says how it is shared: in equal parts (empty), or by an amount for each.
CHOICE, OWN = "choice", "own"


def tick_of(campaign: int) -> str:
    """The field that chooses a campaign."""
    return f"give_{campaign}"


def amount_of(campaign: int) -> str:
    """The field of the amount for a campaign."""
    return f"part_{campaign}"


@dataclass(frozen=True, slots=True)
class OfferedCampaign:
    """A campaign that may be chosen: `takes_gifts` now, or not. `parent` is the campaign of a group."""

    campaign: Campaign
    parent: Campaign | None
    takes_gifts: bool

    @property
    def rule(self) -> ParentShare | None:
        """What its campaign has of each gift to a group."""
        share = self.parent.group_share if self.parent else None
        return ParentShare(self.parent.id, share) if self.parent and share else None


class SharedForm(DonorForm):
    """The form at `/give`. In place of a campaign stands one for several, in the currency of those that are chosen."""

    def known_fields(self) -> Collection[str]:
        """The names of its fields: of every campaign, so that one that has closed is told of and not refused."""
        return (*FIELDS, CHOICE, *(name(each) for each in self.recipients() for name in (tick_of, amount_of)))

    def recipients(self) -> dict[int, OfferedCampaign]:
        """Every campaign by its number, the groups of each behind it."""
        with reading(self._engine) as conn:
            known = {campaign.id: campaign for campaign in campaigns(conn)}
        now = self._clock()
        ordered = sorted(known.values(), key=lambda campaign: (campaign.parent_id or campaign.id, campaign.id))
        parents = {campaign.id: known.get(campaign.parent_id or 0) for campaign in ordered}
        return {
            campaign.id: OfferedCampaign(
                campaign, parents[campaign.id], campaign.openness_under(parents[campaign.id], now) is Openness.OPEN
            )
            for campaign in ordered
        }

    def several(self, fields: FormFields) -> Campaign:
        """What stands for a campaign: it offers what any of them offers, and the largest of the chosen minimums."""
        known, rules = self.recipients(), self._rules.giving()
        chosen = [each.campaign for each in _ticked(known, fields)]
        offered = [each.campaign for each in known.values() if each.takes_gifts]
        currencies = Counter(campaign.currency for campaign in offered)
        if chosen:
            currency = chosen[0].currency
        else:
            currency = max(currencies, key=lambda of: currencies[of], default=GBP)
        alike = [campaign for campaign in offered if campaign.currency == currency]
        intervals = {interval for campaign in alike for interval in offered_intervals(campaign, rules)}
        smallest = {
            interval: max(offered_amounts(campaign, rules, GIFT_AMOUNTS, interval).smallest for campaign in same)
            for interval in EVERY_INTERVAL
            if (same := [campaign for campaign in chosen if campaign.currency == currency])
        }
        ordered = tuple(interval for interval in EVERY_INTERVAL if interval in intervals)
        return several_campaigns(currency, CampaignOffer(ordered, smallest=smallest))

    def read(self, campaign: Campaign, fields: FormFields) -> Pledge | FieldErrors:
        """A pledge with a part for each campaign, or a sentence for each field that must be corrected."""
        ticked = _ticked(self.recipients(), fields)
        errors = self._choice_errors(campaign, ticked, fields)
        weights: dict[int, int] | None = None
        if fields.get(CHOICE) == OWN:
            weights = self._typed_parts(campaign, ticked, fields, errors)
            fields = self._with_sum(campaign, fields, weights)
        pledge = super().read(campaign, fields)
        if not isinstance(pledge, Pledge):
            if weights is not None and "amount" in pledge:
                amount_error = pledge.pop("amount")
                if not any(name.startswith("part_") for name in errors):
                    errors["parts"] = amount_error
            return errors | pledge | errors  # in the order of the page; what is said of the choice goes first
        if errors:
            return errors
        try:
            return replace(pledge, parts=_parts(pledge.amount, ticked, weights))
        except TooLittleToShare as too_little:
            least = self._pages.wording.money(too_little.least)
            return {"amount": translated("Enter %(amount)s or more, so that something is for each.", amount=least)}

    def page_values(self, campaign: Campaign, fields: FormFields, errors: FieldErrors) -> dict[str, object]:
        """The values of the form's page: those of a campaign's form, and the campaigns to choose from."""
        shown = [
            recipient
            for recipient in self.recipients().values()
            if (recipient.takes_gifts and recipient.campaign.currency == campaign.currency)
            or amount_of(recipient.campaign.id) in errors
        ]
        return super().page_values(campaign, fields, errors) | {
            "recipients": shown,
            "chosen": {each.campaign.id for each in shown if fields.get(tick_of(each.campaign.id))},
            "typed": {each.campaign.id: fields.get(amount_of(each.campaign.id), "") for each in shown},
            "choice": OWN if fields.get(CHOICE) == OWN else "",
            "most": MOST_CAMPAIGNS,
        }

    def linked(self, slugs: Sequence[str]) -> FormFields:
        """The ticks of a link that names campaigns; one that takes no gifts is left out."""
        with_slug = {each.campaign.slug: each for each in self.recipients().values() if each.takes_gifts}
        return {tick_of(with_slug[slug].campaign.id): "yes" for slug in slugs[:MOST_CAMPAIGNS] if slug in with_slug}

    def filled(self, sent: SentForm) -> FormFields:
        """The form as its donor had filled it in before going to Stripe."""
        known, gift = self.recipients(), sent.gift
        rules = {number: each.rule for number, each in known.items()}
        shares = [GiftPart(share.campaign, share.amount) for share in gift.allocations]
        chosen = parts_as_chosen(shares, {number: rule for number, rule in rules.items() if rule})
        ticks = {tick_of(part.campaign): "yes" for part in chosen}
        campaign, wording = self.several(ticks), self._pages.wording
        fields = {**fields_of_form(sent, campaign, self.groups(campaign), wording), **ticks}
        if chosen == equal_parts(gift.amount, [part.campaign for part in chosen]):
            return fields
        typed = gift.amount - gift.fee_cover if gift.fee_cover else gift.amount
        parts = parts_in_proportion(typed, [(part.campaign, part.amount.minor) for part in chosen])
        return {**fields, CHOICE: OWN, **{amount_of(part.campaign): wording.typed_money(part.amount) for part in parts}}

    def _choice_errors(self, campaign: Campaign, ticked: Sequence[OfferedCampaign], fields: FormFields) -> FieldErrors:
        if sentence := _choice_error(campaign, ticked):
            return {"campaigns": sentence}
        interval, rules = compact(fields.get("interval", "")) or ONCE, self._rules.giving()
        for each in ticked:
            if interval != ONCE and interval not in offered_intervals(each.campaign, rules):
                sentence = translated(
                    "%(campaign)s does not take donations so often. Choose another rhythm, or leave it out.",
                    campaign=each.campaign.title,
                )
                return {"interval": sentence}
        return {}

    def _typed_parts(
        self, campaign: Campaign, ticked: Sequence[OfferedCampaign], fields: FormFields, errors: FieldErrors
    ) -> dict[int, int]:
        """The minor units that were typed for each campaign."""
        words, parts = self._words(campaign), {}
        for each in ticked:
            number, title = each.campaign.id, each.campaign.title
            typed = compact(fields.get(amount_of(number), ""))
            try:
                part = read_typed_money(typed, words.currency, words.style) if typed else None
            except BadAmount as refusal:
                errors[amount_of(number)] = translated(refusal.text, **refusal.values)
                continue
            if part is None or part.minor < 1 or part.minor % part.currency.step:
                errors[amount_of(number)] = translated(
                    "Enter an amount for %(campaign)s, or take out its tick.", campaign=title
                )
            else:
                parts[number] = part.minor
        return parts

    def _with_sum(self, campaign: Campaign, fields: FormFields, parts: Mapping[int, int]) -> FormFields:
        """The fields as if the sum had been typed as the amount."""
        group = group_for(self.groups(campaign), compact(fields.get("interval", "")))
        total = Money(sum(parts.values()), campaign.currency)
        return {**fields, group.name: OTHER, "other_amount": self._pages.wording.typed_money(total) if parts else ""}


def _ticked(known: Mapping[int, OfferedCampaign], fields: FormFields) -> list[OfferedCampaign]:
    """The campaigns that were chosen, in the order in which they were made."""
    return [known[number] for number in sorted(known) if fields.get(tick_of(number))]


def _choice_error(campaign: Campaign, ticked: Sequence[OfferedCampaign]) -> str | None:
    """What is wrong with the choice of campaigns, and what to do."""
    closed = next((each for each in ticked if not each.takes_gifts), None)
    if not ticked:
        return translated("Choose at least one campaign.")
    if len(ticked) > MOST_CAMPAIGNS:
        return translated("Choose up to %(most)s campaigns.", most=MOST_CAMPAIGNS)
    if closed:
        return _takes_none(closed.campaign)
    if any(each.campaign.currency != campaign.currency for each in ticked):
        return translated("Choose campaigns of one currency: a payment has only one.")
    return None


def _takes_none(campaign: Campaign) -> str:
    if campaign.state is CampaignState.DRAFT:  # nobody but its editors knows of it
        return translated("One of these campaigns takes no donations now. Choose again: nothing was charged.")
    return translated(
        "%(campaign)s takes no donations now. Choose another, or go on without it: nothing was charged.",
        campaign=campaign.title,
    )


def _parts(amount: Money, ticked: Sequence[OfferedCampaign], weights: Mapping[int, int] | None) -> tuple[GiftPart, ...]:
    if weights is None:
        return equal_parts(amount, [each.campaign.id for each in ticked])
    return parts_in_proportion(amount, weights.items())
