"""Verdicts: what can become of a dispute, for the panel's buttons and the commands."""

from collections.abc import Callable

from sandbox.lifecycle import disputes
from sandbox.world import World


def _submit_receipt(world: World, dispute: dict[str, object]) -> object:
    return disputes.update_evidence(world, dispute, {"evidence": {"uncategorized_text": "A receipt."}, "submit": True})


_NEEDS_RESPONSE = ("warning_needs_response", "needs_response", "appeal_needs_response")
_DECIDABLE = ("needs_response", "under_review", "appeal_under_review")
VERDICTS: dict[str, tuple[tuple[str, ...], Callable[..., object]]] = {
    "answered": (_NEEDS_RESPONSE, _submit_receipt),
    "appealed": (("lost",), disputes.appeal),
    "closed": (("warning_needs_response", "warning_under_review"), disputes.close_inquiry),
    "escalated": (("warning_needs_response", "warning_under_review"), disputes.escalate),
    "lost": ((*_DECIDABLE, "appeal_needs_response"), lambda world, dispute: disputes.decide(world, dispute, won=False)),
    "prevented": (("warning_needs_response",), disputes.prevent),
    "won in part": (
        _DECIDABLE,
        lambda world, dispute: disputes.decide(world, dispute, won=True, part=dispute["amount"] // 2),
    ),
    "won": (_DECIDABLE, lambda world, dispute: disputes.decide(world, dispute, won=True)),
}
"""Verdict: the statuses of a dispute in which it is possible, and the function that applies it."""
