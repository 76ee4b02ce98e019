"""A receipt for a ticket says what it was worth, where the law of a charity's receipts asks for it."""

from dataclasses import replace

import pytest

from ledger.money import EUR, Money, currency
from organisation.receipt_rules import Jurisdiction
from receipts.benefit import Benefit, benefit_of, benefits_of_several
from receipts.jurisdictions import asks_for_benefits, legal_lines, missing_facts
from receipts.legal_forms import MissingFact
from receipts.pdf import Printer
from receipts.receipt import Receipt
from tests.receipts.documents import FACTS, legal_receipt, statement
from tests.receipts.samples import TODAY
from tests.receipts.test_pdf import text_of

DENIALS = ("No goods or services", "no advantage", "This is not a charitable donation")


def sold(law: Jurisdiction, minor: int, code: str) -> Receipt:
    """A receipt for $25 that bought a dinner worth so much."""
    benefit = Benefit("a seat at the spring dinner", Money(minor, currency(code)))
    return replace(legal_receipt(law), legal_facts=FACTS + benefit.facts)


def test_two_laws_ask_for_it() -> None:
    """The others say nothing of what is given in exchange."""
    assert {law for law in Jurisdiction if asks_for_benefits(law)} == {Jurisdiction.US_CHARITY, Jurisdiction.CANADA}
    assert benefit_of(FACTS) is None


@pytest.mark.parametrize(
    ("law", "code", "sentences"),
    [
        (
            Jurisdiction.US_CHARITY, "USD",
            [
                "In exchange for this contribution of $25.00 USD the donor received: a seat at the spring dinner.",
                "Our good faith estimate of its value is $10.00 USD.",
                "is limited to what exceeds that value: $15.00 USD.",
            ],
        ),
        (
            Jurisdiction.CANADA, "CAD",
            [
                "Official receipt for income tax purposes", "Amount received: $25.00 CAD.", "Authorised signature",
                "Advantage: a seat at the spring dinner, worth $10.00 CAD.",
                "Eligible amount of gift for tax purposes: $15.00 CAD.",
            ],
        ),
    ],
)  # fmt: skip
def test_the_paper_states_what_was_got_back(
    printer: Printer, law: Jurisdiction, code: str, sentences: list[str]
) -> None:
    """And denies it nowhere."""
    text = text_of(printer.print(sold(law, 1000, code)))

    assert [sentence for sentence in sentences if sentence not in text] == []
    assert [denial for denial in DENIALS if denial in text] == []


def test_the_paper_of_a_ticket_is_no_official_receipt(printer: Printer) -> None:
    """Canada sees no gift where what was got back is worth more than four fifths: at four fifths it does."""
    text = text_of(printer.print(sold(Jurisdiction.CANADA, 2001, "CAD")))
    assert "This is no official receipt for income tax purposes" in text
    for of_official_ones in ("Official receipt", "Authorised signature", "Eligible amount"):
        assert of_official_ones not in text
    assert "Eligible amount of gift for tax purposes: $5.00 CAD." in text_of(
        printer.print(sold(Jurisdiction.CANADA, 2000, "CAD"))
    )


def test_more_than_was_paid_leaves_nothing_to_deduct(printer: Printer) -> None:
    """Not less than nothing."""
    assert "exceeds that value: $0.00 USD." in text_of(printer.print(sold(Jurisdiction.US_CHARITY, 4000, "USD")))


def test_a_worth_in_another_currency_is_a_fact_that_is_missing() -> None:
    """What of the payment is a gift cannot be said: the paper waits, and the desk says for what."""
    assert list(missing_facts(sold(Jurisdiction.US_CHARITY, 1000, "EUR"))) == [MissingFact.BENEFIT_VALUE]
    assert missing_facts(sold(Jurisdiction.US_CHARITY, 1000, "USD")) == []


def test_a_statement_lists_what_was_got_back() -> None:
    """Of which day, and what it is worth."""
    facts = FACTS + benefits_of_several([(TODAY, Benefit("a mug", Money(900, EUR)))])
    several = replace(statement(3), jurisdiction=Jurisdiction.US_CHARITY, legal_facts=facts)
    text = " ".join(legal_lines(several, "", "en"))
    assert "2026-11-21: a mug, worth EUR 9.00. Of each, what is deductible" in text
    assert "in exchange for the others." in text
    assert missing_facts(several) == []
    assert benefits_of_several([]) == ()
