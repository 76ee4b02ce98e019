"""What donors are asked and read because of the rules of today: from which amount, and why."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy.engine import Engine

from compliance.regime import Regime, RegimePeriod, regime_on, uk_day
from compliance.rule import RuleBook
from compliance.rule_store import regime_periods, rule_book
from compliance.thresholds import declared_above, shipped_rules
from database.instants import Clock
from database.transactions import reading
from ledger.money import Currency
from organisation.organisation import OrganisationProfile
from payments.giving.donor_form import AskedAbove
from web.language import to_translate, translated

_WHY: Mapping[Regime, str] = {
    Regime.PARTY: to_translate(
        "We are a registered political party. By law we may keep a donation of this size only from somebody on a UK"
        " electoral register, or from a body that is registered and at work in the UK."
    ),
    Regime.MEMBERS_ASSOCIATION: to_translate(
        "We are an association of members of a political party. By law we may keep a donation of this size only from"
        " somebody on a UK electoral register, or from a body that is registered and at work in the UK."
    ),
    Regime.REGULATED_DONEE: to_translate(
        "Donations to members of a political party and to holders of office are regulated. By law we may keep one of"
        " this size only from somebody on a UK electoral register, or from a body that is registered and at work in"
        " the UK."
    ),
    Regime.CAMPAIGNER: to_translate(
        "We are registered as a campaigner in elections. By law we may keep a donation of this size for our campaign"
        " only from somebody on a UK electoral register, or from a body that is registered and at work in the UK; and"
        " not from a political party."
    ),
}
_ON_BEHALF = to_translate(
    "Do not give on behalf of somebody else: then the law asks for their name and their address, not for yours."
)
_FROM_ABROAD = to_translate(
    "From abroad only people on a UK electoral register may give, such as British citizens who are registered there as"
    " overseas voters."
)
_IRISH = to_translate("Citizens and bodies of Ireland may give to us as well.")
_BACK = to_translate("A donation from somebody who may not give goes back to them within 30 days.")


def regime_words(period: RegimePeriod) -> Sequence[str]:
    """Why a donor is asked who they are, as this regime has it, in the language that is spoken."""
    words = [_WHY[period.regime], _FROM_ABROAD, *([_IRISH] if period.is_northern_irish else []), _ON_BEHALF, _BACK]
    return [translated(sentence) for sentence in words]


class DonorRules:
    """The rules of today for the donor's form. An organisation that was never under any asks the database nothing."""

    def __init__(self, engine: Engine, clock: Clock, profile: Callable[[], OrganisationProfile]) -> None:
        self._engine, self._clock, self._profile = engine, clock, profile

    def asked_above(self, currency: Currency) -> AskedAbove | None:
        """From which amount on donors declare who they are, and why; None where nobody is asked.

        Where the organisation asks of its own accord, no law says why.
        """
        profile, today = self._profile(), uk_day(self._clock())
        period, rules = self._now(profile, today)
        above = declared_above(profile, currency, today, period, rules)
        return None if above is None else AskedAbove(above, tuple(regime_words(period)) if period else ())

    def _now(self, profile: OrganisationProfile, today: date) -> tuple[RegimePeriod | None, RuleBook]:
        if not profile.is_watched:
            return None, shipped_rules()
        with reading(self._engine) as conn:
            return regime_on(regime_periods(conn), today), rule_book(conn)
