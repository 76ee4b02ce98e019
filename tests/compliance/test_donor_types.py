"""Who a donor may be, what is recorded of them, and which rules an organisation is under on a day."""

from datetime import date

import pytest

from compliance.donor_types import DonorType, caution, lacking_facts, needed_facts
from compliance.regime import Regime, RegimePeriod, regime_on
from organisation.organisation import REGIMES
from payments.gifts.declaration import DonorKind

PARTY = RegimePeriod(Regime.PARTY, date(2020, 1, 1), date(2024, 6, 30))
CAMPAIGNER = RegimePeriod(Regime.CAMPAIGNER, date(2024, 6, 1))
NORTHERN_IRISH = RegimePeriod(Regime.PARTY, date(2020, 1, 1), is_northern_irish=True)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), PARTY),
        (date(2024, 5, 31), PARTY),
        (date(2024, 6, 1), CAMPAIGNER),
        (date(2026, 11, 28), CAMPAIGNER),
    ],
)
def test_a_day_has_the_regime_that_began_last(day: date, period: RegimePeriod | None) -> None:
    """Before the first there is none."""
    assert regime_on([CAMPAIGNER, PARTY], day) == period


def test_a_row_of_none_ends_what_was_open() -> None:
    """And of two rows of one day the one that was added last counts."""
    ended = RegimePeriod(Regime.UNREGULATED, date(2025, 1, 1))

    assert regime_on([CAMPAIGNER, ended], date(2024, 12, 31)) == CAMPAIGNER
    assert regime_on([ended, CAMPAIGNER], date(2025, 1, 1)) is None
    assert regime_on([PARTY, NORTHERN_IRISH], date(2020, 1, 1)) == NORTHERN_IRISH


def test_a_regime_does_not_end_before_it_begins() -> None:
    """A slip of the pen would hide a year of checks."""
    with pytest.raises(ValueError, match="cannot end"):
        RegimePeriod(Regime.PARTY, date(2024, 1, 1), date(2023, 1, 1))


def test_the_desk_offers_the_regimes_that_there_are() -> None:
    """Under the names that are kept."""
    assert set(REGIMES) == set(Regime)


def test_what_donors_declare_of_themselves_is_a_type_of_donor() -> None:
    """A check begins with what the donor said at giving."""
    assert {DonorType(kind.value) for kind in DonorKind} < set(DonorType)


def test_every_type_that_is_identified_has_a_name_on_record() -> None:
    """Schedules 6 and 7: name and address of each; a company's number; an anonymous elector's certificate instead."""
    keys = {donor_type: [fact.key for fact in needed_facts(donor_type)] for donor_type in DonorType}

    assert keys.pop(DonorType.UNIDENTIFIED) == []
    assert keys.pop(DonorType.ANONYMOUS_ELECTOR) == ["name", "certificate"]
    assert {tuple(of_type[:2]) for of_type in keys.values()} == {("name", "address")}
    assert [fact.key for fact in lacking_facts(DonorType.COMPANY, {"name": "Mill Ltd", "address": " "})] == [
        "address",
        "number",
    ]


@pytest.mark.parametrize(
    ("donor_type", "period", "sentence"),
    [
        (DonorType.INDIVIDUAL, PARTY, None),
        (DonorType.OVERSEAS_ELECTOR, CAMPAIGNER, None),
        (DonorType.PARTY, PARTY, None),
        (DonorType.PARTY, CAMPAIGNER, "must not accept gifts from a registered party"),
        (DonorType.IRISH_CITIZEN, PARTY, "Northern Ireland"),
        (DonorType.IRISH_CITIZEN, NORTHERN_IRISH, None),
        (DonorType.TRUST, PARTY, "Ask the Electoral Commission"),
    ],
)
def test_a_caution_is_a_sentence_to_read_and_no_decision(
    donor_type: DonorType, period: RegimePeriod, sentence: str | None
) -> None:
    """The responsible person decides."""
    words = caution(donor_type, period)
    assert words is None if sentence is None else sentence in (words or "")
