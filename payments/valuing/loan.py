"""A loan: money that will be paid back, and so no gift. Values only."""

from dataclasses import dataclass
from datetime import date, datetime

from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Loan:
    """Somebody lent money to the organisation on a day, on these terms.

    The rules on political donations count loans beside gifts, as regulated transactions. The ledger has no entry of
    one: it is not income.
    """

    id: str
    donor_id: str
    amount: Money
    lent_on: date
    terms: str

    def __post_init__(self) -> None:
        if self.amount.minor <= 0 or not self.terms:
            raise ValueError("a loan has an amount above zero and terms")


@dataclass(frozen=True, slots=True)
class KeptLoan:
    """A loan as it is kept, with its lender's name; `taken_back_at` when it was entered by mistake, and why."""

    loan: Loan
    lender: str
    entered_at: datetime
    taken_back_at: datetime | None
    why: str
