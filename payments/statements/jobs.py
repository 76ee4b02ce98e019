"""The worker's part of statements: it issues those of a span, a slice of time after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import writing
from outbox.jobs import enqueue, errors_of
from outbox.worker import Handler
from payments.statements.issuing import issue_statements
from payments.statements.views import StatementSpan
from receipts.document import DocumentIssuer
from receipts.jurisdictions import MissingFact
from receipts.statement import StatementKind

MAKE_STATEMENTS = "statements.make"
# Receipts must not wait until thousands of statements are issued.
TIME_SLICE = timedelta(seconds=10)
MOST_NAMED = 20  # donors whose pages the desk links to


def queue_statements(conn: Connection, span: StatementSpan, clock: Clock) -> None:
    """Have the statements of a span made; once, however often it is asked for while it waits."""
    payload = {"kind": span.kind.value, "first": span.first_day.isoformat(), "last": span.last_day.isoformat()}
    enqueue(conn, MAKE_STATEMENTS, span.name, payload, now=clock())


def statement_jobs(engine: Engine, issuer: Callable[[], DocumentIssuer], clock: Clock) -> dict[str, Handler]:
    """The handler of MAKE_STATEMENTS. Killed, it goes on with those that are missing."""

    def make_statements(payload: Any) -> None:
        days = (date.fromisoformat(payload["first"]), date.fromisoformat(payload["last"]))
        span, ends_at = StatementSpan(StatementKind(payload["kind"]), *days), clock() + TIME_SLICE
        for so_far in issue_statements(engine, span, issuer(), clock):
            if clock() > ends_at and so_far.done < so_far.people:
                with writing(engine) as conn:
                    queue_statements(conn, span, clock)
                return
        if so_far.lacking:
            raise StatementsWait(span, so_far.lacking)

    return {MAKE_STATEMENTS: make_statements}


@dataclass(frozen=True, slots=True)
class WaitingStatements:
    """Statements that were not issued: of which span, whose (some of them), and why."""

    kind: StatementKind
    first_day: date
    donors: Sequence[str]
    why: str


class StatementsWait(Exception):
    """Statements lack what their law asks for. The job is tried again each hour, and makes what is whole by then.

    The message has the span, the ids of some donors, and a sentence.
    """

    def __init__(self, span: StatementSpan, lacking: Mapping[str, Sequence[MissingFact]]) -> None:
        facts = " and ".join(dict.fromkeys(fact for missing in lacking.values() for fact in missing))
        count = f"{len(lacking)} statement was" if len(lacking) == 1 else f"{len(lacking)} statements were"
        donors = ",".join(sorted(lacking)[:MOST_NAMED])
        super().__init__(f"{span.kind} {span.first_day} {donors} {count} not issued: the law asks for {facts}.")


def waiting_statements(conn: Connection) -> list[WaitingStatements]:
    """The runs that have left out statements."""
    beginning = f"{StatementsWait.__name__}: "
    errors = sorted(error for error in errors_of(conn, MAKE_STATEMENTS) if error.startswith(beginning))
    return [_waiting(*error.removeprefix(beginning).split(" ", 3)) for error in errors]


def _waiting(kind: str, first_day: str, donors: str, why: str) -> WaitingStatements:
    return WaitingStatements(StatementKind(kind), date.fromisoformat(first_day), donors.split(","), why)
