"""What is loaded is enough: the database's way decides the same as books that know everything, batch by batch."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace

import pytest
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from database.migrating import require_mode
from database.transactions import booking, reading, writing
from ledger.entry import ConflictingEntry
from ledger.money import GBP, Money
from ledger.store import open_accounts
from payments.books.decide.changes import Changes
from payments.books.decide.decide import decide
from payments.books.decide.notice import Notice
from payments.books.load import load_known
from payments.books.save import save_changes
from payments.gifts.recurring_store import add_recurring
from payments.gifts.store import add_gift, gifts, link_session
from payments.reading.happenings import (
    Category,
    Happening,
    InvoicePaid,
    InvoiceReported,
)
from tests.payments.books.memory import RULES, SLUGS, TITLES, MemoryBooks
from tests.payments.books.random_orders import random_batches
from tests.payments.books.random_stories import random_story
from tests.payments.books.story import Story
from tests.payments.organisation_books import NOON
from tests.payments.sample_happenings import (
    arrived,
    charged,
    dispute_moved,
    failed,
    line,
    linked,
    refund_failed,
    refunded,
    returned,
)
from webhooks.event import EventType
from webhooks.store import add_endpoint

STORIES = 100


@pytest.fixture
def database(engine: Engine) -> Engine:
    """Open accounts, the campaigns of the stories, and an endpoint that is told of everything."""
    require_mode(engine, "test")
    with booking(engine) as conn:
        add_endpoint(conn, "we_1", "https://hooks.example.org/", [kind.value for kind in EventType], "sealed", NOON)
        open_accounts(conn)
        for number, title in TITLES.items():
            add_campaign(conn, Campaign(0, SLUGS[number], title, "A story.", GBP))
    return engine


def test_what_is_loaded_decides_the_same_as_everything(database: Engine) -> None:
    """Random stories, one after the other in one database: facts, entries, states, drafts and jobs are the same."""
    for seed in range(STORIES):
        story, chance = random_story(seed), random.Random(seed + 1)
        books = _pledged(database, story)
        for n, batch in enumerate(random_batches(story.happenings, chance, links_in_time=seed % 2 > 0)):
            in_memory = _unordered(books.apply(batch, NOON))
            in_database = _unordered(_apply(database, batch))
            for name in in_memory.keys() | in_database.keys():
                assert in_database[name] == in_memory[name], f"seed {seed}, batch {n}: {name}"


GIFT, OTHER_GIFT = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
_CONFLICTS: Mapping[str, tuple[Happening, Happening]] = {
    "charge": (charged("1"), charged("2", charge="ch_1")),
    "failure": (failed("1"), failed("2", charge="ch_1")),
    "gift of a session": (linked("1", GIFT), replace(linked("1", OTHER_GIFT), payment_intent=None)),
    "intent of a session": (linked("1", GIFT), replace(linked("1", GIFT), payment_intent="pi_2")),
    "invoice": (InvoiceReported("in_1", OTHER_GIFT, first=False), InvoiceReported("in_1", GIFT, first=False)),
    "invoice of a payment": (InvoicePaid("in_1", "pi_1"), InvoicePaid("in_2", "pi_1")),
    "refund": (refunded("1", "1", 500), refunded("1", "2", 500)),
    "refund agreed then failed": (refunded("1", "1", 500), refund_failed("1", "2", 500)),
    "refund failed then agreed": (refund_failed("1", "1", 500), refunded("1", "2", 500)),
    "dispute move": (dispute_moved("1", "1", -500), dispute_moved("1", "2", -500)),
    "payout": (arrived("1", 500), arrived("1", 501)),
    "payout arrived then returned": (arrived("1", 500), returned("1", 501)),
    "line of a payment": (line("1", Category.PAYMENT, 500, n="1"), line("1", Category.PAYMENT, 500, n="2")),
    "own line": (line("1", Category.TOP_UP, 500), replace(line("1", Category.TOP_UP, 500), amount=Money(501, GBP))),
}

LONDON = "Europe/London"


@pytest.mark.parametrize("name", _CONFLICTS)
def test_a_kept_fact_with_other_contents_is_loaded_and_refused(database: Engine, name: str) -> None:
    """Even where nothing but its own id leads to it: else the database would refuse a second row as an outage."""
    first, other = _CONFLICTS[name]
    books = _pledged(database, _two_gifts())
    books.apply([Notice(first, "evt_1")], NOON)
    _apply(database, [Notice(first, "evt_1")])
    with pytest.raises(ConflictingEntry):
        books.apply([Notice(other, "evt_2")], NOON)
    with reading(database) as conn, pytest.raises(ConflictingEntry):
        decide(load_known(conn, [Notice(other, "evt_2")], LONDON), [Notice(other, "evt_2")], RULES, NOON)


def _two_gifts() -> Story:
    story = Story(0, random.Random(0))
    for _ in range(2):
        story.pledge(Money(2500, GBP), ((1, 1),))
    return story


def _pledged(database: Engine, story: Story) -> MemoryBooks:
    """The story's gifts are stored, and known to books in memory."""
    with writing(database) as conn:
        for gift in story.gifts:
            add_gift(conn, gift)
        for recurring in story.recurring:
            add_recurring(conn, recurring)
        for gift_id, session in story.sessions.items():
            link_session(conn, gift_id, session)
        donor_of = {gift.id: gift.donor_id for gift in gifts(conn, [gift.id for gift in story.gifts]).values()}
    return MemoryBooks(
        [replace(gift, donor_id=donor_of[gift.id]) for gift in story.gifts],
        [replace(recurring, donor_id=donor_of[recurring.first_gift]) for recurring in story.recurring],
        story.sessions,
    )


def _apply(database: Engine, notices: Sequence[Notice]) -> Changes:
    """As Bookkeeper.apply does it; returns what was decided."""
    with booking(database) as conn:
        changes = decide(load_known(conn, notices, LONDON), notices, RULES, NOON)
        save_changes(conn, changes, NOON)
    return changes


def _unordered(changes: object, path: str = "") -> dict[str, object]:
    """By the name of each field what it holds, rows in an order of their own."""
    if not is_dataclass(changes):
        return {path: sorted(map(repr, changes)) if isinstance(changes, tuple) else changes}
    rows: dict[str, object] = {}
    for part in fields(changes):
        rows |= _unordered(getattr(changes, part.name), f"{path}.{part.name}")
    return rows
