"""Takes a step of a check in the name of whoever is at the desk, as long as nobody took another meanwhile."""

from dataclasses import replace
from datetime import date

from sqlalchemy.engine import Connection

from compliance.check import Check
from compliance.check_steps import (
    Acceptance,
    CheckRefusal,
    CheckStep,
    DonorRecord,
    Lookup,
    NamedPerson,
    ReturnDecision,
    ReturnFailure,
    ReturnProof,
)
from compliance.store import checks_of, take_check_step
from payments.gifts.store import lock_gift
from staff.act import Subject
from staff.changing import Change
from staff.member import StaffMember
from web.errors import NotFound, Refusal, Trouble

CHECK = "check"
"""What acts call the check of a gift; its id is the gift's."""
ACTS: dict[type[CheckStep], str] = {
    DonorRecord: "check.record",
    Lookup: "check.look_up",
    Acceptance: "check.accept",
    ReturnDecision: "check.return",
    ReturnProof: "check.returned",
}
DONE: dict[type[CheckStep], str] = {
    DonorRecord: "recorded who the donor is",
    Lookup: "recorded a lookup",
    Acceptance: "accepted the gift",
    ReturnDecision: "decided that the gift goes back",
    ReturnFailure: "the money did not go",
    ReturnProof: "recorded that the gift went back",
}


class Nameless(Refusal):
    """Somebody at the desk whose name nobody has entered."""

    trouble = Trouble(
        409, "Enter your name first", "A check is ended by a named person, and you have no name here yet. Nothing was "
        "changed.", "Ask an owner to enter your name under Staff; then take this step again.",
    )  # fmt: skip


class AlreadyTaken(Exception):
    """The same person sent the same step twice: it was taken once."""


def named(member: StaffMember) -> NamedPerson:
    """Who is at the desk, as a check names them. Raises Nameless."""
    try:
        return NamedPerson(member.id, member.name)
    except CheckRefusal:
        raise Nameless from None


def check_of_gift(conn: Connection, gift_id: str) -> Check:
    """The check of this gift. Raises NotFound for a gift that has none."""
    checks = checks_of(conn, [gift_id])
    if not checks:
        raise NotFound("This gift has no check.", advice="Go back to the list of checks.")
    return checks[0]


def take_seen_step(change: Change, gift_id: str, step: CheckStep, seen: int, today: date) -> Check:
    """Take a step that was decided on a page which showed so many steps, and write its act.

    Raises CheckRefusal where the step may not follow or somebody took another meanwhile, and AlreadyTaken where it is
    the same once more.
    """
    lock_gift(change.conn, gift_id)
    before = check_of_gift(change.conn, gift_id)
    later = before.steps[seen:] if 0 <= seen <= len(before.steps) else before.steps
    if later and _is_same(later[0], step):
        raise AlreadyTaken
    if seen != len(before.steps):
        raise CheckRefusal(_meanwhile(later))
    after = take_check_step(change.conn, gift_id, step, change.now, today=today)
    change.record(ACTS[type(step)], Subject(CHECK, gift_id), after=_choices(step))
    return after


def _is_same(earlier: CheckStep, step: CheckStep) -> bool:
    if isinstance(earlier, DonorRecord) and isinstance(step, DonorRecord):
        return earlier == replace(step, at=earlier.at)
    return earlier == step


def _meanwhile(later: tuple[CheckStep, ...]) -> str:
    """What somebody did after the page was opened."""
    if not later:
        return "This form belongs to another check. Nothing was changed."
    step = later[-1]
    who = "Stripe or the bank reported" if isinstance(step, ReturnFailure) else f"{step.by.name} has meanwhile"
    return f"{who} {DONE[type(step)]}. Nothing of yours was kept: look at the check as it stands now."


def _choices(step: CheckStep) -> dict[str, str]:
    """What was chosen, without a word about the donor."""
    match step:
        case DonorRecord():
            return {"donor_type": step.donor_type.value}
        case Lookup():
            return {"found": "yes" if step.is_found else "no", "as_of": step.as_of.isoformat()}
        case ReturnDecision():
            return {"reason": step.reason.value, "recipient": step.recipient.value}
        case ReturnProof():
            return {"on": step.on.isoformat()}
    return {}
