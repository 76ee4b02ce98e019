"""A step of a check as its tables keep it: what was chosen, and apart from it what was typed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from compliance.check_steps import (
    Acceptance,
    CheckStep,
    DonorRecord,
    Lookup,
    NamedPerson,
    ReturnDecision,
    ReturnFailure,
    ReturnProof,
    ReturnReason,
    ReturnRecipient,
)
from compliance.donor_types import DonorType


class StepKind(StrEnum):
    """The kinds of step, as their table names them."""

    RECORD = "record"
    LOOKUP = "lookup"
    ACCEPTANCE = "acceptance"
    DECISION = "decision"
    FAILURE = "failure"
    PROOF = "proof"

    @property
    def ends_a_check(self) -> bool:
        """Whether no step follows it, but that its return failed after all."""
        return self in (StepKind.ACCEPTANCE, StepKind.PROOF)


@dataclass(frozen=True, slots=True)
class StepParts:
    """A step as it is kept: its kind, `choices` without a word about a person, and the `texts` that erasure removes."""

    kind: StepKind
    choices: Mapping[str, Any]
    texts: Mapping[str, str]


# The kind of each class of step, and what is typed in it. Of a record it is whatever facts there are.
_KEPT: Mapping[type[CheckStep], tuple[StepKind, tuple[str, ...]]] = {
    DonorRecord: (StepKind.RECORD, ()),
    Lookup: (StepKind.LOOKUP, ("register", "reference", "note")),
    Acceptance: (StepKind.ACCEPTANCE, ("note",)),
    ReturnDecision: (StepKind.DECISION, ("manner",)),
    ReturnFailure: (StepKind.FAILURE, ("why",)),
    ReturnProof: (StepKind.PROOF, ("proof",)),
}


def step_parts(step: CheckStep) -> StepParts:
    """The parts of a step."""
    kind, typed = _KEPT[type(step)]
    facts = step.facts if isinstance(step, DonorRecord) else ()
    return StepParts(kind, _choices(step), dict(facts) | {name: getattr(step, name) for name in typed})


def kept_step(parts: StepParts, by: NamedPerson | None, at: datetime, on: date) -> CheckStep:
    """The step of these parts. Raises ValueError for one that needs a person and has none."""
    if parts.kind is StepKind.FAILURE:
        return ReturnFailure(on, parts.texts["why"])
    if by is None:
        raise ValueError(f"a step that nobody took was kept: {parts.kind.value}")
    if parts.kind is StepKind.RECORD:
        return DonorRecord(by, at, DonorType(parts.choices["donor_type"]), tuple(sorted(parts.texts.items())))
    return _dated_step(parts, by, on)


def _choices(step: CheckStep) -> Mapping[str, Any]:
    match step:
        case DonorRecord():
            return {"donor_type": step.donor_type.value}
        case Lookup():
            return {"as_of": step.as_of.isoformat(), "is_found": step.is_found, "evidence": list(step.evidence)}
        case ReturnDecision():
            return {"reason": step.reason.value, "recipient": step.recipient.value}
    return {}


def _dated_step(parts: StepParts, by: NamedPerson, on: date) -> CheckStep:
    chosen, texts = parts.choices, parts.texts
    if parts.kind is StepKind.LOOKUP:
        as_of, evidence = date.fromisoformat(chosen["as_of"]), tuple(chosen["evidence"])
        register, reference, note = texts["register"], texts["reference"], texts.get("note", "")
        return Lookup(by, on, register, as_of, reference, chosen["is_found"], evidence, note)
    if parts.kind is StepKind.DECISION:
        reason, recipient = ReturnReason(chosen["reason"]), ReturnRecipient(chosen["recipient"])
        return ReturnDecision(by, on, reason, recipient, texts["manner"])
    if parts.kind is StepKind.ACCEPTANCE:
        return Acceptance(by, on, texts["note"])
    return ReturnProof(by, on, texts["proof"])
