"""`/desk/letters`: every letter that was written, and what has become of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from outbox.letter_views import filed_letters, mail_health
from outbox.letters import LetterState, PostedLetter
from payments.letters.letter_list_views import WRITTEN_LETTERS
from staff.permissions import Permission
from treasury.letters.names import STATE_NAMES
from treasury.lists.desk_list import ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import ListField, ListSort
from web.typed import shown_address

_ANSWERED = (LetterState.WAITING, LetterState.REFUSED, LetterState.GIVEN_UP, LetterState.UNCERTAIN)


def _mail(conn: Connection) -> Mapping[str, Any]:
    return {"health": mail_health(conn), "files": filed_letters(conn)}


def _state(row: PostedLetter) -> str:
    return STATE_NAMES[row.state] + (", dealt with" if row.settled_at else "")


LETTER_LIST = DeskList[PostedLetter](
    path="/desk/letters",
    title="Letters",
    lead="Every letter that was written to donors and to staff, and what has become of it.",
    finds="A name or an address.",
    empty="No letter was written yet. The first is the receipt of the first gift.",
    question=WRITTEN_LETTERS,
    row_id=lambda row: row.letter.id,
    columns=(
        ListColumn("Written", lambda row: row.posted_at, ColumnKind.DAY, sort="day"),
        ListColumn(
            "Letter", lambda row: row.letter.subject, address=lambda row: f"/desk/letters/{row.letter.id}", is_main=True
        ),
        ListColumn("To", lambda row: row.letter.to_name),
        ListColumn("Address", lambda row: shown_address(row.letter.to)),
        ListColumn("State", _state),
        ListColumn("Sent", lambda row: row.sent_at, ColumnKind.INSTANT, shown=Shown.FILE),
        ListColumn(
            "Answer", lambda row: row.reason if row.state in _ANSWERED else "", shown=Shown.FILE
        ),
    ),
    sorts=("day",),
    sort=ListSort("day"),
    fields=(
        ListField(
            "state",
            "State",
            {"": "All", "undelivered": "Did not arrive, to deal with"}
            | {state.value: name for state, name in STATE_NAMES.items()},
        ),
    ),
    dated="Written",
    permission=Permission.READ_LETTERS,
    template="treasury/letters.html",
    above=_mail,
)  # fmt: skip
