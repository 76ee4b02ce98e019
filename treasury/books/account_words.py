"""What the accounts are called at the desk: plain words first, the accountant's word beside them. Pure."""

from collections.abc import Mapping

from ledger.accounts import ACCOUNT_TYPES, Account

# An account's own page and export use the same words.
PLAIN_WORDS: Mapping[Account, str] = {
    Account.CLEARING: "Told by Stripe, not yet in its balance",
    Account.STRIPE: "Held by Stripe",
    Account.IN_TRANSIT: "On its way to the bank",
    Account.BANK: "Paid to the bank",
    Account.CASH: "In cash",
    Account.GIFTS: "Gifts",
    Account.SHARES: "Shares of gifts to groups",
    Account.REFUNDS: "Refunded to donors",
    Account.DISPUTE_LOSSES: "Taken back by donors' banks",
    Account.DISPUTE_FEES: "Fees for disputes",
    Account.FEES: "Stripe's fees",
    Account.FX: "Changed into another currency",
    Account.OTHER: "Stripe money that is no gift",
    Account.SUSPENSE: "Of a kind that nobody knows",
    Account.OPENING: "There before these books began",
    Account.ADJUSTMENTS: "Held back or released by Stripe",
    Account.MOVED: "Moved between campaigns",
}

ACCOUNTANTS_WORDS: Mapping[Account, str] = {
    Account.CLEARING: "clearing",
    Account.STRIPE: "payment processor",
    Account.IN_TRANSIT: "cash in transit",
    Account.BANK: "bank",
    Account.CASH: "cash",
    Account.GIFTS: "donations",
    Account.SHARES: "donations, parent's share",
    Account.REFUNDS: "refunds",
    Account.DISPUTE_LOSSES: "chargebacks",
    Account.DISPUTE_FEES: "chargeback fees",
    Account.FEES: "processing fees",
    Account.FX: "currency exchange",
    Account.OTHER: "other movements",
    Account.SUSPENSE: "suspense account",
    Account.OPENING: "opening balance",
    Account.ADJUSTMENTS: "reserves and adjustments",
    Account.MOVED: "transfers between funds",
}


def account_type(account: Account) -> str:
    """Asset, income, expense or equity."""
    return ACCOUNT_TYPES[account]
