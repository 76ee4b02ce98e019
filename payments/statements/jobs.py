"""The worker's part of statements: it issues those of a span, a slice of time after the other."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import writing
from outbox.jobs import enqueue
from outbox.worker import Handler
from payments.statements.issuing import issue_statements
from payments.statements.views import StatementSpan
from receipts.document import DocumentIssuer
from receipts.statement import StatementKind

MAKE_STATEMENTS = "statements.make"
# Receipts must not wait until thousands of statements are issued.
TIME_SLICE = timedelta(seconds=10)


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

    return {MAKE_STATEMENTS: make_statements}
