"""What a report says, that it is frozen when filed, and that an amendment says what changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from compliance.check import Check
from compliance.check_steps import Acceptance, ReturnReason
from compliance.donor_types import DonorType
from compliance.filed_report import NotFilable, file_report, report_differences, report_digest
from compliance.held_money import HeldMoney, held_money
from compliance.regime import Regime
from compliance.report import Report, ReportBooks, build_report
from compliance.report_calendar import Election, ReportCalendar, ReportKind, ReportPeriod
from compliance.report_line import COLUMNS
from compliance.thresholds import shipped_rules
from tests.compliance.gifts import ASHA, FOREVER, accepted, check_of, gift, lookup, pounds, record, returned

RULES = shipped_rules()
ELECTION = Election("2024", date(2023, 7, 6), date(2024, 5, 30), date(2024, 7, 4), "https://example.org")
MARCH, JUNE = date(2024, 3, 5), date(2024, 6, 3)


def period(regime: Regime, kind: ReportKind, last: date) -> ReportPeriod:
    """The report of this kind whose period ends on this day."""
    reports = ReportCalendar(FOREVER[regime], [ELECTION], RULES).reports(last, last)
    return next(report for report in reports if report.kind is kind)


FIRST_QUARTER = period(Regime.PARTY, ReportKind.QUARTERLY, date(2024, 3, 31))


def books(*checks: Check) -> ReportBooks:
    """The books of these checks' gifts."""
    gifts = [check.gift for check in checks]
    by_gift = {check.gift.gift_id: check for check in checks}
    return ReportBooks("The Example Party", gifts, by_gift, {}, {"unit": "Leeds branch"}, RULES)


def report(*checks: Check, of: ReportPeriod = FIRST_QUARTER) -> Report:
    """The report of a period over these checks."""
    return build_report(of, books(*checks))


def references(lines: Sequence[object]) -> list[str]:
    """The ids of the gifts in a report."""
    return [line.reference for line in lines]  # type: ignore[attr-defined]


def test_a_line_has_the_commissions_columns() -> None:
    """In the order in which PEF Online shows them, then what the schedules ask for."""
    company = record(DonorType.COMPANY, name="Mill Ltd", address="1 Mill Lane, Leeds", number="01234567")
    large = gift("12000", MARCH, gift_id="large", section="unit")
    (line,) = report(check_of(large, company, lookup(MARCH), Acceptance(ASHA, MARCH))).lines

    assert dict(zip(COLUMNS.values(), line.cells, strict=True)) == {
        "Reference": "large",
        "Donor": "Mill Ltd",
        "Participant": "The Example Party",
        "Received by": "Leeds branch",
        "Nature of donation": "cash",
        "Value": "12000.00",
        "Date received": "2024-03-05",
        "Date accepted": "2024-03-05",
        "Donor type": "company",
        "Address": "1 Mill Lane, Leeds",
        "Company number": "01234567",
        "Other details": "",
        "Part of an aggregated donation": "no",
        "Date returned": "",
        "Returned to": "",
        "How returned": "",
        "Why returned": "",
    }


def test_a_quarter_names_what_went_back_and_waits_for_what_is_open() -> None:
    """An open check is in no report; a gift that the organisation did not want is not reported as impermissible."""
    went_back = returned(gift("600", MARCH, gift_id="back"), date(2024, 3, 20))
    quarter = report(
        went_back,
        returned(gift("20000", MARCH, "b", gift_id="unwanted"), MARCH, ReturnReason.REFUSED),
        check_of(gift("30000", MARCH, "c", gift_id="open"), record()),
    )

    assert quarter.lines == ()
    (line,) = quarter.returned
    assert (line.reference, line.returned_on, line.returned_to, line.reason) == (
        "back",
        "2024-03-20",
        "donor",
        "impermissible",
    )


def test_a_nil_report_is_needed_of_a_party_and_not_of_a_campaigner() -> None:
    """A party files its empty week."""
    weeks = [period(regime, ReportKind.WEEKLY, date(2024, 6, 5)) for regime in (Regime.PARTY, Regime.CAMPAIGNER)]

    assert [(report(of=week).is_nil, report(of=week).is_needed) for week in weeks] == [(True, True), (True, False)]


def test_a_week_names_single_gifts_that_were_received() -> None:
    """More than £11,180 to the centre of a party, £7,500 to a campaigner: not summed up, and accepted or not."""
    checks = [
        check_of(gift("11180.01", JUNE, "a", gift_id="a")),
        accepted(gift("11180", JUNE, "b", gift_id="b"), JUNE),
        accepted(gift("11180", JUNE, "b", gift_id="c"), JUNE),
        check_of(gift("20000", JUNE, "d", "unit", gift_id="unit")),
        check_of(gift("7500", JUNE, "e", gift_id="e")),
        check_of(gift("13750", date(2024, 6, 6), "f", gift_id="next week")),
    ]
    week = date(2024, 6, 5)

    party = report(*checks, of=period(Regime.PARTY, ReportKind.WEEKLY, week))
    campaigner = report(*checks, of=period(Regime.CAMPAIGNER, ReportKind.WEEKLY, week))
    assert references(party.lines) == ["a"]
    assert references(campaigner.lines) == ["a", "b", "c", "unit"]
    assert {line.accepted_on for line in campaigner.lines} == {""}


def test_after_the_election_a_campaigner_itemises_and_sums_up_the_rest() -> None:
    """Sums of more than £7,500 by donor; one figure for all others above £500."""
    checks = [
        accepted(gift("5000", MARCH, "a", gift_id="a1"), MARCH),
        accepted(gift("2500.01", JUNE, "a", gift_id="a2"), JUNE),
        accepted(gift("7500", JUNE, "b"), JUNE),
        accepted(gift("500", JUNE, "c"), JUNE),
    ]
    after = report(*checks, of=period(Regime.CAMPAIGNER, ReportKind.POST_ELECTION, date(2024, 7, 4)))

    assert (references(after.lines), after.total, after.others) == (["a1", "a2"], pounds("7500.01"), pounds("7500"))


def test_a_report_that_lacks_a_fact_is_not_filed_but_for_a_week() -> None:
    """The week's report is due before anybody can know who gave."""
    unknown = check_of(gift("12000", JUNE, gift_id="unknown"))
    week = period(Regime.PARTY, ReportKind.WEEKLY, date(2024, 6, 5))
    went_back = returned(gift("600", MARCH, gift_id="back"), MARCH)
    incomplete = replace(went_back, steps=(record(name="Ada"), *went_back.steps[1:]))

    with pytest.raises(NotFilable, match="back: record address as the electoral register shows it"):
        file_report(report(incomplete), ASHA, date(2024, 4, 1))
    assert file_report(report(unknown, of=week), ASHA, date(2024, 6, 6)).lines[0].reference == "unknown"


def test_a_gift_that_nobody_knows_the_worth_of_keeps_its_report_open() -> None:
    """It came in the period in dollars: it may have to be named."""
    unvalued = replace(books(), unvalued={"dollars": MARCH, "later": JUNE})
    [missing] = build_report(FIRST_QUARTER, unvalued).missing

    assert (missing.gift_id, missing.sentence) == ("dollars", "dollars: record what it is worth in pounds.")


def test_a_period_that_has_not_ended_is_not_filed() -> None:
    """More may come on its last day."""
    with pytest.raises(NotFilable, match="ends on 2024-03-31"):
        file_report(report(), ASHA, date(2024, 3, 31))


def test_what_was_filed_stays_and_an_amendment_says_what_changed() -> None:
    """Late facts make the report differ; the version before is not touched."""
    on_time = accepted(gift("12000", MARCH, "a", gift_id="a"), MARCH)
    late = accepted(gift("13000", MARCH, "b", gift_id="b"), MARCH)
    corrected = replace(on_time, steps=(record(name="Ada King", address="1 Mill Lane"), *on_time.steps[1:]))
    first = file_report(report(on_time), ASHA, date(2024, 4, 20))
    amended = file_report(report(corrected, late), ASHA, date(2024, 5, 20), first)

    assert (first.version, amended.version) == (1, 2)
    assert amended.changes == (
        "a: Donor was “Ada Byron”, and is “Ada King”; Address was “1 Mill Lane, Leeds LS1 1AA”, and is “1 Mill Lane”;"
        " Company number was “01234567”, and is “”.",
        "b is new in the report.",
    )
    assert report_differences(amended, report(corrected, late)) == ()
    with pytest.raises(NotFilable, match="Nothing has changed"):
        file_report(report(corrected, late), ASHA, date(2024, 5, 21), amended)


def test_equal_facts_make_an_equal_report() -> None:
    """Built again, in whatever order the gifts are read, it has the same digest."""
    checks = [accepted(gift("12000", MARCH, donor, gift_id=donor), MARCH) for donor in "abc"]

    assert report_digest(report(*checks)) == report_digest(report(*reversed(checks)))
    assert report_digest(report(*checks)) != report_digest(report(*checks[1:]))


def test_money_that_nobody_accepted_is_not_to_be_spent() -> None:
    """Raised, of which not accepted yet; what went back was not raised. A check that is due and not open holds too."""
    small, large, due, back = (gift(value, MARCH) for value in ("100", "600", "700", "800"))
    gifts = [small, large, due, back]
    checks = {large.gift_id: check_of(large, record()), back.gift_id: returned(back, MARCH)}

    held = held_money(gifts, checks, {due.gift_id})
    assert held == HeldMoney(pounds("1400"), pounds("1300"), pounds("800"))
    assert held.spendable == pounds("100")
