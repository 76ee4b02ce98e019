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
    REFUNDS = "refunds"
    DISPUTE_LOSSES = "dispute_losses"
    DISPUTE_FEES = "dispute_fees"
    FEES = "fees"
    FX = "fx"
    OTHER = "other"
    SUSPENSE = "suspense"
    OPENING = "opening"
    ADJUSTMENTS = "adjustments"


KINDS: dict[Account, str] = {
    Account.CLEARING: "asset",
    Account.STRIPE: "asset",
    Account.IN_TRANSIT: "asset",
    Account.BANK: "asset",
    Account.CASH: "asset",
    Account.GIFTS: "income",
    Account.REFUNDS: "expense",
    Account.DISPUTE_LOSSES: "expense",
    Account.DISPUTE_FEES: "expense",
    Account.FEES: "expense",
    Account.FX: "equity",
    Account.OTHER: "equity",
    Account.SUSPENSE: "equity",
    Account.OPENING: "equity",
    Account.ADJUSTMENTS: "equity",
}

# What a campaign has raised: its gifts, less what was given back or taken back (DESIGN §3).
RAISED = (Account.GIFTS, Account.REFUNDS, Account.DISPUTE_LOSSES)
