"""Disputes in another currency than the balance's, in random histories: read and decided, in any order. No database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.accounts import Account
from ledger.money import Money, currency
from payments.books.decide.notice import Notice
from payments.reading.balance_lines import read_line
from payments.reading.disputes import dispute_changed
from payments.reading.happenings import CheckoutReported, Happening
from tests.payments.books.memory import MemoryBooks
from tests.payments.books.story import Story
from tests.payments.messages import CREATED, charge
from tests.payments.stripe_objects import dispute, line

NOW = datetime.fromtimestamp(CREATED, UTC)
RATES = {"usd": 0.7563, "chf": 0.9366, "jpy": 0.4961, "sek": 0.0801, "idr": 0.004712}
SEEDS, AT_ONCE = 300, 50


@dataclass
class _Dispute:
    """A gift of a whole amount that was disputed; `raised` is what is left of it, in its smallest units."""

    seed: int
    chance: random.Random
    code: str
    minor: int
    raised: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)

    def rate(self) -> float:
        """That of another day."""
        return round(RATES[self.code] * self.chance.uniform(0.95, 1.05), 6)

    def moved(self, minor: int) -> None:
        """The dispute moved so much of the gift."""
        rate = self.rate()
        self._list(round(minor * rate), rate)
        self.raised += minor

    def corrected(self) -> None:
        """Up to three hundredths more or less than before, which has a rate or none, and is no part of the gift."""
        pence = round(self.minor * RATES[self.code] * self.chance.uniform(-0.03, 0.03))
        if pence:
            self._list(pence, self.chance.choice((None, self.rate())))

    def _list(self, pence: int, rate: float | None) -> None:
        category = "dispute" if pence < 0 else "dispute_reversal"
        self.moves.append(line(pence, category, id=f"txn_{self.seed}x{len(self.moves)}", exchange_rate=rate))

    def notices(self, gift: str) -> list[Notice]:
        """What events and lists report: each event with the lines that there were, and each line with its source."""
        whole = charge(amount=self.minor, currency=self.code, gift=gift)
        disputed = dispute(amount=self.minor, currency=self.code)
        rate = self.rate()
        paid = line(round(self.minor * rate), "charge", id="txn_paid", exchange_rate=rate, source=whole)
        rows = [paid, *({**move, "source": disputed | {"charge": whole}} for move in self.moves)]
        happenings: list[Happening] = [CheckoutReported(f"cs_{self.seed}x1", gift, "pi_1", None)]
        happenings += [happening for row in rows for happening in read_line(row)]
        for number in range(len(self.moves)):
            happenings += dispute_changed({}, disputed | {"balance_transactions": self.moves[: number + 1]})
        return [Notice(happening, "evt_1") for happening in happenings]


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_what_a_dispute_leaves_is_raised_and_nothing_else_is_in_fx(first: int) -> None:
    """Lost, won or won in part, corrected any number of times: raised is what is left, and fx holds as much of it."""
    wrong = [f"seed {seed}: {fault}" for seed in range(first, first + AT_ONCE) for fault in _faults(seed)]
    assert not wrong, "\n" + "\n".join(wrong)


def _faults(seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    history = _history(seed, chance)
    story = Story(seed, chance)
    gift = story.pledge(Money(history.minor, currency(history.code)), ((1, 2), (2, 1)))
    notices = history.notices(gift.id)
    exports = set()
    for _ in range(3):
        books = MemoryBooks(story.gifts, (), {gift.id: f"cs_{seed}x1"})
        _tell(books, notices, chance)
        raised = -sum(minor for (account, _, _), minor in books.balances().items() if account in _RAISED)
        fx = books.balances().get((Account.FX, history.code.upper(), 0), 0)
        open_subjects = {subject for subject, minor in books.by_subject(Account.CLEARING).items() if minor}
        exports.add(books.canonical())
        if (raised, fx, open_subjects) != (history.raised, history.raised, set()):
            yield f"{history} ends with {raised} raised, {fx} in fx, {open_subjects} in clearing"
    if len(exports) > 1:
        yield "the order of the lines changes the entries"


_RAISED = (Account.GIFTS, Account.REFUNDS, Account.DISPUTE_LOSSES)


def _history(seed: int, chance: random.Random) -> _Dispute:
    """Withdrawn; perhaps corrected, won, won in part, or disputed again; perhaps corrected once more.

    Parts are round sums of more than 50p: by rate and pence alone, nobody can tell SEK 21.50 from SEK 21.60, nor a
    part of pennies from a correction.
    """
    code = chance.choice(list(RATES))
    of_100 = chance.randint(1, 90) * 100 * {"jpy": 100, "idr": 200, "sek": 10}.get(code, 1)
    history = _Dispute(seed, chance, code, of_100 * 4, of_100 * 4)
    history.moved(-history.minor)
    for _ in range(chance.randint(0, 2)):
        history.corrected()
    for verdict in chance.choice(((), ("won",), ("half",), ("quarter",), ("won", "again"), ("won", "again", "half"))):
        part = {"won": 1, "half": 2, "quarter": 4, "again": -1}[verdict]
        history.moved(history.minor // part)
    if chance.random() < 0.3:
        history.corrected()
    return history


def _tell(books: MemoryBooks, notices: list[Notice], chance: random.Random) -> None:
    """In any order, some twice, in batches of any size."""
    order = chance.sample(notices, len(notices)) + chance.sample(notices, len(notices) // 2)
    while order:
        size = chance.randint(1, len(order))
        books.apply(order[:size], NOW)
        order = order[size:]
