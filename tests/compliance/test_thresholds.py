"""Amounts of the UK's rules, by regime and day."""

from datetime import UTC, date, datetime

import pytest

from campaigns.demo import DEMO_ORGANISATION
from compliance.thresholds import declared_above, threshold, thresholds
from ledger.money import EUR, GBP, Currency, Money
from organisation.organisation import REGIMES, UNREGULATED, GivingRules, OrganisationProfile

TODAY, NOW = date(2026, 11, 28), datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("regime", "key", "day", "pounds"),
    [
        ("gb_party", "permissibility", date(2009, 12, 31), 200),
        ("gb_party", "permissibility", date(2010, 1, 1), 500),
        ("gb_party", "report_central_first", date(2023, 12, 31), 7_500),
        ("gb_party", "report_central_first", date(2024, 1, 1), 11_180),
        ("non_party_campaigner", "permissibility", TODAY, 500),
        ("members_association", "permissibility", TODAY, 500),
        ("members_association", "permissibility", date(2009, 12, 31), None),
        (UNREGULATED, "permissibility", TODAY, None),
    ],
)
def test_a_rule_is_that_of_its_day(regime: str, key: str, day: date, pounds: int | None) -> None:
    """The first and the last day belong to it."""
    rule = threshold(regime, key, day)
    assert (rule and rule.above) == (pounds and Money(pounds * 100, GBP))


def above(regime: str, currency: Currency = GBP, **own: int) -> Money | None:
    """What is asked about, at an organisation of this regime that decided this for itself."""
    profile = OrganisationProfile(DEMO_ORGANISATION, "en_GB", regime=regime, giving=GivingRules(declare_above=own))
    return declared_above(profile, currency, NOW)


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
    """Nothing that is only proposed is among them."""
    for rule in thresholds():
        beside = [each for each in thresholds() if (each.regime, each.key) == (rule.regime, rule.key)]
        assert [each.first for each in beside if each.holds_on(rule.first)] == [rule.first]
    lacking = [rule.key for rule in thresholds() if not rule.source.startswith("http") and rule.last is None]
    assert lacking == []
