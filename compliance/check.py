"""A check of who gave one gift: its clock of 30 days, and its life from open to accepted or returned. Pure.

PPERA sections 54 and 56, with schedules 7 and 11 for members associations, donees and campaigners. A check belongs to
one gift on its day, never to a donor: every later gift has its own. Only a named person ends a check, and the money is
not to be spent until one has accepted it. No passing of time, failure or message changes that.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from compliance.check_steps import (
    Acceptance,
    CheckRefusal,
    CheckStep,
    DonorRecord,
    Lookup,
    ReturnDecision,
    ReturnFailure,
    ReturnProof,
    ReturnReason,
    ReturnRecipient,
)
from compliance.donor_types import DonorType, lacking_facts
from compliance.regulated_gift import RegulatedGift, last_day_of

_DECIDE_FIRST = "Decide first to return the gift, and to whom."


class CheckReason(StrEnum):
    """Why a gift is checked."""

    ABOVE_THRESHOLD = "above_threshold"
    LINKED_TOTAL = "linked_total"


class CheckState(StrEnum):
    """Where a check stands.

    TO_RETURN: a person decided to give the money back, and it has not gone yet. CAME_BACK: its return was proved, and
    the refund failed afterwards, so that the money is here again.
    """

    OPEN = "open"
    TO_RETURN = "to_return"
    CAME_BACK = "came_back"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class CheckClock:
    """The days in which a gift is accepted or returned, beginning with the day of receipt, which is day 1."""

    received_on: date
    days: int

    @property
    def last_day(self) -> date:
        """The last day on which a return counts."""
        return last_day_of(self.received_on, self.days)

    @property
    def warnings(self) -> tuple[date, date, date]:
        """When the desk says and mails how much time is left: ten days before the end, three, and on the last day."""
        first, second = (last_day_of(self.received_on, max(self.days - before, 1)) for before in (10, 3))
        return first, second, self.last_day

    def day_of(self, today: date) -> int:
        """Which day of the clock it is."""
        return (today - self.received_on).days + 1

    def is_over(self, today: date) -> bool:
        """Whether the days have passed. The law then treats the gift as accepted; the desk does not."""
        return today > self.last_day


@dataclass(frozen=True, slots=True)
class Check:
    """The check of one gift, and the steps that were taken, in order; not of steps that may not follow one another."""

    gift: RegulatedGift
    reason: CheckReason
    opened_on: date
    clock: CheckClock
    steps: tuple[CheckStep, ...] = ()

    def __post_init__(self) -> None:
        for number, step in enumerate(self.steps):
            if (refusal := _refusal(step, self.gift, self.steps[:number])) is not None:
                raise CheckRefusal(refusal)

    @property
    def state(self) -> CheckState:
        """Where the check stands after its steps."""
        return _state(self.steps)

    @property
    def is_pending(self) -> bool:
        """Whether the money is here and not to be spent."""
        return self.state in (CheckState.OPEN, CheckState.TO_RETURN, CheckState.CAME_BACK)

    @property
    def donor(self) -> DonorRecord | None:
        """The newest record of the donor."""
        return _newest_record(self.steps)

    @property
    def accepted_on(self) -> date | None:
        """The day of the acceptance."""
        return next((step.on for step in self.steps if isinstance(step, Acceptance)), None)

    @property
    def returned_on(self) -> date | None:
        """The day on which the money went back, for good as far as anybody knows."""
        if self.state is not CheckState.RETURNED:
            return None
        return next((step.on for step in reversed(self.steps) if isinstance(step, ReturnProof)), None)

    @property
    def return_decision(self) -> ReturnDecision | None:
        """How and to whom the gift goes, or went, back."""
        return next((step for step in reversed(self.steps) if isinstance(step, ReturnDecision)), None)

    @property
    def must_report_return(self) -> bool:
        """Whether the gift went back because it must not be accepted. Gifts that were not wanted are not reported."""
        decision = self.return_decision
        return (
            self.state is CheckState.RETURNED and decision is not None and decision.reason is not ReturnReason.REFUSED
        )

    def with_step(self, step: CheckStep) -> "Check":
        """The check after one more step; raises CheckRefusal."""
        return replace(self, steps=(*self.steps, step))


def _state(steps: tuple[CheckStep, ...]) -> CheckState:
    state = CheckState.OPEN
    for step in steps:
        match step:
            case Acceptance():
                state = CheckState.ACCEPTED
            case ReturnDecision():
                state = CheckState.TO_RETURN
            case ReturnProof():
                state = CheckState.RETURNED
            case ReturnFailure() if state is CheckState.RETURNED:
                state = CheckState.CAME_BACK
    return state


def _newest_record(steps: tuple[CheckStep, ...]) -> DonorRecord | None:
    return next((step for step in reversed(steps) if isinstance(step, DonorRecord)), None)


def _refusal(step: CheckStep, gift: RegulatedGift, before: tuple[CheckStep, ...]) -> str | None:
    """Why a step may not follow those before it; None: it may."""
    state = _state(before)
    comes_back = state is CheckState.RETURNED and isinstance(step, ReturnFailure)
    if state in (CheckState.ACCEPTED, CheckState.RETURNED) and not comes_back:
        return f"This check has ended: the gift was {state.value}."
    if not isinstance(step, DonorRecord | ReturnFailure) and step.on < gift.received_on:
        return "This gift was received later: a lookup, an acceptance or a return of before does not count for it."
    return _refusal_by_kind(step, before)


def _refusal_by_kind(step: CheckStep, before: tuple[CheckStep, ...]) -> str | None:
    match step:
        case Acceptance():
            return _refusal_of_acceptance(step, before)
        case ReturnDecision():
            return _refusal_of_return(step, _newest_record(before))
        case ReturnFailure() if _state(before) is CheckState.OPEN:
            return _DECIDE_FIRST
        case ReturnProof() if _state(before) is not CheckState.TO_RETURN:
            return _DECIDE_FIRST
    return None


def _refusal_of_acceptance(step: Acceptance, before: tuple[CheckStep, ...]) -> str | None:
    if _state(before) in (CheckState.TO_RETURN, CheckState.CAME_BACK):
        return "The gift is on its way back: record the return."
    return _refusal_of_donor(_newest_record(before)) or _refusal_of_lookups(step, before)


def _refusal_of_donor(record: DonorRecord | None) -> str | None:
    if record is None:
        return "Record first who the donor is."
    if record.donor_type is DonorType.UNIDENTIFIED:
        return "A gift from somebody who cannot be identified must go back (PPERA section 54)."
    missing = lacking_facts(record.donor_type, dict(record.facts))
    return f"Record first: {', '.join(fact.words for fact in missing)}." if missing else None


def _refusal_of_lookups(step: Acceptance, before: tuple[CheckStep, ...]) -> str | None:
    lookups = [earlier for earlier in before[_since_this_donor(before) :] if isinstance(earlier, Lookup)]
    if not lookups:
        return "Record first where the donor was looked up, and with what result."
    if not lookups[-1].is_found and not step.note.strip():
        return "The last lookup did not find the donor: say in a note why the gift is accepted."
    return None


def _since_this_donor(steps: tuple[CheckStep, ...]) -> int:
    """The first step that was taken about the donor who is recorded now: of another kind or name nothing counts."""
    newest, first = None, 0
    for number, step in enumerate(steps):
        if isinstance(step, DonorRecord):
            identity = (step.donor_type, dict(step.facts).get("name"))
            if newest is not None and identity != newest:
                first = number
            newest = identity
    return first


def _refusal_of_return(step: ReturnDecision, record: DonorRecord | None) -> str | None:
    unidentified = step.reason is ReturnReason.UNIDENTIFIED
    if unidentified == (step.recipient is ReturnRecipient.DONOR):
        return "A gift goes back to its donor; one from nobody who is known, to whoever transferred it."
    if unidentified and record is not None and record.donor_type is not DonorType.UNIDENTIFIED:
        return "The donor is recorded: the gift goes back to them."
    return None
