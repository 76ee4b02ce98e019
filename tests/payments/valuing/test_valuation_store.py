"""What is noted of gifts, kept."""

from database.transactions import booking
from ledger.money import GBP, Money
from payments.valuing.valuation import Valuation
from payments.valuing.valuation_store import add_valuations, valuations_of
from tests.ledger.samples import NOON
from tests.payments.organisation_books import Books, gift_id


def test_the_newest_word_on_a_gift_counts(books: Books) -> None:
    """What was noted before stays on record; a gift of which nobody said anything is left out."""
    books.pledge(1)
    dinner = Valuation(gift_id(1), False, "A dinner", Money.parse("12", GBP))
    bequest = Valuation(gift_id(1), True, "", Money(0, GBP))
    with booking(books.engine) as conn:
        for valuation in (dinner, bequest):
            add_valuations(conn, [valuation], "treasurer-1", NOON)
        assert valuations_of(conn, [gift_id(1), "another"]) == {gift_id(1): bequest}
