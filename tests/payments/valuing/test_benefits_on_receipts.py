"""What donors got back stands on their receipts and statements, where the law asks for it."""

from dataclasses import replace
from datetime import date

import pytest

from database.transactions import booking, reading, writing
from ledger.money import GBP, Money
from organisation.organisation import OrganisationProfile
from organisation.receipt_rules import REGISTRATION, ReceiptRules
from organisation.store import add_first_version
from payments.statements.issuing import issue_statements
from payments.statements.views import StatementSpan, numbers_of_span
from payments.valuing.valuation import BY_CAMPAIGN, Valuation
from payments.valuing.valuation_store import add_valuations
from receipts.benefit import Benefit, benefit_of
from receipts.document import DocumentIssuer
from receipts.document_store import document_by_number
from receipts.jurisdictions import legal_lines
from receipts.statement import StatementKind
from receipts.store import receipt_of_gift
from receipts.void_store import Reissue
from tests.clock import FixedClock
from tests.payments.conftest import LONDON
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.receipts.samples import COALITION
from treasury.documents.corrections import replace_by_number

DINNER = Benefit("a seat at the spring dinner", Money(1000, GBP))
RULES = ReceiptRules("us_charity", {REGISTRATION: "12-3456789"})
AMERICAN = OrganisationProfile(COALITION, "en_US", receipts=RULES)
ISSUER = DocumentIssuer(AMERICAN, "live", LONDON, "https://give.example/verify")
YEAR = StatementSpan(StatementKind.YEARLY, date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def american(books: Books) -> Books:
    """The books of a charity in the United States."""
    with writing(books.engine) as conn:
        add_first_version(conn, AMERICAN, "test", NOON)
    return books


def value(books: Books, n: int, who: str = "treasurer") -> None:
    """Somebody says that a gift bought a dinner."""
    with writing(books.engine) as conn:
        add_valuations(conn, [Valuation(gift_id(n), False, DINNER.words, DINNER.value)], who, NOON)


def stated(books: Books, n: int) -> Benefit | None:
    """What the latest receipt of a gift says was got back."""
    with reading(books.engine) as conn:
        issued = receipt_of_gift(conn, gift_id(n))
    assert issued is not None
    return benefit_of(issued.receipt.legal_facts)


def test_a_campaign_s_ticket_stands_on_the_receipt(american: Books) -> None:
    """From the message that it was paid; another gift says what it said before."""
    american.pledge(1)
    value(american, 1, BY_CAMPAIGN)
    american.deliver(charged("1", gift=gift_id(1)))
    american.pledge(2)
    american.deliver(charged("2", gift=gift_id(2)))

    assert (stated(american, 1), stated(american, 2)) == (DINNER, None)


def test_other_laws_are_as_they_were(books: Books) -> None:
    """A British receipt has no fact of it."""
    with writing(books.engine) as conn:
        add_first_version(conn, replace(AMERICAN, receipts=ReceiptRules()), "test", NOON)
    books.pledge(1)
    value(books, 1)
    books.deliver(charged("1", gift=gift_id(1)))

    assert stated(books, 1) is None


def test_a_receipt_that_takes_another_s_place_says_what_is_known_by_then(american: Books) -> None:
    """Staff noted the dinner after the first was issued; the third says that there was none after all."""
    american.pledge(1)
    american.deliver(charged("1", gift=gift_id(1)))
    assert stated(american, 1) is None
    value(american, 1)
    put_right = Reissue("Donor 1", (), "It bought a dinner.", "ada", ISSUER.verify_base)
    for number, expected in (("2026-000001", DINNER), ("2026-000002", None)):
        with booking(american.engine) as conn:
            replace_by_number(conn, number, put_right, AMERICAN, today=NOON.date(), now=NOON)
        assert stated(american, 1) == expected
        with writing(american.engine) as conn:
            add_valuations(conn, [Valuation(gift_id(1), False, "", Money(0, GBP))], "treasurer", NOON)


def test_a_statement_names_the_dinner_among_the_gifts(american: Books) -> None:
    """When it is issued, and when another takes its place."""
    for n in (1, 2):
        american.pledge(n, email="zoe@example.org")
        american.deliver(charged(str(n), gift=gift_id(n)))
    value(american, 1)
    for _ in issue_statements(american.engine, YEAR, ISSUER, FixedClock(NOON)):
        pass
    put_right = Reissue("Zoë", (), "Her name.", "ada", ISSUER.verify_base)
    with booking(american.engine) as conn:
        [first] = numbers_of_span(conn, YEAR)
        second = replace_by_number(conn, first, put_right, AMERICAN, today=NOON.date(), now=NOON)
        for number in (first, second):
            issued = document_by_number(conn, number)
            assert issued is not None
            text = " ".join(legal_lines(issued.document, "", "en", charity=True))
            assert text.count("2026-11-21: a seat at the spring dinner, worth GBP 10.00.") == 1
            assert "No goods or services were provided in exchange for these" not in text
