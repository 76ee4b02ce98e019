"""No path leads to a flagged gift spent as accepted without a named person's act: random sequences of whatever happens.

A plain second opinion stands beside it: a gift is spendable only if it never needed a check, or if its steps hold an
acceptance by somebody with a name, after a lookup, and nothing that sent it back before.
"""

from contextlib import suppress
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from compliance.check import Check, CheckState
from compliance.check_steps import (
    Acceptance,
    CheckRefusal,
    CheckStep,
    Lookup,
    NamedPerson,
    ReturnDecision,
    ReturnFailure,
    ReturnProof,
    ReturnReason,
    ReturnRecipient,
)
from compliance.donor_types import DonorType
from compliance.due_checks import due_checks
from compliance.held_money import held_money, may_be_spent
from compliance.regime import Regime
from compliance.regulated_gift import RegulatedGift
from compliance.thresholds import shipped_rules
from tests.compliance.gifts import FOREVER, gift, lookup, record

RULES, PARTY = shipped_rules(), FOREVER[Regime.PARTY]
FIRST = date(2024, 5, 1)

people = st.builds(NamedPerson, st.sampled_from(["staff-1", "staff-2"]), st.sampled_from(["Asha Rao", "Ben Okri"]))
days = st.integers(-3, 60).map(lambda number: FIRST + timedelta(days=number))
records = st.sampled_from([record(), record(), record(name="Ada"), record(DonorType.UNIDENTIFIED)])
returns = st.builds(
    ReturnDecision,
    people,
    days,
    st.sampled_from(ReturnReason),
    st.sampled_from(ReturnRecipient),
    st.just("refund"),
)
# Whatever may be tried: by people, by Stripe, too early, in any order.
steps: st.SearchStrategy[CheckStep] = st.one_of(
    records,
    st.builds(lambda day, is_found: lookup(day, is_found=is_found), days, st.booleans()),
    st.builds(Acceptance, people, days, st.sampled_from(["", "Found in Bradford."])),
    returns,
    st.builds(ReturnFailure, days, st.just("the card is closed")),
    st.builds(ReturnProof, people, days, st.just("re_1")),
)
gifts_of_donor = st.lists(
    st.tuples(st.sampled_from(["100", "300", "500", "500.01", "12000"]), st.integers(0, 40)), min_size=1, max_size=6
).map(lambda drawn: [gift(value, FIRST + timedelta(days=day), gift_id=str(n)) for n, (value, day) in enumerate(drawn)])
happenings = st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), steps)), max_size=30)


@given(gifts_of_donor, happenings)
def test_no_path_spends_a_flagged_gift_that_no_person_accepted(
    gifts: list[RegulatedGift], tried: list[tuple[int, CheckStep | None]]
) -> None:
    """Gifts come one by one, some late; between them anything is tried at any check. The last are not opened yet."""
    checks: dict[str, Check] = {}
    flagged: set[str] = set()
    for number, (place, step) in enumerate(tried):
        here = gifts[: number + 1]
        due = due_checks(here, checks, PARTY, RULES)
        flagged |= {each.gift.gift_id for each in due}
        checks |= {each.gift.gift_id: each.opened(FIRST) for each in due}
        check = checks.get(str(place))
        if check is not None and step is not None:
            with suppress(CheckRefusal):
                checks[check.gift.gift_id] = check.with_step(step)
    due_now = {each.gift.gift_id for each in due_checks(gifts, checks, PARTY, RULES)}
    for each in gifts:
        if may_be_spent(each, checks.get(each.gift_id), due_now):
            assert each.gift_id not in due_now | flagged or _was_accepted(checks[each.gift_id])
    held = held_money(gifts, checks, due_now)
    spent = sum(each.value.minor for each in gifts if may_be_spent(each, checks.get(each.gift_id), due_now))
    assert held.spendable.minor == spent


@given(st.lists(steps, max_size=20))
def test_only_a_persons_step_ends_a_check(tried: list[CheckStep]) -> None:
    """A failure, a record and a lookup leave it open; an ended one changes only by a return that failed after all."""
    check = due_checks([gift("600", FIRST)], [], PARTY, RULES)[0].opened(FIRST)
    for step in tried:
        before = check.state
        with suppress(CheckRefusal):
            check = check.with_step(step)
        if check.state is CheckState.CAME_BACK and before is not CheckState.CAME_BACK:
            assert (before, type(step), check.is_pending) == (CheckState.RETURNED, ReturnFailure, True)
        elif check.state is not before:
            assert isinstance(step, Acceptance | ReturnDecision | ReturnProof)
            assert step.by.name
            assert before in (CheckState.OPEN, CheckState.TO_RETURN, CheckState.CAME_BACK)


def _was_accepted(check: Check) -> bool:
    kinds = [type(step) for step in check.steps]
    acceptances = [step for step in check.steps if isinstance(step, Acceptance)]
    return (
        len(acceptances) == 1
        and bool(acceptances[0].by.name.strip() and acceptances[0].by.staff_id.strip())
        and Lookup in kinds[: kinds.index(Acceptance)]
        and not {ReturnDecision, ReturnProof} & set(kinds)
    )
