"""Issue the statements of a span: each person one, however often it is begun or killed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import booking, reading
from donors.store import donor_by_id
from payments.statements.views import (
    SEVERAL,
    StatementSpan,
    benefits_of_span,
    have_statement,
    name_on_receipts,
    people_of_span,
    standing_of_person,
    statement_gifts,
)
from receipts.document import DocumentIssuer
from receipts.document_store import DueDocument, Void, issue_documents, void_document
from receipts.jobs import queue_prints
from receipts.jurisdictions import missing_facts
from receipts.legal_forms import MissingFact
from receipts.receipt import receipt_style
from receipts.statement import GiftStatement
from receipts.void_store import BY_PROGRAM

JOINED = "Its donor was joined with another: the one in its place lists the gifts of both."
PEOPLE_AT_ONCE = 10  # statements in one transaction: others wait for it


@dataclass(frozen=True, slots=True)
class IssuedSoFar:
    """How many of the people who gave have been seen to, and how many there are.

    `last` is the id of the last of them. `lacking` is what the law asks for on the statements of those who have none,
    by the donor's id.
    """

    done: int
    people: int
    last: str = ""
    lacking: Mapping[str, Sequence[MissingFact]] = field(default_factory=dict)


def issue_statements(
    engine: Engine, span: StatementSpan, issuer: DocumentIssuer, clock: Clock, after: str = ""
) -> Iterator[IssuedSoFar]:
    """Issue what is missing of a span, a few in each transaction, and queue their printing; says how far it is.

    A statement that lacks what its law asks for is not issued. `after` is the last person of those who were seen to
    before: who has none of them is not tried again.
    """
    with reading(engine) as conn:
        people = people_of_span(conn, span)
        missing = sorted(person for person in set(people) - have_statement(conn, span) if person > after)
    done, lacking = len(people) - len(missing), dict[str, Sequence[MissingFact]]()
    yield IssuedSoFar(done, len(people), after)
    for start in range(0, len(missing), PEOPLE_AT_ONCE):
        some = missing[start : start + PEOPLE_AT_ONCE]
        with booking(engine) as conn:
            lacking |= _issue(conn, span, some, issuer, clock())
        done += len(some)
        yield IssuedSoFar(done, len(people), some[-1], lacking)


def _issue(
    conn: Connection, span: StatementSpan, people: list[str], issuer: DocumentIssuer, now: datetime
) -> dict[str, Sequence[MissingFact]]:
    """Issue these people's statements, of those who have none: another may be doing the same.

    Returns what the others lack, by the donor's id.
    """
    has_one = have_statement(conn, span, people)
    due = [each for person in people if person not in has_one and (each := _due(conn, span, person, issuer))]
    missing = {each.donor_id or "": missing_facts(each.document) for each in due}
    whole = [each for each in due if not missing[each.donor_id or ""]]
    today = now.astimezone(issuer.zone).date()
    issued = issue_documents(conn, whole, issued_on=today, now=now)
    for document in issued:
        if isinstance(document, GiftStatement) and document.replaces:
            for number in document.replaces.split(SEVERAL):
                void_document(conn, number, Void(JOINED, BY_PROGRAM, now, document.number))
    queue_prints(conn, [document.number for document in issued], now=now)
    return {person: facts for person, facts in missing.items() if facts}


def _due(conn: Connection, span: StatementSpan, person: str, issuer: DocumentIssuer) -> DueDocument | None:
    donor, gifts = donor_by_id(conn, person), statement_gifts(conn, span, person)
    if donor is None or not gifts:
        return None
    law = issuer.profile.receipts.jurisdiction
    statement = GiftStatement(
        donor_name=donor.name or name_on_receipts(conn, span, person),
        organisation=issuer.profile.organisation,
        mode=issuer.mode,
        style=receipt_style(issuer.profile, donor.language),
        jurisdiction=law,
        legal_facts=issuer.profile.receipts.legal_facts + benefits_of_span(conn, span, person, law),
        verify_url=issuer.verify_base,
        kind=span.kind,
        first_day=span.first_day,
        last_day=span.last_day,
        gifts=gifts,
        replaces=SEVERAL.join(standing_of_person(conn, span, person)),  # of somebody whom they were joined with
    )
    return DueDocument(statement, span.subject(person), person)
