"""The chart of accounts, one set per currency."""

from enum import StrEnum


class Account(StrEnum):
    """The accounts that an entry can move money between."""

    CLEARING = "clearing"
    STRIPE = "stripe"
    IN_TRANSIT = "in_transit"
    BANK = "bank"
    CASH = "cash"
    GIFTS = "gifts"
    SHARES = "shares"
    REFUNDS = "refunds"
    DISPUTE_LOSSES = "dispute_losses"
    DISPUTE_FEES = "dispute_fees"
    FEES = "fees"
    FX = "fx"
    OTHER = "other"
    SUSPENSE = "suspense"
    OPENING = "opening"
    ADJUSTMENTS = "adjustments"
    MOVED = "moved"


# What an accountant calls each account; the `kind` column of `account`.
ACCOUNT_TYPES: dict[Account, str] = {
    Account.CLEARING: "asset",
    Account.STRIPE: "asset",
    Account.IN_TRANSIT: "asset",
    Account.BANK: "asset",
    Account.CASH: "asset",
    Account.GIFTS: "income",
    Account.SHARES: "income",
    Account.REFUNDS: "expense",
    Account.DISPUTE_LOSSES: "expense",
    Account.DISPUTE_FEES: "expense",
    Account.FEES: "expense",
    Account.FX: "equity",
    Account.OTHER: "equity",
    Account.SUSPENSE: "equity",
    Account.OPENING: "equity",
    Account.ADJUSTMENTS: "equity",
    Account.MOVED: "equity",
}

# The accounts that hold money; every other account says where it came from, or what became of it.
HOLDING = (Account.CLEARING, Account.STRIPE, Account.IN_TRANSIT, Account.BANK, Account.CASH)

# A gift counts once, where it was given: a credit of `gifts` is one gift. A campaign's share of a gift to one of its
# groups is income as well, but no further gift: it is credited to `shares`.
INCOME = (Account.GIFTS, Account.SHARES)
# What a campaign has raised is the balance of these: gifts and shares, less refunds and dispute losses.
RAISED = (*INCOME, Account.REFUNDS, Account.DISPUTE_LOSSES)


# Accounts that every gift touches. The entries of the others are found by an index of their own (ledger/tables.py).
BUSY = (Account.CLEARING, Account.STRIPE, Account.GIFTS, Account.FEES)


class Figure(StrEnum):
    """What a column of the desk adds up: credits less debits, so what was given back and fees are negative."""

    GIVEN = "given"
    GIVEN_BACK = "given-back"
    RAISED = "raised"
    FEES = "fees"
    SHARES = "shares"

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts whose movements it adds up."""
        return FIGURE_ACCOUNTS[self]

    @property
    def heading(self) -> str:
        """Its name on the page."""
        return "Shares of gifts to groups" if self is Figure.SHARES else self.value.replace("-", " ").capitalize()


FIGURE_ACCOUNTS = {
    Figure.GIVEN: INCOME,
    Figure.GIVEN_BACK: (Account.REFUNDS, Account.DISPUTE_LOSSES),
    Figure.RAISED: RAISED,
    Figure.FEES: (Account.FEES, Account.DISPUTE_FEES),
    Figure.SHARES: (Account.SHARES,),  # the part of what was given that came by groups
}
