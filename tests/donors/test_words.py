"""Donors are found by how words of their names and addresses begin, whichever name they gave under."""

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading, writing
from donors.donor_words import name_words
from donors.erasure_store import erase_details
from donors.store import find_or_add_donor, find_or_add_donors
from donors.tables import donor_word
from donors.word_store import donors_called
from tests.ledger.samples import NOON


def called(engine: Engine, text: str) -> set[str]:
    """The ids of the donors whom a text means."""
    with reading(engine) as conn:
        return set(conn.scalars(donors_called(conn, text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zoë Ünal", {"zoe", "unal"}),
        ("Mary-Jane O\u2019Neil", {"mary", "jane", "o", "neil", "oneil"}),
        ("jo.smith+gifts@example.org", {"jo", "smith", "gifts", "example", "org"}),
        ("STRAẞE Łódź", {"strasse", "lodz"}),
        ("Łukasz Groß, Bjørn Đoković", {"lukasz", "gross", "bjorn", "dokovic"}),
        ("Þór Œuvre Ħal Is\u0131k", {"thor", "oeuvre", "hal", "isik"}),
        ("王小明", {"王小明"}),
        (" - ", set()),
    ],
)
def test_words_have_no_case_and_no_accents(text: str, words: set[str]) -> None:
    """Nor marks: what is typed in haste finds what was written with care."""
    assert name_words(text) == words


def test_every_word_looked_for_begins_a_word(engine: Engine) -> None:
    """In any order, of the name or the address; not inside a word, and one or two letters alone are a whole word."""
    with writing(engine) as conn:
        smith = find_or_add_donor(conn, "Joanna Smith", "jo@example.org", NOON).id
        smithers, li = (
            each.id
            for each in find_or_add_donors(
                conn, [("John Smithers", "john@example.net"), ("Li 50%", "li@example.net")], NOON
            )
        )
    assert called(engine, "smi") == {smith, smithers}
    assert called(engine, "SMITH jo") == {smith, smithers}
    assert called(engine, "joanna example.org") == {smith}
    assert called(engine, "mith") == called(engine, "%") == called(engine, "") == called(engine, "smith li") == set()
    assert called(engine, "li") == {li}
    assert called(engine, "jo") == {smith}


def test_a_donor_is_found_by_every_name_that_they_gave_under_until_they_are_erased(engine: Engine) -> None:
    """Then no word of theirs is kept."""
    with writing(engine) as conn:
        first = find_or_add_donor(conn, "Jo", "jo@example.org", NOON).id
        assert find_or_add_donor(conn, "Joanna Smith", "JO@example.org", NOON).id == first
        find_or_add_donors(conn, [("Dr Smyth", "jo@example.org")], NOON)
    for name in ("jo", "smith", "smyth", "example"):
        assert called(engine, name) == {first}
    with writing(engine) as conn:
        erase_details(conn, [first])
        assert conn.scalar(sa.select(sa.func.count()).select_from(donor_word)) == 0
