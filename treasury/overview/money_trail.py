"""From gifts to the bank: gross, less what went back and fees, plus and less everything else, is what is held. Pure."""

from dataclasses import dataclass
from urllib.parse import urlencode

from ledger.accounts import Account, Figure
from ledger.money import Currency, Money
from ledger.views import MoneyPath
from treasury.books.account_words import PLAIN_WORDS

_FIGURES = {Figure.GIVEN: "Given", Figure.GIVEN_BACK: "Given back", Figure.FEES: "Fees of Stripe and of disputes"}


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An amount, what it is in plain words, and the list that adds up to it."""

    words: str
    amount: Money
    address: str


@dataclass(frozen=True, slots=True)
class MoneyTrail:
    """The money of one currency. `came` adds up to `total`, and so does `held`."""

    currency: Currency
    came: tuple[TrailRow, ...]
    held: tuple[TrailRow, ...]

    @property
    def total(self) -> Money:
        """What is held, wherever it is."""
        return sum((row.amount for row in self.held), start=Money(0, self.currency))


def money_trail(path: MoneyPath) -> MoneyTrail:
    """The accounts of one currency in the order in which money passes them; what took money away is negative."""
    code = path.currency.code
    came = [
        TrailRow(words, -path.figures[figure], _entries(figure=figure.value, currency=code))
        for figure, words in _FIGURES.items()
        if figure in path.figures
    ]
    came += [_of_account(account, -amount) for account, amount in path.others.items()]
    return MoneyTrail(path.currency, tuple(came), tuple(_of_account(*held) for held in path.held.items()))


def _of_account(account: Account, amount: Money) -> TrailRow:
    return TrailRow(PLAIN_WORDS[account], amount, _entries(account=account.value, currency=amount.currency.code))


def _entries(**choice: str) -> str:
    return f"/desk/entries?{urlencode(choice)}"
