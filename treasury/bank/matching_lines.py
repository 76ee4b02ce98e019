"""Matches lines of the bank, each with its act, and takes matches back. Pure of pages: `change` must have the books."""

from collections.abc import Sequence
from uuid import uuid4

from payments.bank.import_store import strike_import
from payments.bank.line import MatchKind
from payments.bank.match_plan import PlannedMatch
from payments.bank.match_store import BankMatch, add_match, match_of_line, matches_of_import, undo_match
from payments.gifts.offline_store import offline_gift_of, take_back_offline
from staff.act import Subject
from staff.changing import Change
from treasury.standing_orders.entering import enter_expected
from web.pages import Pages

LINE, IMPORT = "bank_line", "bank_import"
TAKEN_BACK = "Its line of the bank was taken back"


def match_planned(change: Change, pages: Pages, planned: Sequence[PlannedMatch], who: str) -> None:
    """Match what is beyond doubt; a gift that is expected and not here yet is entered, with its receipt."""
    for match in planned:
        target = match.target
        if match.due_on is not None and match.order is not None:
            target = str(uuid4())
            enter_expected(change, pages, match.order, (target, match.due_on, match.line.day), who)
        entered = match.due_on is not None
        match_line(change, BankMatch(match.line.id, match.kind, target, entered=entered), who)


def match_line(change: Change, match: BankMatch, who: str) -> None:
    """Say what a line is. The database refuses another amount, and a second match."""
    identity = add_match(change.conn, match, who, change.now)
    after = {"kind": match.kind.value, "target": match.target}
    change.record("bank.match", Subject(LINE, match.line), after=after, act_id=f"bank.match:{identity}")


def take_match_back(change: Change, pages: Pages, line_id: str, who: str) -> bool:
    """The line is nothing any more; a gift that was entered from it is reversed today. Raises MovedSince.

    False if it was nothing before; then no act was written.
    """
    match = match_of_line(change.conn, line_id)
    if match is None:
        return False
    _take_back(change, pages, match, who)
    before = {"kind": match.kind.value, "target": match.target}
    change.record("bank.undo_match", Subject(LINE, line_id), before=before)
    return True


def undo_import(change: Change, pages: Pages, import_id: str, who: str) -> None:
    """Strike the lines of an import, and take back what they were matched to. Raises MovedSince."""
    matches = matches_of_import(change.conn, import_id)
    for match in matches:
        _take_back(change, pages, match, who)
    strike_import(change.conn, import_id, who, change.now)
    what = "bank.undo_import"
    change.record(what, Subject(IMPORT, import_id), after={"matches": len(matches)}, act_id=f"{what}:{import_id}")


def _take_back(change: Change, pages: Pages, match: BankMatch, who: str) -> None:
    undo_match(change.conn, match.line, who, change.now)
    kept = offline_gift_of(change.conn, match.target) if match.entered else None
    if match.kind is MatchKind.GIFT and kept is not None:
        take_back_offline(change.conn, kept, TAKEN_BACK, who, (change.now, pages.wording.zone))
