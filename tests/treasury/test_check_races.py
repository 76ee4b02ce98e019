"""Two people at one check at once, on both engines: one step is taken, the other person is told of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from compliance.check import CheckState
from compliance.check_steps import (
    Acceptance,
    CheckRefusal,
    CheckStep,
    NamedPerson,
    ReturnDecision,
    ReturnReason,
    ReturnRecipient,
)
from staff.act import Actor
from staff.changing import changing
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.treasury.check_desk import CheckedDesk, checked_desk
from treasury.checks.taking import AlreadyTaken, take_seen_step


def races(checked: CheckedDesk, steps: list[CheckStep]) -> list[str]:
    """Take these steps at the same moment, each decided on a page that showed two steps; what each person is told."""
    start, today = Barrier(len(steps)), checked.clock().date()

    def take(step: CheckStep) -> str:
        start.wait()
        try:
            with changing(checked.engine, Actor("ada", None), checked.clock() + timedelta(seconds=1)) as change:
                take_seen_step(change, gift_id(1), step, 2, today)
        except (CheckRefusal, AlreadyTaken) as refusal:
            return str(refusal) or "taken once"
        return ""

    with ThreadPoolExecutor(len(steps)) as threads:
        return sorted(threads.map(take, steps))


def test_of_an_acceptance_and_a_return_at_once_one_is_taken(desk: Desk, clock: FixedClock) -> None:
    """The same button pressed by four fingers is one step as well."""
    checked = checked_desk(desk, clock)
    checked.is_ready()
    by, today = checked.check.steps[0].by, clock().date()  # type: ignore[union-attr]
    assert isinstance(by, NamedPerson)
    back = ReturnDecision(by, today, ReturnReason.IMPERMISSIBLE, ReturnRecipient.DONOR, "bank transfer")

    answers = races(checked, [Acceptance(by, today), back])
    assert (answers[0], "has meanwhile" in answers[1], len(checked.check.steps)) == ("", True, 3)
    last = checked.check.steps[-1]
    assert checked.check.state is (CheckState.ACCEPTED if isinstance(last, Acceptance) else CheckState.TO_RETURN)

    assert races(checked, [last] * 4) == ["taken once"] * 4
    assert len(checked.check.steps) == 3
