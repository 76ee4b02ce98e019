"""Stripe is away, slow, or limits our rate: tried again with back-off, nothing doubled, and noted since when."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from database.transactions import reading, writing
from outbox.tables import job
from outbox.worker import Worker
from payments.books.jobs import SETTLE
from payments.reading.happenings import StatusObject
from payments.settlement.jobs import RECONCILE, reconcile_hourly, stripe_jobs
from payments.settlement.reconcile import Reconciliation
from payments.settlement.store import Checkpoint, save_checkpoint
from payments.settlement.stripe_contact import recording_contact
from payments.settlement.tables import contact
from payments.stripe.gateway import StripeAway, StripeRefused
from payments.stripe.lists import ListPage, StripeLists
from tests.payments.settlement.account import DAY, HOUR, Account
from tests.sandbox.loopback import KEY


def worker(account: Account) -> Worker:
    """What the worker would do, by the twin's clock."""
    fetchers = account.statuses.fetchers | {StatusObject.SUBSCRIPTION: lambda _identity: None}
    handlers = stripe_jobs(account.books.engine, account.reconciliation, fetchers, account.twin.now)
    nothing = {"receipts.print": lambda _payload: None}
    chores = [reconcile_hourly(account.books.engine, account.twin.now)]
    return Worker(account.books.engine, handlers | nothing, account.twin.now, chores)


@pytest.mark.parametrize("misfortune", ["api_429", "api_500", "api_reset"])
def test_since_when_stripe_is_away_is_known(account: Account, misfortune: str) -> None:
    """From the first try that failed to the first that did not."""
    account.give()
    account.wait()
    account.do("chaos", **{misfortune: "1.0"})
    began = account.twin.now()
    for _ in range(2):
        with pytest.raises(StripeAway):
            account.reconciliation.settle()
        account.wait(60)
    status = account.row(contact)
    assert (status.failing_since, status.answered_at) == (began, None)
    assert status.error.startswith("StripeBusy" if misfortune == "api_429" else "StripeAway")

    account.do("chaos", mood="calm")
    account.settle()
    status = account.row(contact)
    assert (status.failing_since, status.answered_at, status.error) == (None, account.twin.now(), None)


def test_a_wrong_key_is_noted_as_well(account: Account) -> None:
    """Stripe refuses: the error says why."""
    account.give()
    lists = StripeLists("sk_test_sandbox_wrong", api_base=account.twin.world.settings.public_url)
    reconciliation = Reconciliation(account.books.engine, account.books.bookkeeper, lists, account.twin.now)
    with pytest.raises(StripeRefused):
        reconciliation.settle()

    assert "AuthenticationError" in account.row(contact).error
    assert KEY not in account.row(contact).error


def test_nobody_answers_at_all(account: Account) -> None:
    """A closed port."""
    account.give()
    lists = StripeLists(KEY, api_base="http://127.0.0.1:9")
    with pytest.raises(StripeAway):
        Reconciliation(account.books.engine, account.books.bookkeeper, lists, account.twin.now).settle()

    assert account.row(contact).failing_since == account.twin.now()


@pytest.mark.parametrize("run", ["settle", "reconcile"])
def test_nobody_answers_before_the_first_gift(account: Account, run: str) -> None:
    """There is nothing to read yet; that Stripe answers is asked all the same, and not taken for granted."""
    lists = StripeLists(KEY, api_base="http://127.0.0.1:9")
    with pytest.raises(StripeAway):
        getattr(Reconciliation(account.books.engine, account.books.bookkeeper, lists, account.twin.now), run)()

    assert account.row(contact).failing_since == account.twin.now()
    getattr(account.reconciliation, run)()
    assert (account.row(contact).failing_since, account.row(contact).answered_at) == (None, account.twin.now())


def test_what_asks_nothing_notes_no_answer(account: Account) -> None:
    """A job that finds nothing to do says nothing about Stripe."""
    with recording_contact(account.books.engine, account.twin.now):
        pass

    with reading(account.books.engine) as conn:
        assert conn.execute(sa.select(contact.c.answered_at)).scalar_one_or_none() is None


def test_jobs_try_again_until_stripe_has_answered(account: Account) -> None:
    """Half of all calls are refused for being too many; the outbox waits longer and longer; nothing is doubled."""
    for minor in (2500, 3000, 4000):
        account.give(minor)
    account.give(5000, card="4000000000000259")
    account.wait(2 * HOUR)
    account.lose_deliveries()
    account.do("chaos", api_429="0.4")
    working, tries = worker(account), 0
    working.do_chores()
    while waiting(account) and tries < 200:
        working.run_due()
        account.wait(30)
        tries += 1

    assert tries > 1
    account.do("chaos", mood="calm")
    account.require_agreement()
    assert account.uncleared() == {}
    assert account.reconciliation.reconcile().entries == {}


def waiting(account: Account) -> int:
    """How many jobs wait."""
    return account.books.count(job)


def test_lists_are_read_at_the_start_and_every_hour(account: Account) -> None:
    """As one job, which is queued once even if it still waits an hour later."""
    account.give()
    account.wait()
    account.lose_deliveries()
    working = worker(account)
    for _ in range(3):
        working.do_chores()
    assert account.row(job).kind == RECONCILE
    working.run_due()
    assert waiting(account) == 0
    account.require_agreement()

    account.give(4000)
    account.wait(2)
    account.lose_deliveries()
    working.do_chores()
    assert waiting(account) == 0
    account.wait(timedelta(hours=1).total_seconds())
    working.do_chores()
    working.run_due()
    account.require_agreement()


def test_a_message_that_money_moved_has_the_balance_read(account: Account) -> None:
    """One job, whatever the number of messages."""
    for _ in range(3):
        account.give()
    account.wait(DAY)
    account.deliver()
    assert account.row(sa.select(job).where(job.c.kind == SETTLE))
    worker(account).run_due()

    account.require_agreement()
    assert waiting(account) == 0


def test_a_long_run_lets_other_jobs_have_their_turn(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is interrupted between two pages and resumed after them, until everything is read."""
    for _ in range(6):
        account.give()
    account.wait()
    account.lose_deliveries()
    ask = account.lists.balance_transactions

    def slowly(**params: Any) -> ListPage:
        account.twin.world.clock.advance_to(account.twin.world.clock.unfrozen_now() + 15)
        return ask(**{**params, "limit": 1})

    monkeypatch.setattr(account.lists, "balance_transactions", slowly)
    working, turns = worker(account), 0
    working.do_chores()
    while waiting(account) and turns < 50:
        assert working.run_next()
        turns += 1

    assert 3 <= turns < 20
    account.require_agreement()
    assert account.uncleared() == {}


def test_several_workers_that_start_together_reconcile_once(account: Account) -> None:
    """Each has the chore; the others find it queued, running or just done. An hour later it is due again, once."""
    account.give()
    account.wait(60)
    workers = [worker(account) for _ in range(3)]
    runs = []
    for each in workers:
        each.do_chores()
        runs.append(reconciles_queued(account))
        each.run_due()
    assert runs == [1, 0, 0]

    account.wait(HOUR)
    for each in workers:
        each.do_chores()
    assert reconciles_queued(account) == 1


def test_a_reconcile_by_a_clock_that_was_ahead_keeps_nobody_from_the_next(account: Account) -> None:
    """The lists were read "in five years"; that is not lately."""
    account.give()
    account.wait(60)
    with writing(account.books.engine) as conn:
        future = account.twin.now() + timedelta(days=1800)
        save_checkpoint(conn, future, Checkpoint("events", reached=account.twin.now()))
    worker(account).do_chores()
    assert reconciles_queued(account) == 1


def reconciles_queued(account: Account) -> int:
    """How many reconciles wait or run."""
    with reading(account.books.engine) as conn:
        return len(list(conn.execute(sa.select(job.c.key).where(job.c.kind == RECONCILE))))
