"""Amounts of the UK's rules, by regime and day."""

from datetime import date

import pytest

from campaigns.demo import DEMO_ORGANISATION
from compliance.regime import Regime, RegimePeriod, regime_on
from compliance.rule import PERMISSIBILITY, NoSuchRule
from compliance.thresholds import declared_above, shipped_rules
from ledger.money import EUR, GBP, Currency, Money
from organisation.organisation import REGIMES, UNREGULATED, GivingRules, OrganisationProfile

RULES = shipped_rules()
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("regime", "key", "day", "pounds"),
    [
        (Regime.PARTY, PERMISSIBILITY, date(2009, 12, 31), 200),
        (Regime.PARTY, PERMISSIBILITY, date(2010, 1, 1), 500),
        (Regime.PARTY, "report_central_first", date(2023, 12, 31), 7_500),
        (Regime.PARTY, "report_central_first", date(2024, 1, 1), 11_180),
        (Regime.CAMPAIGNER, PERMISSIBILITY, TODAY, 500),
        (Regime.MEMBERS_ASSOCIATION, PERMISSIBILITY, TODAY, 500),
        (Regime.MEMBERS_ASSOCIATION, PERMISSIBILITY, date(2009, 12, 31), None),
        (Regime.REGULATED_DONEE, "report", TODAY, 2_230),
        (Regime.UNREGULATED, PERMISSIBILITY, TODAY, None),
    ],
)
def test_a_rule_is_that_of_its_day(regime: Regime, key: str, day: date, pounds: int | None) -> None:
    """The first and the last day belong to it."""
    rule = RULES.find(regime, key, day)
    assert (rule and rule.amount) == (pounds and Money(pounds * 100, GBP))


def above(regime: str, currency: Currency = GBP, **own: int) -> Money | None:
    """What is asked about, at an organisation of this regime that decided this for itself."""
    profile = OrganisationProfile(DEMO_ORGANISATION, "en_GB", regime=regime, giving=GivingRules(declare_above=own))
    period = regime_on([RegimePeriod(Regime(regime), date(2001, 2, 16))], TODAY)
    return declared_above(profile, currency, TODAY, period, RULES)


def test_every_regulated_organisation_has_a_threshold_today() -> None:
    """More than £500: £500.01 is asked about, £500 is not."""
    asked = {regime: above(regime) for regime in REGIMES}
    assert asked == {UNREGULATED: None} | {regime: Money(50_000, GBP) for regime in REGIMES if regime != UNREGULATED}


def test_the_organisation_decides_for_itself() -> None:
    """To ask from another amount, or nobody."""
    assert above("gb_party", GBP=0) is None
    assert above(UNREGULATED, GBP=20_000) == Money(20_000, GBP)


def test_the_rules_are_in_pounds() -> None:
    """What a gift in euros comes to in pounds is known only when it settles."""
    assert above("gb_party", EUR) is None
    assert above("gb_party", EUR, EUR=60_000) == Money(60_000, EUR)


def test_each_rule_has_its_source_and_no_two_hold_at_once() -> None:
    """What has no source says so: it is memory, our own choice, or no longer law."""
    for rule in RULES.rules:
        beside = [each for each in RULES.rules if (each.regime, each.key) == (rule.regime, rule.key)]
        assert sum(each.holds_on(rule.first or date.min) for each in beside) == (rule.first is not None and rule.acts)
    lacking = {rule.confidence for rule in RULES.rules if not rule.source.startswith("http")}
    assert lacking == {"memory", "our_choice"}


def test_what_is_proposed_never_acts() -> None:
    """A bill is no law: not before its rows say so, with a source."""
    proposed = [rule for rule in RULES.rules if rule.status.startswith("proposed")]
    assert len(proposed) == 3
    assert not any(rule.holds_on(TODAY) for rule in proposed)


def test_a_rule_that_nobody_entered_is_named() -> None:
    """Nothing is made up in its place."""
    with pytest.raises(NoSuchRule, match="report_central_first for gb_party holds on 1999-01-01; add its row"):
        RULES.amount(Regime.PARTY, "report_central_first", date(1999, 1, 1))
