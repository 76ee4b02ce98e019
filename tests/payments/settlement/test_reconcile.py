"""Lost webhooks heal: whatever was not heard is read from the lists, and a second run posts nothing."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from database.transactions import booking, reading
from payments.gifts.gift import GiftState
from payments.settlement import list_sources, store
from payments.settlement.list_reader import ListReader
from payments.settlement.list_sources import LISTED_EVENTS
from payments.settlement.tables import walk
from payments.stripe.gateway import StripeAway, StripeRefused
from payments.stripe.lists import ListPage, Row, StripeLists
from receipts.tables import receipt
from tests.payments.settlement.account import CARD, DAY, HOUR, Account


def a_busy_fortnight(account: Account) -> None:
    """Gifts, a renewal to be, a refund, one that fails, a dispute, a payout that arrives, and somebody else's."""
    for minor in (2500, 4000, 700):
        account.give(minor)
    account.give(3000, "usd")
    account.give(2000, card="00012345")
    account.give_monthly()
    account.pay(1500)
    part, failing = account.give(6000), account.give(8000, card="4000000000005126")
    account.give(5000, card="4000000000000259")
    account.wait(2 * HOUR)
    account.ask("POST", "/v1/refunds", charge=part["id"], amount=1234)
    account.ask("POST", "/v1/refunds", charge=failing["id"])
    account.wait(12 * DAY)


def healed(account: Account) -> None:
    """Nothing waits, nothing is missing, and what is kept is true."""
    account.agree()
    assert account.uncleared() == {}
    assert account.balances("in_transit") == {}
    assert account.settling.reconcile().entries == {}


def test_a_charge_whose_line_is_late_comes_by_its_event(account: Account) -> None:
    """Stripe may take an hour for the line; until then nobody else tells of it."""
    for _ in range(2):
        account.settling.reconcile()
        account.give()
        account.wait(HOUR)
        account.lose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account.lists, "balance_transactions", lambda **_: ListPage([], has_more=False))
        assert account.settling.reconcile().received == 1

    account.settling.reconcile()
    healed(account)


def test_a_debit_whose_line_came_without_its_success_is_looked_for_below_the_mark(account: Account) -> None:
    """When it succeeded its event alone says, and that list was walked past it."""
    account.give(card="00012345")
    account.wait(10 * DAY)
    account.lose()
    account.settle()
    with booking(account.books.engine) as conn:
        store.save_checkpoint(conn, account.twin.now(), store.Checkpoint("charges", account.twin.now()))

    assert account.settling.reconcile().received == 1
    healed(account)


def test_a_debit_that_was_taken_back_is_looked_for_though_its_second_charge_is_known(account: Account) -> None:
    """As many charges as lines, for a while: the second has been told and its line is not there yet."""
    lost = account.give(card="66666662")
    account.wait(10 * DAY)
    account.lose()
    account.settle()
    with booking(account.books.engine) as conn:
        store.save_checkpoint(conn, account.twin.now(), store.Checkpoint("charges", account.twin.now()))
    account.do("collect-again", charge=lost["id"], card=CARD)
    account.hear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account.lists, "balance_transactions", lambda **_: ListPage([], has_more=False))
        found = account.settling.reconcile()

    assert (found.entries["gift"], found.entries["payment_failed"]) == (2, 2)
    account.wait(HOUR)
    account.settling.reconcile()
    healed(account)
    assert account.books.raised(1) + account.books.raised(2) == 2500


@pytest.mark.parametrize("card", ["00012345", "22222227", "66666662"])
def test_a_debit_that_was_told_is_not_looked_for_again(account: Account, card: str) -> None:
    """Confirmed, failed, or taken back after it was confirmed: else the charges of weeks would be read each hour."""
    began = account.twin.now()
    account.give(card=card)
    account.wait(20 * DAY)
    account.hear()
    account.settle()

    with reading(account.books.engine) as conn:
        assert store.first_line_without_charge(conn, began) is None


def test_every_webhook_was_lost(account: Account) -> None:
    """One run brings it all; what comes after all is no news."""
    a_busy_fortnight(account)
    late, account.satchel.letters = account.satchel.letters, []
    found = account.settling.reconcile()

    assert found.received == 9
    assert found.entries["gift"] == 18
    assert (found.settled.agrees, found.errors) == (True, {})
    assert account.books.count(receipt) == 9
    assert account.books.gift(1).state is GiftState.RECEIVED
    healed(account)
    before = account.keys()
    account.books.hear(*late, now=account.twin.now())
    assert account.keys() == before


def test_every_webhook_was_heard(account: Account) -> None:
    """There is nothing to recover but what the balance alone shows."""
    a_busy_fortnight(account)
    account.hear()
    found = account.settling.reconcile()

    assert found.received == 0
    assert set(found.entries) == {"settle", "fee", "payout", "paid", "other"}
    healed(account)


@pytest.mark.parametrize("kept", [0, 1])
def test_the_order_of_hearing_and_reading_does_not_matter(account: Account, kept: int) -> None:
    """Some heard before, some after, some never: the same books."""
    a_busy_fortnight(account)
    letters, account.satchel.letters = account.satchel.letters, []
    account.books.hear(*letters[kept::3], now=account.twin.now())
    account.settling.reconcile()
    account.books.hear(*letters[(kept + 1) % 3 :: 3], now=account.twin.now())

    healed(account)
    assert account.balances("gifts") == {"GBP": -(2500 + 4000 + 700 + 2000 + 1000 + 6000 + 8000 + 5000), "USD": -3000}


@pytest.mark.parametrize("cut", [StripeAway("silence"), KeyError("id")], ids=["silence", "nonsense"])
@pytest.mark.parametrize("cut_at", [1, 4])
def test_a_run_that_is_cut_off_goes_on_where_it_stood(
    account: Account, monkeypatch: pytest.MonkeyPatch, cut_at: int, cut: Exception
) -> None:
    """Pages of three; Stripe falls silent in the middle, or talks nonsense; the next run does not begin anew."""
    a_busy_fortnight(account)
    account.lose()
    small, asked = Few(account.lists, 3), 0

    def silent_after(**params: Any) -> ListPage:
        nonlocal asked
        asked += 1
        if asked > cut_at:
            raise cut
        return small.balance_transactions(**params)

    monkeypatch.setattr(account.lists, "balance_transactions", silent_after)
    with pytest.raises(type(cut)):
        account.settling.reconcile()
    monkeypatch.setattr(account.lists, "balance_transactions", small.balance_transactions)
    stood = account.row(sa.select(walk).where(walk.c.name == "balance"))
    assert stood.reached is None and stood.cursor is not None and stood.aim is not None  # noqa: PT018
    small.began.clear()
    account.settling.reconcile()

    assert small.began[0] == stood.cursor
    healed(account)


class Few:
    """The same lists, a few rows a page; remembers where each page began."""

    def __init__(self, lists: StripeLists, rows: int) -> None:
        self._ask, self._rows = lists.balance_transactions, rows
        self.began: list[str | None] = []

    def balance_transactions(self, **params: Any) -> ListPage:
        """A small page."""
        self.began.append(params.get("starting_after"))
        return self._ask(**{**params, "limit": self._rows})


def test_what_a_killed_process_had_not_committed_is_read_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark is kept with what was read: between the two nothing can come."""
    a_busy_fortnight(account)
    account.lose()
    apply, pages = ListReader._apply, 0

    def killed(self: ListReader, conn: Any, reads: Any) -> None:
        nonlocal pages
        apply(self, conn, reads)
        pages += 1
        if pages == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ListReader, "_apply", killed)
        with pytest.raises(KeyboardInterrupt):
            account.settling.reconcile()
    account.settling.reconcile()

    healed(account)


def test_what_only_a_forgotten_event_told_is_read_from_the_object(account: Account) -> None:
    """Nobody listened for 45 days: a debit that was confirmed, a refund that failed, payouts that arrived."""
    account.give(2000, card="00012345")
    failing = account.give(8000, card="4000000000005126")
    account.give(9000)
    account.wait(2 * HOUR)
    account.ask("POST", "/v1/refunds", charge=failing["id"])
    account.wait(45 * DAY)
    account.lose()
    found = account.settling.reconcile()

    assert found.received == 3
    assert account.balances("bank") == {"GBP": 2000 - 20 + 8000 - 140 + 9000 - 155}
    healed(account)


def test_a_delayed_payment_that_failed_long_ago_is_taken_back(account: Account) -> None:
    """Its success was heard; its failure was not."""
    account.give(2000, card="66666662")
    account.give(9000)
    account.wait(5 * DAY)
    account.hear()
    account.settle()
    account.wait(40 * DAY)
    account.lose()
    account.settling.reconcile()

    assert account.balances("refunds") == {"GBP": 2000}
    assert account.uncleared() == {}


def test_progress_is_told_list_by_list(account: Account) -> None:
    """How many rows, and which share of the time is walked: it ends at one."""
    a_busy_fortnight(account)
    told: list[tuple[str, int, float]] = []
    account.settling.reconcile(lambda *step: told.append(step))

    last = {name: (rows, share) for name, rows, share in told}
    assert set(last) == {"invoice_payments", "balance", "events", "charges"}
    assert all(rows > 0 and share == 1.0 for rows, share in last.values())
    assert all(0.0 <= share <= 1.0 for _, _, share in told)


def test_events_are_asked_for_by_as_many_names_as_stripe_takes() -> None:
    """Twenty."""
    assert len(LISTED_EVENTS) <= 20
    assert timedelta(days=30) == list_sources.EVENTS_KEPT


def test_a_run_that_failed_late_does_not_keep_the_next_from_walking(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe refuses the last question, for good: what was lost since is found all the same, each time."""

    def refuse() -> Row:
        raise StripeRefused("this key may not read the balance")

    monkeypatch.setattr(account.lists, "balance", refuse)
    for gifts in (1, 2, 3):
        account.give()
        account.wait(HOUR)
        account.lose()
        with pytest.raises(StripeRefused):
            account.settling.reconcile()
        assert account.balances("gifts") == {"GBP": -2500 * gifts}


def test_a_run_before_the_first_gift_is_noted(account: Account) -> None:
    """There was nothing to walk, and the doctor may know that it was seen to."""
    account.settling.reconcile()

    assert account.row(sa.select(walk).where(walk.c.name == "balance")).walked_at == account.twin.now()
