"""The worker's part of statements: it issues those of a span, a slice of time after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import writing
from outbox.jobs import enqueue, errors_of, go_on_with, hasten, last_error
from outbox.worker import Handler, TryAgainAfter
from payments.statements.issuing import IssuedSoFar, issue_statements
from payments.statements.views import StatementSpan, numbers_of_span
from receipts.document import DocumentIssuer
from receipts.jobs import UnprintedDocument, waiting_prints
from receipts.statement import StatementKind

MAKE_STATEMENTS = "statements.make"
# Receipts must not wait until thousands of statements are issued.
TIME_SLICE = timedelta(seconds=10)
MOST_NAMED = 20  # donors whose pages the desk links to
FIRST_WAIT, MOST_DOUBLED = timedelta(minutes=1), 6  # after a run that left some out; doubled up to an hour


@dataclass(frozen=True, slots=True)
class StatementRun:
    """How far a run over the people of a span has come, in which no one is tried twice.

    `after` is the last person who was seen to, `lacking` how many have no statement, `donors` the first of them, and
    `facts` what the law asks for. `failed` counts the runs before it that left some out.
    """

    span: StatementSpan
    after: str = ""
    lacking: int = 0
    donors: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    failed: int = 0

    def with_slice(self, so_far: IssuedSoFar) -> "StatementRun":
        """The same after a slice of time."""
        donors = [*self.donors, *sorted(so_far.lacking)][:MOST_NAMED]
        facts = dict.fromkeys([*self.facts, *(fact for missing in so_far.lacking.values() for fact in missing)])
        lacking = self.lacking + len(so_far.lacking)
        return replace(self, after=so_far.last, lacking=lacking, donors=tuple(donors), facts=tuple(map(str, facts)))

    @property
    def payload(self) -> Mapping[str, Any]:
        """The payload of its job."""
        own = asdict(self) | {"donors": list(self.donors), "facts": list(self.facts)}
        kind, first, last = self.span.kind, self.span.first_day, self.span.last_day
        return own | {"span": {"kind": kind.value, "first": first.isoformat(), "last": last.isoformat()}}

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "StatementRun":
        """The run of a job's payload. Jobs that older versions have queued name the span alone."""
        of = payload.get("span", payload)
        span = StatementSpan(StatementKind(of["kind"]), *(date.fromisoformat(of[day]) for day in ("first", "last")))
        known = {name: payload[name] for name in ("after", "lacking", "failed") if name in payload}
        return cls(span, donors=tuple(payload.get("donors", ())), facts=tuple(payload.get("facts", ())), **known)


def queue_statements(conn: Connection, span: StatementSpan, clock: Clock) -> None:
    """Have the statements of a span made; once, however often it is asked for while it waits.

    A run that has left some out is tried now: what was missing may have been entered.
    """
    now = clock()
    enqueue(conn, MAKE_STATEMENTS, span.name, StatementRun(span).payload, now=now)
    failed = last_error(conn, MAKE_STATEMENTS, span.name)
    if failed is not None:
        hasten(conn, MAKE_STATEMENTS, failed[0], now)


def unprinted_of_span(conn: Connection, span: StatementSpan) -> Sequence[UnprintedDocument]:
    """The statements of a span that were tried and are not printed, each with its reason."""
    numbers = set(numbers_of_span(conn, span))
    return [document for document in waiting_prints(conn).documents if document.number in numbers]


def statement_jobs(engine: Engine, issuer: Callable[[], DocumentIssuer], clock: Clock) -> dict[str, Handler]:
    """The handler of MAKE_STATEMENTS. Killed, it goes on with those that are missing."""

    def go_on(run: StatementRun) -> None:
        with writing(engine) as conn:
            go_on_with(conn, MAKE_STATEMENTS, run.span.name, run.payload, now=clock())

    def make_statements(payload: Any) -> None:
        run, ends_at = StatementRun.of(payload), clock() + TIME_SLICE
        for so_far in issue_statements(engine, run.span, issuer(), clock, run.after):
            if clock() > ends_at and so_far.done < so_far.people:
                go_on(run.with_slice(so_far))
                return
        ended = run.with_slice(so_far)
        if ended.lacking:
            go_on(StatementRun(run.span, failed=run.failed + 1))  # from the first person on, a while later
            raise StatementsWait(ended)

    return {MAKE_STATEMENTS: make_statements}


@dataclass(frozen=True, slots=True)
class WaitingStatements:
    """Statements that were not issued: of which span, whose (some of them), and why."""

    kind: StatementKind
    first_day: date
    donors: Sequence[str]
    why: str


class StatementsWait(TryAgainAfter):
    """Statements lack what their law asks for. The job is tried again each hour, and makes what is whole by then.

    After the first runs it is tried sooner. The message has the span, the ids of some donors, and a sentence.
    """

    def __init__(self, run: StatementRun) -> None:
        count = f"{run.lacking} statement was" if run.lacking == 1 else f"{run.lacking} statements were"
        donors, facts = ",".join(run.donors), " and ".join(run.facts)
        words = f"{run.span.kind} {run.span.first_day} {donors} {count} not issued: the law asks for {facts}."
        super().__init__(words, FIRST_WAIT * 2 ** min(run.failed, MOST_DOUBLED))


def waiting_statements(conn: Connection) -> list[WaitingStatements]:
    """The runs that have left out statements."""
    beginning = f"{StatementsWait.__name__}: "
    errors = sorted(error for error in errors_of(conn, MAKE_STATEMENTS) if error.startswith(beginning))
    return [_waiting(*error.removeprefix(beginning).split(" ", 3)) for error in errors]


def _waiting(kind: str, first_day: str, donors: str, why: str) -> WaitingStatements:
    return WaitingStatements(StatementKind(kind), date.fromisoformat(first_day), donors.split(","), why)
