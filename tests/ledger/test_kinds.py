"""The table of kinds is whole and agrees with itself."""

from itertools import combinations

import pytest

from ledger.accounts import Account, Figure
from ledger.entry import ImpossibleEntry
from ledger.kinds import ENTRY_KINDS, EntryKind
from tests.ledger.samples import entry


def test_every_kind_has_its_rules() -> None:
    """A kind without rules could not be booked."""
    assert set(ENTRY_KINDS) == set(EntryKind)
    assert all(kind.rules is rules for kind, rules in ENTRY_KINDS.items())


@pytest.mark.parametrize("kind", EntryKind)
def test_a_kind_books_its_own_accounts_and_no_others(kind: EntryKind) -> None:
    """Of all pairs of accounts; a reversal may have them the other way round, whatever the kind."""
    booked = set(ENTRY_KINDS[kind].pairs)
    turned = {(credit, debit) for debit, credit in booked}

    assert _possible(kind) == (booked | turned if ENTRY_KINDS[kind].turns else booked)
    assert _possible(kind, reverses="some:entry") == booked | turned


def test_a_key_names_the_kind_and_the_fact() -> None:
    """As it stands in every database already."""
    assert EntryKind.GIFT.key("ch_1", 0) == "gift:ch_1:0"
    assert EntryKind.PAYMENT_FAILED.key("ch_1", 1) == "payment_failed:ch_1:1"
    assert EntryKind.SETTLE.key("txn_1", "from") == "settle:txn_1:from"


@pytest.mark.parametrize(
    ("figure", "sign", "kinds"),
    [
        (Figure.GIVEN, 1, {EntryKind.GIFT, EntryKind.OFFLINE, EntryKind.MOVE}),
        (Figure.GIVEN_BACK, -1, {EntryKind.PAYMENT_FAILED, EntryKind.REFUND, EntryKind.DISPUTE, EntryKind.REPAID}),
        (Figure.GIVEN_BACK, 1, {EntryKind.REFUND_FAILED}),
        (Figure.FEES, -1, {EntryKind.FEE, EntryKind.STRIPE_FEE}),
        (Figure.FEES, 1, {EntryKind.FEE_SHARED}),
    ],
)
def test_each_figure_is_moved_by_its_kinds(figure: Figure, sign: int, kinds: set[EntryKind]) -> None:
    """Up by gifts, down by what was given back and by fees."""
    moving = {kind for kind in EntryKind if (kind.rules.figure, kind.rules.sign) == (figure, sign)}

    assert moving == kinds


def test_money_that_only_changes_its_place_moves_no_figure() -> None:
    """Settled, paid out, banked."""
    still = {kind for kind in EntryKind if kind.rules.figure is None}

    assert {EntryKind.SETTLE, EntryKind.PAYOUT, EntryKind.PAID, EntryKind.DEPOSIT} <= still
    assert all(kind.rules.sign == 0 for kind in still)


def test_a_negative_amount_has_its_own_words_and_its_own_effect() -> None:
    """A dispute that is won brings back what it took."""
    lost, won = (Account.DISPUTE_LOSSES, Account.CLEARING), (Account.CLEARING, Account.DISPUTE_LOSSES)
    rules = EntryKind.DISPUTE.rules

    assert (rules.sentence(*lost), rules.effect(*lost)) == ("Disputed: taken off {of}", -1)
    assert (rules.sentence(*won), rules.effect(*won)) == ("Given back by the bank: counted for {of} again", 1)


def test_words_are_not_shared_by_kinds_that_differ() -> None:
    """A reader of a trace tells them apart; a gift in cash reads as a gift."""
    same = {frozenset(pair) for pair in combinations(EntryKind, 2) if pair[0].rules.words == pair[1].rules.words}

    assert same == {frozenset({EntryKind.GIFT, EntryKind.OFFLINE})}


def _possible(kind: EntryKind, reverses: str | None = None) -> set[tuple[Account, Account]]:
    possible = set()
    for debit in Account:
        for credit in Account:
            try:
                entry(kind.key("any"), kind=kind, debit=debit, credit=credit, reverses=reverses)
            except ImpossibleEntry:
                continue
            possible.add((debit, credit))
    return possible
