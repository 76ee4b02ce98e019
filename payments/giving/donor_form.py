"""The donor's form: what it asks, what its page shows, and what was sent with it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from campaigns.campaign import Campaign, Openness
from campaigns.offered import AmountGroup, amount_groups, group_for, offered_intervals
from campaigns.store import campaigns, groups_of, parent_of
from database.instants import Clock
from database.transactions import reading
from ledger.money import GBP, Currency, Money
from organisation.consent_words import OfferedConsent
from organisation.organisation import GivingRules
from payments.gifts.amounts import GIFT_AMOUNTS, NO_RULES
from payments.gifts.declaration import DonorKind
from payments.gifts.fees import FeeRate, fee_rate
from payments.gifts.recurring import Interval
from payments.giving import declaration_form, gift_aid_form
from payments.giving.donor_fields import read_source
from payments.giving.form import AmountWords, FieldErrors, FormFields, FormQuestions, Pledge, read_form
from payments.giving.form_keys import FormKey, key_of_contents
from payments.giving.form_token import new_form_token
from payments.giving.gift_aid_form import GiftAidOffer
from payments.giving.prefilled import interval_choices, slip_choices, template_fields
from payments.giving.rhythm_form import IntervalOffer
from receipts.legal_forms import MissingFact
from web.language import translated
from web.pages import Pages


@dataclass(frozen=True, slots=True)
class AskedAbove:
    """Who gives more than this amount declares who they are; `why` are translated sentences."""

    amount: Money
    why: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FormRules:
    """What the organisation decides about the form, as it is now.

    What is offered, the boxes of consent, above which amount and why donors declare who they are, and the name of the
    charity where Gift Aid may be declared to it. `for_receipts` is what receipts must say of their donors.
    """

    giving: Callable[[], GivingRules] = lambda: NO_RULES
    consents: Callable[[], Sequence[OfferedConsent]] = lambda: ()
    asked_above: Callable[[Currency], AskedAbove | None] = lambda _: None
    gift_aid_charity: Callable[[], str] = lambda: ""
    for_receipts: Callable[[], Collection[MissingFact]] = lambda: ()


NO_FORM_RULES = FormRules()
_CARRIED = (*declaration_form.CARRIED, *gift_aid_form.CARRIED)


@dataclass(frozen=True, slots=True)
class FeeExample:
    """The rate in words' parts: per cent, the fixed amount, and what it comes to for one gift."""

    percent: str
    fixed: Money
    gift: Money
    cover: Money


class DonorForm:
    """The form of every campaign, as the organisation's rules have it now.

    `secret` makes the keys of forms that come without a token.
    """

    def __init__(self, engine: Engine, clock: Clock, pages: Pages, rules: FormRules, secret: bytes = b"") -> None:
        self._engine, self._clock, self._pages, self._rules, self._secret = engine, clock, pages, rules, secret

    def read(self, campaign: Campaign, fields: FormFields) -> Pledge | FieldErrors:
        """A pledge, or a sentence for each field that must be corrected."""
        pledge = read_form(
            fields, self._words(campaign), self._offer(campaign), self.groups(campaign), self._questions(campaign)
        )
        if self.recipient(campaign, fields) is not None:
            return pledge
        mistake = {"to": translated("Choose a group from the list.")}
        return mistake if isinstance(pledge, Pledge) else pledge | mistake

    def asked_above(self, campaign: Campaign) -> AskedAbove | None:
        """Above which amount donors declare who they are, and why, if they do."""
        return self._rules.asked_above(campaign.currency)

    def gift_aid(self, pledge: Pledge) -> GiftAidOffer | None:
        """What may be declared with a gift: a person's, in pounds, to a charity that claims Gift Aid."""
        charity, declared = self._rules.gift_aid_charity(), pledge.declaration
        if not charity or pledge.amount.currency != GBP or (declared and declared.kind is not DonorKind.INDIVIDUAL):
            return None
        wording = self._pages.wording
        today = wording.local_day(self._clock())
        return GiftAidOffer(charity, wording.money(pledge.amount), pledge.rhythm is not None, today)

    def key(self, campaign: Campaign, fields: FormFields, pledge: Pledge, address: str) -> FormKey:
        """What stands for a form that was sent from this network address."""
        token = fields.get("form_token")
        if token:
            return FormKey(token)
        return key_of_contents(self._secret, campaign.id, pledge, address, self._clock())

    def recipient(self, campaign: Campaign, fields: FormFields) -> Campaign | None:
        """The local group that was chosen on its campaign's form, else the campaign; None for what is no such group."""
        slug = fields.get("to", "")
        if not slug:
            return campaign
        with reading(self._engine) as conn:
            return next((group for group in groups_of(conn, campaign) if group.slug == slug), None)

    def groups(self, campaign: Campaign) -> list[AmountGroup]:
        """The amounts of the form."""
        return amount_groups(campaign, self._rules.giving(), GIFT_AMOUNTS)

    def page_values(self, campaign: Campaign, fields: FormFields, errors: FieldErrors) -> dict[str, object]:
        """The values of the whole form's page, with what is filled in and what is wrong with it."""
        with reading(self._engine) as conn:
            parent, now = parent_of(conn, campaign), self._clock()
            local_groups = [
                group for group in groups_of(conn, campaign) if group.openness_under(campaign, now) is Openness.OPEN
            ]
            alike = [
                other for other in campaigns(conn) if (other.parent_id, other.currency) == (None, campaign.currency)
            ]
        questions = self._questions(campaign)
        return self._first_questions(campaign, fields) | {
            "campaign": campaign,
            "parent": parent,
            "errors": errors,
            "form_token": fields.get("form_token") or new_form_token(self._secret, self._clock()),
            "consents": questions.consents,
            "needs_name": MissingFact.DONOR_NAME in questions.for_receipts,
            "needs_address": MissingFact.DONOR_ADDRESS in questions.for_receipts,
            "ticked": [box.channel for box in questions.consents if fields.get(f"consent_{box.channel}")],
            "fee_example": self._fee_example(questions.fee_rate, fields, campaign),
            "local_groups": local_groups,
            "may_be_shared": sum(other.openness(now) is Openness.OPEN for other in alike) > 1,
            "to": fields.get("to", ""),
            "declared": {name: fields[name] for name in _CARRIED if fields.get(name)},
            "slip": slip_choices(fields) if "email" in errors else (),
        }

    def sheet(self, campaign: Campaign, source: str = "") -> dict[str, object]:
        """The values of the sheet on the campaign's page: the same for everybody who came by the same link."""
        return self._first_questions(campaign, {"interval": "once", "ref": read_source(source)})

    def _first_questions(self, campaign: Campaign, fields: FormFields) -> dict[str, object]:
        """The values of the first questions, which stand on the campaign's own page as well."""
        offer, groups = self._offer(campaign), self.groups(campaign)
        return {
            "form": template_fields(fields, groups),
            "interval_choices": interval_choices(offer, self._pages.wording),
            "offer": offer,
            "groups": groups,
            "takes_gift_aid": bool(self._rules.gift_aid_charity()) and campaign.currency == GBP,
            "chosen_amounts": {group.name: fields.get(group.name, "") for group in groups},
            "chosen_group": group_for(groups, fields.get("interval", "")).name,
        }

    def _questions(self, campaign: Campaign) -> FormQuestions:
        rate = fee_rate(campaign.currency, self._rules.giving())
        return FormQuestions(self._rules.consents(), rate, self._rules.for_receipts())

    def _words(self, campaign: Campaign) -> AmountWords:
        wording = self._pages.wording
        return AmountWords(campaign.currency, wording.money, wording.number_style(campaign.currency))

    def _offer(self, campaign: Campaign) -> IntervalOffer:
        wording = self._pages.wording
        intervals = tuple(Interval(name) for name in offered_intervals(campaign, self._rules.giving()))
        return IntervalOffer(intervals, self._clock(), wording.zone, wording.day, campaign.closes_at)

    def _fee_example(self, rate: FeeRate | None, fields: FormFields, campaign: Campaign) -> FeeExample | None:
        """What the fee comes to for the first amount that is offered."""
        if rate is None:
            return None
        amounts = group_for(self.groups(campaign), fields.get("interval", "")).amounts
        gift = amounts.suggested[len(amounts.suggested) // 2].amount if amounts.suggested else amounts.smallest
        return FeeExample(self._pages.wording.percent(rate.points), rate.fixed, gift, rate.to_cover(gift))
