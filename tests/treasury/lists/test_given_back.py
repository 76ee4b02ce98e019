"""What went back is taken off the sums: of the list of gifts, and of what a donor gave. On both engines."""

from datetime import UTC

from sqlalchemy import Engine

from database.lists import ListTotal, ListWindow, list_rows, list_total
from database.transactions import reading
from tests.proof.books import BUSES, Desk
from tests.proof.settled_books import refund, settle_gift
from treasury.lists.donors_list import DONOR_LIST
from treasury.lists.gifts_list import GIFT_LIST


def total_of(engine: Engine, **query: str) -> ListTotal:
    """What the list of gifts adds up to at this address."""
    with reading(engine) as conn:
        return list_total(conn, GIFT_LIST.question, GIFT_LIST.form.read(query).choice(UTC))


def test_what_went_back_stands_below_the_total(desk: Desk, engine: Engine) -> None:
    """Of all gifts, of a campaign's, of some days', of one donor's; of an offline gift that was taken back too."""
    settle_gift(desk, 1, 2500, 20)
    settle_gift(desk, 2, 1000, 20, days_ago=40)
    desk.give(3, 700, BUSES)
    refund(desk, "re_1", 1, 400)
    with reading(engine) as conn:
        everybody = DONOR_LIST.form.read({}).choice(UTC)
        donors = list_rows(conn, DONOR_LIST.question, everybody, ListWindow("name", descending=False, limit=9))
    [refunded] = [row for row in donors if row.back]

    assert (total_of(engine).minor, total_of(engine).back) == ({"GBP": 4200}, {"GBP": 400})
    assert total_of(engine, campaign="1").back == total_of(engine, month="2026-11").back == {"GBP": 400}
    assert total_of(engine, campaign=str(BUSES)).back == total_of(engine, to="2026-10-31").back == {}
    assert total_of(engine, state="not-paid").back == {}
    assert (total_of(engine, donor=refunded.id).minor, total_of(engine, donor=refunded.id).rows) == ({"GBP": 2500}, 1)
    assert total_of(engine, donor=refunded.id).back == {"GBP": 400}
    assert ([amount.minor for amount in refunded.given], [amount.minor for amount in refunded.back]) == ([2100], [400])
