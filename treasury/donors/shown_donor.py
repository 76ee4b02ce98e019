"""Everything that is kept of one person, read with a bounded number of questions: the newest few of each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Generic
from urllib.parse import urlencode

from sqlalchemy import Connection

from campaigns.store import campaign_titles
from compliance.store import checks_of_donors
from database.lists import ListedRow, ListWindow, list_rows, list_total
from donors.donor import Donor
from donors.merge_store import DonorMerge, ids_of_person, merges_of_person
from donors.store import donor_by_id
from outbox.letter_views import letters_of_keys
from outbox.letters import PostedLetter
from payments.gift_aid.declaration_views import counting_declarations_of
from payments.gift_aid.gift_aid_declaration import GiftAidDeclaration
from payments.gifts.document_views import DocumentListRow
from payments.gifts.donor_list_views import sums_of_people
from payments.gifts.gift_list_views import GiftListRow
from payments.gifts.given_back_views import DonorSum
from payments.gifts.recurring_views import RecurringListRow
from payments.letters.gift_keys import letter_keys
from payments.standing_orders.order import StandingOrder
from payments.standing_orders.store import orders_of_donors
from staff.act import Act, Subject
from staff.notes_store import Note, Noted, notes_about
from staff.store import acts_on
from treasury.checks.words import StatedCheck, stated
from treasury.lists.desk_list import DeskList
from treasury.lists.documents_list import DOCUMENT_LIST
from treasury.lists.gifts_list import GIFT_LIST
from treasury.lists.list_filter import DONOR
from treasury.lists.recurring_list import RECURRING_LIST
from web.errors import NotFound

NEWEST = 10


@dataclass(frozen=True, slots=True)
class NewestRows(Generic[ListedRow]):
    """The newest rows of a list that are this person's, how many there are, and the address of all of them."""

    rows: Sequence[ListedRow]
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person: the donor that they are kept as, and everybody who was merged into them."""

    donor: Donor
    parts: Sequence[Donor]

    @property
    def ids(self) -> list[str]:
        """The ids of all their donors, the kept one first."""
        return [part.id for part in self.parts]


@dataclass(frozen=True, slots=True)
class ShownDonor:
    """A person with all that belongs to them. `sums` are what they gave, by currency."""

    person: Person
    sums: Sequence[DonorSum]
    gifts: NewestRows[GiftListRow]
    not_paid: NewestRows[GiftListRow]
    recurring: NewestRows[RecurringListRow]
    orders: Sequence[StandingOrder]
    documents: NewestRows[DocumentListRow]
    letters: Sequence[PostedLetter]
    notes: Sequence[Note]
    acts: Sequence[Act]
    merges: Sequence[DonorMerge]
    declared: Sequence[GiftAidDeclaration]
    checks: Sequence[StatedCheck]
    titles: Mapping[int, str]


def person_of(conn: Connection, identity: str) -> Person:
    """A person by the id of any of their donors."""
    donors = [donor_by_id(conn, donor_id) for donor_id in ids_of_person(conn, identity)]
    parts = [part for part in donors if part is not None]
    if not parts:
        raise NotFound
    return Person(parts[0], parts)


def shown_donor(conn: Connection, identity: str, zone: tzinfo, today: date) -> ShownDonor:
    """All that is kept of a person."""
    person = person_of(conn, identity)
    who, ids = person.donor.id, person.ids
    gifts = _newest(conn, GIFT_LIST, who, zone)
    keys = [key for row in gifts.rows for key in letter_keys(row.id, [row.receipt] if row.receipt else [], [])]
    return ShownDonor(
        person,
        [sums for _, sums in sorted(sums_of_people(conn, [who])[who].items())],
        gifts,
        _newest(conn, GIFT_LIST, who, zone, state="not-paid"),
        _newest(conn, RECURRING_LIST, who, zone),
        orders_of_donors(conn, ids, NEWEST),
        _newest(conn, DOCUMENT_LIST, who, zone),
        letters_of_keys(conn, keys)[:NEWEST],
        notes_about(conn, Noted.DONOR, ids),
        [act for donor_id in ids for act in acts_on(conn, Subject("donor", donor_id))][-NEWEST:],
        merges_of_person(conn, ids),
        counting_declarations_of(conn, ids)[: -NEWEST - 1 : -1],
        [stated(check, today) for check in checks_of_donors(conn, ids)][: -NEWEST - 1 : -1],
        campaign_titles(conn),
    )


def _newest(
    conn: Connection, desk_list: DeskList[ListedRow], donor_id: str, zone: tzinfo, **words: str
) -> NewestRows[ListedRow]:
    query = {**words, DONOR: donor_id}
    choice = desk_list.form.read(query).choice(zone)
    window = ListWindow(desk_list.sort.name, desk_list.sort.descending, NEWEST)
    rows = list_rows(conn, desk_list.question, choice, window)
    count = list_total(conn, desk_list.question, choice).rows if len(rows) == NEWEST else len(rows)
    return NewestRows(rows, count, f"{desk_list.path}?{urlencode(query)}")
