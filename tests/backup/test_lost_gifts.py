"""A backup, then B, C and monthly M, then the machine is lost: everything is whole again afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from backup.place import InstallationPlace
from backup.taking import take_backup
from database.engine import open_database
from database.transactions import reading, writing
from ledger.accounts import Account as LedgerAccount
from ledger.money import GBP
from ledger.store import balance
from outbox.worker import Worker
from payments.books.lost_views import lost_gift_count, lost_gifts
from payments.gifts.lost import LostKind
from payments.gifts.lost_store import adopt_gift, leave_lost
from payments.gifts.recurring import RecurringState, recurring_id_of
from payments.gifts.recurring_store import recurring_of
from payments.gifts.store import gift as gift_of
from payments.gifts.tables import lost_gift
from payments.settlement.jobs import settlement_jobs
from payments.stripe.subscriptions import RecurringGateway
from proof.audit import audit_all
from proof.canonical import canonical
from receipts.store import receipt_of_gift
from tests.backup.conftest import books_of
from tests.backup.giving import Giving
from tests.backup.test_restoring import restore
from tests.sandbox.loopback import KEY

SLUGS = {"libraries": 1, "buses": 2}


@pytest.fixture
def restored(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, tmp_path: Path
) -> Iterator[Giving]:
    """A was given before the backup, B, C and monthly M after it; then the backup was restored, and reconciled."""
    giving.give("Ann", 25)
    giving.account.deliver()
    giving.account.settle()
    file = tmp_path / "farthing.backup"
    take_backup(place, file, giving.twin.now(), None)
    giving.give("Ben", 30)
    giving.give("Cleo", 25, campaign="buses")
    giving.give("Mary", 8, monthly=True)
    giving.account.deliver()
    giving.account.settle()
    giving.twin.advance(timedelta(days=31))
    giving.account.deliver()
    giving.account.settle()
    restore(giving, elsewhere, file)
    engine = open_database(elsewhere.address, durable=False)
    after = giving.with_books(books_of(engine))
    after.account.lose_deliveries()
    assert after.account.reconciliation.reconcile().errors == {}
    yield after
    engine.dispose()


def adopt_all(giving: Giving) -> None:
    """A treasurer makes gifts of everything that is listed; the worker brings their payments into the books."""
    engine, now = giving.books.engine, giving.twin.now()
    with writing(engine) as conn:
        for lost in lost_gifts(conn, 50):
            adopt_gift(conn, lost, SLUGS, now)
    work(giving)


def work(giving: Giving) -> None:
    """Run the jobs that wait for Stripe and the books."""
    gateway = RecurringGateway(KEY, api_base=giving.url)
    handlers = settlement_jobs(
        giving.books.engine, giving.books.bookkeeper, giving.account.lists, gateway, giving.twin.now
    )
    Worker(giving.books.engine, handlers | {"receipts.print": lambda _: None}, giving.twin.now).run_due()


def faults(giving: Giving) -> list[str]:
    """What the audit finds."""
    with reading(giving.books.engine) as conn:
        return [finding.name for finding in audit_all(conn, giving.twin.now) if finding.has_failed]


def test_reconcile_finds_the_money_and_asks_whose_it_is(restored: Giving) -> None:
    """It is other money until somebody decides; Stripe says who gave what to which campaign."""
    with reading(restored.books.engine) as conn:
        listed = lost_gifts(conn, 50)
        other = balance(conn, LedgerAccount.OTHER, GBP)
    assert {lost.donor.email.split("@")[0]: (str(lost.amount), lost.kind) for lost in listed} == {
        "ben": ("GBP 30.00", LostKind.ONCE),
        "cleo": ("GBP 25.00", LostKind.ONCE),
        "mary": ("GBP 8.00", LostKind.RECURRING),
    }
    assert abs(other.minor) == 3000 + 2500 + 2 * 800
    assert faults(restored) == ["every charge that names a gift has found it"]


def test_adopted_gifts_are_as_they_were(restored: Giving, giving: Giving) -> None:
    """The same ids, campaigns and amounts, each instalment, the recurring gift running; clearing is zero."""
    adopt_all(restored)
    assert restored.account.reconciliation.reconcile().errors == {}
    assert (faults(restored), restored.books.clearing(), restored.account.uncleared()) == ([], 0, {})
    assert exported(restored) == exported(giving)
    with reading(restored.books.engine) as conn:
        assert balance(conn, LedgerAccount.OTHER, GBP).minor == 0
        assert lost_gift_count(conn) == 0
        [mary] = conn.execute(sa.select(lost_gift).where(lost_gift.c.kind == "recurring")).all()
        recurring = recurring_of(conn, [mary.id])[mary.id]
        assert (recurring.state, recurring.id) == (RecurringState.ACTIVE, recurring_id_of(mary.first_gift))
        assert (mary.donor_name, mary.donor_email, mary.adopted) == ("", "", True)


def exported(giving: Giving) -> list[str]:
    """The export without what has stood in `other` meanwhile: its reversal, its totals, and the subjects of fees."""
    with reading(giving.books.engine) as conn:
        lines = list(canonical(conn))
    accounts = ('["other', '["ours', '["stripe"', '["fee:', "sha256")
    return [line for line in lines if not line.startswith(accounts)]


def test_no_receipt_number_is_given_out_twice(restored: Giving, giving: Giving) -> None:
    """Those of the adopted gifts come after the gap; their donors had the numbers inside it."""
    adopt_all(restored)
    with reading(giving.books.engine) as conn:
        given = {row[0] for row in conn.execute(sa.text("SELECT number FROM receipt"))}
    with reading(restored.books.engine) as conn:
        new = sorted(row[0] for row in conn.execute(sa.text("SELECT number FROM receipt WHERE number > 1")))
    assert given == {1, 2, 3, 4, 5}
    assert new == [6, 7, 8, 9]


def test_the_next_instalment_of_an_adopted_recurring_gift_is_its_own(restored: Giving) -> None:
    """By its webhook, as if nothing had happened."""
    adopt_all(restored)
    restored.twin.advance(timedelta(days=31))
    restored.account.deliver()
    restored.account.settle()
    assert (faults(restored), restored.books.clearing()) == ([], 0)
    with reading(restored.books.engine) as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM gift WHERE recurring_id IS NOT NULL")) == 3


def test_a_backup_from_before_the_first_gift_finds_every_gift(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, tmp_path: Path
) -> None:
    """Nobody had given: what Stripe knows since the backup is asked for all the same."""
    file = tmp_path / "farthing.backup"
    take_backup(place, file, giving.twin.now(), None)
    giving.give("Ann", 25)
    giving.account.deliver()
    giving.twin.advance(timedelta(days=1))
    giving.account.settle()
    restore(giving, elsewhere, file)
    engine = open_database(elsewhere.address, durable=False)
    after = giving.with_books(books_of(engine))
    after.account.lose_deliveries()
    assert after.account.reconciliation.reconcile().errors == {}
    adopt_all(after)
    assert after.account.reconciliation.reconcile().errors == {}

    assert (faults(after), after.books.clearing(), exported(after)) == ([], 0, exported(giving))
    engine.dispose()


def test_what_was_refunded_meanwhile_is_given_back_by_its_campaign(restored: Giving) -> None:
    """A refund at Stripe before the gift is adopted comes off the campaign once it is."""
    charge = next(row for row in restored.account.lists.charges().rows if row["amount"] == 3000)
    restored.give("Dora", 100, campaign="buses")
    restored.twin.advance(timedelta(days=2))  # Stripe has paid out what was there
    restored.account.ask("POST", "/v1/refunds", charge=charge["id"], amount=1000)
    restored.twin.advance(timedelta(days=8))
    restored.account.deliver()
    restored.account.settle()
    adopt_all(restored)
    restored.account.settle()
    assert (faults(restored), restored.books.clearing()) == ([], 0)
    assert restored.books.raised(1) == 2500 + 2000 + 2 * 800


def test_what_a_treasurer_leaves_stays_other_money(restored: Giving) -> None:
    """And is not listed again."""
    with writing(restored.books.engine) as conn:
        for lost in lost_gifts(conn, 50):
            if lost.kind is LostKind.RECURRING:
                leave_lost(conn, lost.id, restored.twin.now())
    assert restored.account.reconciliation.reconcile().errors == {}
    with reading(restored.books.engine) as conn:
        assert [lost.kind for lost in lost_gifts(conn, 50)] == [LostKind.ONCE, LostKind.ONCE]


def test_a_gift_that_was_made_by_hand_since_is_still_one_gift(restored: Giving) -> None:
    """Adopted twice, by two treasurers at once, it is one."""
    adopt_all(restored)
    adopt_all(restored)
    work(restored)
    with reading(restored.books.engine) as conn:
        [ben] = conn.execute(sa.text("SELECT id FROM gift WHERE amount_minor = 3000")).all()
        gift = gift_of(conn, ben[0])
        assert gift is not None
        assert receipt_of_gift(conn, gift.id) is not None
    assert faults(restored) == []
