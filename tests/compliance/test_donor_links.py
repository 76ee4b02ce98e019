"""Donors who are one: suggested by likeness, joined by a person."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Engine

from compliance.donor_links import DonorLink, linked_families
from compliance.likeness import DonorTraits, link_suggestions
from compliance.link_store import add_donor_link, donor_links
from database.transactions import booking
from donors.tables import donor
from staff.tables import staff_member
from tests.compliance.gifts import ASHA
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def link(first: str, second: str, minute: int = 0, *, is_joined: bool = True) -> DonorLink:
    """Two donors, joined or parted at noon or some minutes later."""
    return DonorLink(first, second, is_joined, ASHA, NOON + timedelta(minutes=minute), "the same person")


def test_who_is_joined_through_others_is_one_family() -> None:
    """Named by the least id; others are nobody's."""
    links = [link("c", "d"), link("b", "a"), link("d", "b")]
    assert linked_families(links) == dict.fromkeys("abcd", "a")


def test_who_was_parted_is_joined_no_more() -> None:
    """The newest of a pair counts, whichever was named first."""
    parted = [link("a", "b"), link("b", "c"), link("c", "b", 1, is_joined=False)]

    assert linked_families(parted) == {"a": "a", "b": "a"}
    assert linked_families([*parted, link("b", "c", 2)]) == dict.fromkeys("abc", "a")


def test_links_are_kept_with_who_and_why(engine: Engine) -> None:
    """A parting is a row of its own."""
    links = [link("a", "b"), link("b", "c"), link("c", "b", 1, is_joined=False)]
    with booking(engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        for name in "abc":
            conn.execute(sa.insert(donor).values(row(donor, {"id": name, "email_key": name})))
        for each in links:
            add_donor_link(conn, each)

        assert donor_links(conn) == links
        assert linked_families(donor_links(conn)) == {"a": "a", "b": "a"}


def test_likeness_says_why() -> None:
    """Names without accents, titles and order; mailboxes without what was added; the same card; the same door."""
    donors = [
        DonorTraits("1", "Dr José Álvarez", "jose.alvarez+party@gmail.com", "1 Mill Lane", "LS1 1AA"),
        DonorTraits("2", "Alvarez, Jose", "josealvarez@googlemail.com", "", "ls11aa"),
        DonorTraits("3", "Maria Álvarez", "maria@example.org", "1, Mill lane", "LS1 1AA"),
        DonorTraits("4", "Grace Hopper", card_fingerprint="card-1"),
        DonorTraits("5", "G Murray", card_fingerprint="card-1"),
        DonorTraits("6", "Nobody Like"),
    ]
    suggestions = {(each.first, each.second): each.reasons for each in link_suggestions(donors, [])}

    assert suggestions == {
        ("1", "2"): ("same email address", "same name", "same name and postcode"),
        ("1", "3"): ("same address",),
        ("4", "5"): ("same card",),
    }
    assert [(each.first, each.second) for each in link_suggestions(donors, [frozenset("12")])] == [
        ("1", "3"),
        ("4", "5"),
    ]
