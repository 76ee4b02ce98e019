"""A check of one gift: its clock, and who may end it how."""

from datetime import date, timedelta

import pytest

from compliance.check import Check, CheckClock, CheckState
from compliance.check_steps import (
    Acceptance,
    CheckRefusal,
    CheckStep,
    NamedPerson,
    ReturnDecision,
    ReturnFailure,
    ReturnProof,
    ReturnReason,
    ReturnRecipient,
)
from compliance.donor_types import DonorType
from tests.compliance.gifts import ASHA, accepted, check_of, decision, gift, lookup, record, returned

MAY = date(2024, 5, 1)
LARGE = gift("600", MAY, gift_id="large")
OPEN = check_of(LARGE)


def after(*steps: CheckStep) -> Check:
    """The open check after these steps."""
    check = OPEN
    for step in steps:
        check = check.with_step(step)
    return check


def test_thirty_days_begin_with_the_day_of_receipt() -> None:
    """Received on 1 May: a return counts until 30 May (uk-rules §0 point 4). It is said on days 20, 27 and 30."""
    clock = CheckClock(MAY, 30)

    assert clock.last_day == date(2024, 5, 30)
    assert [clock.day_of(day) for day in clock.warnings] == [20, 27, 30]
    assert (clock.day_of(MAY), clock.is_over(date(2024, 5, 30)), clock.is_over(date(2024, 5, 31))) == (1, False, True)


def test_a_gift_is_accepted_by_a_named_person_after_a_lookup() -> None:
    """The record of the donor, where they were looked up, and the acceptance."""
    check = after(record(), lookup(MAY), Acceptance(ASHA, MAY + timedelta(days=3)))

    assert (check.state, check.accepted_on, check.is_pending) == (CheckState.ACCEPTED, date(2024, 5, 4), False)


def test_a_gift_that_could_not_be_refunded_stays_to_return_while_the_clock_runs() -> None:
    """A failed refund ends nothing; another way, with its proof, does."""
    failed = after(record(), decision(MAY), ReturnFailure(MAY, "the card is closed"))
    check = failed.with_step(decision(MAY)).with_step(ReturnProof(ASHA, MAY + timedelta(days=9), "BACS 0042"))

    assert (failed.state, failed.is_pending) == (CheckState.TO_RETURN, True)
    assert (check.state, check.returned_on) == (CheckState.RETURNED, date(2024, 5, 10))


@pytest.mark.parametrize(
    ("steps", "refused", "sentence"),
    [
        ((), Acceptance(ASHA, MAY), "who the donor is"),
        ((record(),), Acceptance(ASHA, MAY), "where the donor was looked up"),
        ((record(name="Ada"), lookup(MAY)), Acceptance(ASHA, MAY), "address as the electoral register shows it"),
        ((record(DonorType.COMPANY, name="Mill Ltd", address="Leeds"), lookup(MAY)), Acceptance(ASHA, MAY), "company"),
        ((record(DonorType.UNIDENTIFIED), lookup(MAY)), Acceptance(ASHA, MAY), "cannot be identified"),
        ((record(), lookup(MAY, is_found=False)), Acceptance(ASHA, MAY), "did not find the donor"),
        ((record(),), lookup(MAY - timedelta(days=1)), "received later"),
        ((record(), lookup(MAY)), Acceptance(ASHA, MAY - timedelta(days=1)), "received later"),
        ((record(), lookup(MAY), decision(MAY)), Acceptance(ASHA, MAY), "on its way back"),
        ((), ReturnProof(ASHA, MAY, "re_1"), "Decide first"),
        ((), ReturnFailure(MAY, "no card"), "Decide first"),
        ((record(),), decision(MAY, ReturnReason.UNIDENTIFIED), "donor is recorded"),
        (
            (),
            ReturnDecision(ASHA, MAY, ReturnReason.UNIDENTIFIED, ReturnRecipient.DONOR, "refund"),
            "whoever transferred it",
        ),
        (
            (),
            ReturnDecision(ASHA, MAY, ReturnReason.IMPERMISSIBLE, ReturnRecipient.COMMISSION, "cheque"),
            "goes back to its donor",
        ),
        ((record(), lookup(MAY), record(DonorType.COMPANY)), Acceptance(ASHA, MAY), "where the donor was looked up"),
        (
            (record(), lookup(MAY), record(name="Ada King")),
            Acceptance(ASHA, MAY),
            "where the donor was looked up|Record",
        ),
    ],
)
def test_what_may_not_follow_is_refused(steps: tuple[CheckStep, ...], refused: CheckStep, sentence: str) -> None:
    """With a sentence that says what to do first."""
    with pytest.raises(CheckRefusal, match=sentence):
        after(*steps, refused)


def test_not_found_is_accepted_only_with_a_note() -> None:
    """A person decides, never the program; but not silently."""
    check = after(record(), lookup(MAY, is_found=False), Acceptance(ASHA, MAY, "Moved in April: found in Bradford."))
    assert check.state is CheckState.ACCEPTED


def test_an_ended_check_takes_no_further_step() -> None:
    """What was decided stays decided; a later finding belongs to the reports."""
    for ended in (accepted(LARGE, MAY), returned(LARGE, MAY)):
        for step in (record(), lookup(MAY), Acceptance(ASHA, MAY, "again"), decision(MAY)):
            with pytest.raises(CheckRefusal, match="has ended"):
                ended.with_step(step)


@pytest.mark.parametrize(("staff_id", "name"), [("", "Asha"), ("staff-1", " "), ("", "")])
def test_nobody_unnamed_ends_a_check(staff_id: str, name: str) -> None:
    """A worker, a webhook or a clock has no name."""
    with pytest.raises(CheckRefusal, match="named person"):
        NamedPerson(staff_id, name)


def test_a_return_without_proof_is_refused() -> None:
    """The law treats the gift as accepted unless the return can be shown (PPERA section 56(5))."""
    with pytest.raises(CheckRefusal, match="proof"):
        ReturnProof(ASHA, MAY, " ")
