"""Put a statement, or a receipt for a period, right: another takes its place, with its own number."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.engine import Connection

from donors.merge_store import kept_as
from organisation.organisation import OrganisationProfile
from payments.statements.views import SEVERAL, StatementSpan, benefits_of_span, standing_of_person, statement_gifts
from receipts.document_store import DueDocument, IssuedDocument, Void, issue_documents, void_document
from receipts.jurisdictions import require_facts
from receipts.receipt import receipt_style
from receipts.statement import GiftStatement
from receipts.void_store import AlreadyVoid, Reissue, facts_of_law


class NothingLeft(Exception):
    """No gift of its days is left, so that nothing can take its place."""


def reissue_statement(
    conn: Connection,
    issued: IssuedDocument,
    put_right: Reissue,
    profile: OrganisationProfile,
    *,
    today: date,
    now: datetime,
) -> str:
    """Issue a statement of the same days in the place of this one, which becomes void; returns its number.

    It lists the gifts as the books have them now, in the same language and under the same law. If its donor was joined
    with another, it is of both, and takes the place of the statements of both: no gift is confirmed twice. For the
    caller's `booking` transaction. Raises AlreadyVoid, NothingLeft, and FactsMissing before anything is written.
    """
    old = issued.document
    if not isinstance(old, GiftStatement):
        raise TypeError(f"{issued.number} is no statement")
    if issued.void is not None:
        raise AlreadyVoid(issued.number)
    span = StatementSpan(old.kind, old.first_day, old.last_day)
    person = kept_as(conn, issued.donor_id or "")
    replaced = standing_of_person(conn, span, person)
    statement = _in_place_of(conn, old, (span, person, replaced), put_right, profile)
    require_facts(statement)
    due = DueDocument(statement, span.subject(person), person)
    [frozen] = issue_documents(conn, [due], issued_on=today, now=now)
    void = Void(put_right.why, put_right.who, now, frozen.number)
    for number in replaced:
        void_document(conn, number, void)
    return frozen.number


def _in_place_of(
    conn: Connection,
    old: GiftStatement,
    of: tuple[StatementSpan, str, Sequence[str]],
    put_right: Reissue,
    profile: OrganisationProfile,
) -> GiftStatement:
    """The statement. `of`: its days, whose it is, and the numbers of those that it replaces."""
    span, person, replaced = of
    gifts = statement_gifts(conn, span, person)
    if not gifts:
        raise NothingLeft(old.number)
    return GiftStatement(
        donor_name=put_right.donor_name,
        donor_address=put_right.donor_address,
        organisation=profile.organisation,
        mode=old.mode,
        style=receipt_style(profile, old.language),
        jurisdiction=old.jurisdiction,
        legal_facts=facts_of_law(old.jurisdiction, old.legal_facts, profile)
        + benefits_of_span(conn, span, person, old.jurisdiction),
        verify_url=put_right.verify_base,
        kind=old.kind,
        first_day=old.first_day,
        last_day=old.last_day,
        gifts=gifts,
        replaces=SEVERAL.join(replaced),
    )
