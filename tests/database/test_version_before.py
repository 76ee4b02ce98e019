"""From the version before (0004) to this one, with 1,000 gifts of every kind. Nothing is lost.

How the database of the version before is made: `tests/database/version_before/`. What a person typed with each gift
differs in spelling, so who gave is known only there; the return token of each gift ends with the person's number.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.migrating import migrate
from database.transactions import booking, reading
from donors.donor import address_key
from ledger.finding import Status
from ledger.store import open_accounts
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.gifts.gift import GiftState
from payments.settlement.list_reader import ROWS_TOGETHER, ListReader
from payments.settlement.whole_fees import WholeFees
from proof.audit import audit_all
from receipts.store import receipt_by_number, receipt_of_gift
from tests.database import written_list
from tests.database.version_before.books import NOON
from tests.database.version_before.digests import Digests, columns_of, digests, rows_of
from tests.database.version_before.filling import GIFTS, make_version_before
from tests.payments.messages import charged
from tests.payments.organisation_books import Books, gift_id
from tests.postgres import Cluster

# So many of every kind there must be of 1,000 gifts; what is tested is not tested on nothing.
BEFORE_RECONCILE = ("money verified", "fees")  # which the next reconcile shares
AT_LEAST = {
    **{f"gift WHERE state = '{state}'": 10 for state in GiftState},
    **{f"gift WHERE currency = '{currency}'": 200 for currency in ("GBP", "EUR", "JPY")},
    **{f"recurring WHERE interval = '{interval}'": 10 for interval in ("week", "month", "quarter", "year")},
    **{f"recurring WHERE state = '{state}'": 5 for state in ("active", "past_due", "paused", "ending", "ended")},
    **{f"discrepancy WHERE why = '{why}'": 10 for why in ("amount", "currency", "second_payment")},
    **{f"balance_line WHERE ours {ours}": 5 for ours in ("IS NULL", "= 0", "= 1")},
    "invoice WHERE is_first = 0": 100,
    "allocation WHERE n = 2": 50,
    "entry WHERE reverses IS NOT NULL": 5,
    "delivery WHERE error IS NOT NULL": 5,
    "settled_discrepancy": 10,
    "refund WHERE undone_at IS NOT NULL": 10,
    "receipt_pdf": 50,
    "receipt": 600,
}


@dataclass(frozen=True)
class Migrated:
    """A migrated database, its address, and what its tables were before."""

    url: str
    engine: Engine
    columns: dict[str, list[str]]
    before: Digests


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migrated]:
    """The same database on each engine, migrated. Tests that write take a copy."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("migrated") / "migrated.db"
        shutil.copyfile(request.getfixturevalue("file_before"), path)
        yield from _migrated(f"sqlite:///{path}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    make_version_before(cluster.url(name))
    yield from _migrated(cluster.url(name))
    cluster.drop(name)


def _migrated(url: str) -> Iterator[Migrated]:
    engine = open_database(url, durable=False)
    columns = columns_of(engine)
    before = digests(engine, columns)
    migrate(url)
    engine.dispose()  # what the connections have prepared is of the tables before
    yield Migrated(url, engine, columns, before)
    engine.dispose()


def _count(engine: Engine, query: str) -> int:
    (row,) = rows_of(engine, query)
    return int(str(row[0]))


def test_every_kind_is_there(migrated: Migrated) -> None:
    """What is tested below is not tested on nothing."""
    query = "SELECT count(*) FROM {}"
    rows = {kind: _count(migrated.engine, query.format(kind)) for kind in AT_LEAST}

    assert {kind: count for kind, count in rows.items() if count < AT_LEAST[kind]} == {}
    assert _count(migrated.engine, "SELECT count(*) FROM gift") == GIFTS
    assert {table for table, (count, _) in migrated.before.items() if not count} == set()


def test_every_row_is_kept(migrated: Migrated) -> None:
    """In every table and column that the version before had."""
    assert digests(migrated.engine, migrated.columns, after=True) == migrated.before
    assert rows_of(migrated.engine, "SELECT DISTINCT role FROM staff_member") == [("owner",)]
    assert rows_of(migrated.engine, "SELECT DISTINCT holder_kind FROM session") == [("staff",)]


def test_one_person_is_one_donor(migrated: Migrated) -> None:
    """However they spelt their address; nobody is joined with another."""
    gifts = rows_of(
        migrated.engine,
        "SELECT return_token, donor_id, donor_email, email_key FROM gift JOIN donor ON donor.id = donor_id",
    )
    donors = {(str(token).rpartition("-")[2], donor) for token, donor, _, _ in gifts}

    assert len(gifts) == GIFTS
    assert len(donors) == len({person for person, _ in donors}) == len({donor for _, donor in donors})
    assert len(donors) == _count(migrated.engine, "SELECT count(*) FROM donor") == 3 * GIFTS // 10
    assert len({email for _, _, email, _ in gifts}) > 2 * len(donors)
    assert all(address_key(str(email)) == key for _, _, email, key in gifts)


def test_a_donor_is_named_as_they_last_were(migrated: Migrated) -> None:
    """Name and address of the latest gift; a gift without a name leaves the name. A donor is as old as the first."""
    gifts = "SELECT donor_id, donor_name, donor_email, created_at FROM gift ORDER BY created_at"
    last: dict[object, tuple[object, object, object]] = {}
    names = set()
    for donor, name, email, at in rows_of(migrated.engine, gifts):
        before = last.get(donor, ("", "", at))
        last[donor] = (name or before[0], email, before[2])
        names.add((donor, name))

    donors = rows_of(migrated.engine, "SELECT id, name, email, created_at FROM donor")
    assert {donor: tuple(typed) for donor, *typed in donors} == last
    assert len(names) > len(donors) * 1.5


def test_a_recurring_gift_has_the_donor_of_its_gifts(migrated: Migrated) -> None:
    """Of the first one, and so of all instalments."""
    other = "SELECT count(*) FROM recurring JOIN gift ON {} WHERE recurring.donor_id = gift.donor_id"
    recurring = "SELECT count(*) FROM recurring"
    instalments = "SELECT count(*) FROM gift WHERE recurring_id IS NOT NULL"

    assert _count(migrated.engine, other.format("first_gift_id = gift.id")) == _count(migrated.engine, recurring)
    assert _count(migrated.engine, other.format("recurring_id = recurring.id")) == _count(migrated.engine, instalments)


def test_the_guards_are_those_of_a_new_database(migrated: Migrated) -> None:
    """The written list, which a freshly migrated database has as well."""
    written = written_list.read()
    if migrated.engine.dialect.name == "sqlite":
        assert written_list.of_sqlite(Path(str(migrated.engine.url.database))) == written["sqlite"]
    else:
        assert written_list.of_postgresql(migrated.url) == written["postgresql"]


def _assert_audit_passes(engine: Engine, unchecked: Sequence[str] = ("money verified",)) -> None:
    """Only the dead letters, which were put there, are reported; only what has not settled is unchecked."""
    with reading(engine) as conn:
        findings = audit_all(conn, lambda: NOON)
    faults = {finding.name: finding for finding in findings if finding.status is Status.FAILED}
    assert set(faults) == {"every kept delivery is in the books"}, faults
    assert [finding.name for finding in findings if finding.status is Status.UNCHECKED] == [*unchecked]


def test_the_audit_passes(migrated: Migrated) -> None:
    """Ledger, facts, balance lines, payouts, campaigns and receipt numbers."""
    _assert_audit_passes(migrated.engine, BEFORE_RECONCILE)
    with reading(migrated.engine) as conn:
        receipt = receipt_by_number(conn, "2026-000123")
    assert receipt is not None
    assert receipt.receipt.number == "2026-000123"


@pytest.fixture
def copied(migrated: Migrated, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the migrated database, to be written to."""
    if migrated.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(migrated.engine.url.database))) as connection:
            connection.execute("VACUUM INTO ?", [str(tmp_path / "copied.db")])
        yield from _opened(f"sqlite:///{tmp_path / 'copied.db'}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    migrated.engine.dispose()  # a database that is copied has no visitors
    name = cluster.create(migrated.engine.url.database)
    yield from _opened(cluster.url(name))
    cluster.drop(name)


def test_fees_of_the_version_before_are_booked_by_campaign(copied: Engine) -> None:
    """By the next reconcile, in batches: of each gift what its lines took, over its shares. A second run finds none."""
    with booking(copied) as conn:
        open_accounts(conn)
    of_gifts = (
        "SELECT gift_id, sum(CASE WHEN debit = 'stripe' THEN -amount_minor ELSE amount_minor END) FROM entry"
        " WHERE kind = 'fee' AND gift_id IS NOT NULL GROUP BY gift_id ORDER BY gift_id"
    )
    of_lines = (
        "SELECT gift_id, sum(fee_minor) FROM balance_line JOIN"
        " (SELECT DISTINCT payment, gift_id FROM charge WHERE gift_id IS NOT NULL) AS paid USING (payment)"
        " WHERE ours = 1 AND fee_minor <> 0 GROUP BY gift_id ORDER BY gift_id"
    )
    by_account = "SELECT account, currency, sum(debit_minor - credit_minor) FROM total GROUP BY account, currency"
    before, batches, fees = rows_of(copied, by_account), list[int](), WholeFees()
    bookkeeper = Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test"))
    reader = ListReader(copied, bookkeeper, lambda: NOON, "reconcile:fees", lambda _, rows, __: batches.append(rows))
    fees.share(reader)

    assert rows_of(copied, of_gifts) == rows_of(copied, of_lines) != []
    assert sorted(rows_of(copied, by_account)) == sorted(before)
    assert reader.errors == {}
    assert max(batches) <= ROWS_TOGETHER < sum(batches)
    whole = "SELECT count(*) FROM entry WHERE kind = 'fee' AND campaign_id = 0"
    strangers = "SELECT count(*) FROM balance_line WHERE fee_minor <> 0 AND ours = 0"
    assert _count(copied, whole) == sum(batches) + _count(copied, strangers)
    entries = _count(copied, "SELECT count(*) FROM entry")
    WholeFees().share(reader)
    assert _count(copied, "SELECT count(*) FROM entry") == entries
    _assert_audit_passes(copied)


def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url, durable=False)
    yield engine
    engine.dispose()


def test_the_program_works_on(copied: Engine) -> None:
    """The next gift of a donor from before is pledged, received, booked and receipted."""
    with booking(copied) as conn:
        open_accounts(conn)
    books = Books(copied, Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test")))
    raised = books.raised()
    last = _count(copied, "SELECT last_number FROM receipt_series WHERE year = 2026")
    books.pledge()  # by donor1@example.org
    books.deliver(charged(gift=gift_id(1)))

    assert books.gift().state is GiftState.RECEIVED
    assert books.raised() == raised + 2500
    donor = "SELECT count(*) FROM gift JOIN donor ON donor.id = donor_id WHERE email_key = 'donor1@example.org'"
    assert _count(copied, donor) > 2
    assert _count(copied, "SELECT count(*) FROM donor") == 3 * GIFTS // 10
    with reading(copied) as conn:
        issued = receipt_of_gift(conn, gift_id(1))
    assert issued is not None
    assert issued.receipt.number == f"2026-{last + 1:06}"
    _assert_audit_passes(copied, BEFORE_RECONCILE)
