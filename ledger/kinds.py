"""Every kind of entry, once: its name, its accounts, the figure that it moves, and its words for people.

The name of a kind stands in the `kind` column and at the head of the entry's key. An entry whose accounts are
not those of its kind cannot be made (`ledger.entry`). Nothing else in the product writes the name of a kind.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.accounts import FIGURE_ACCOUNTS, Account, Figure


class EntryKind(StrEnum):
    """What an entry books. `EntryKind.GIFT.key("ch_1", 0)` is the key `gift:ch_1:0`."""

    GIFT = "gift"
    PAYMENT_FAILED = "payment_failed"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    SETTLE = "settle"
    FEE = "fee"
    FEE_SHARED = "fee_shared"
    STRIPE_FEE = "stripe_fee"
    PAYOUT = "payout"
    PAYOUT_FAILED = "payout_failed"
    PAID = "paid"
    UNPAID = "unpaid"
    OTHER = "other"
    OURS = "ours"
    NOT_OURS = "not_ours"
    TOP_UP = "top_up"
    ADJUSTMENT = "adjustment"
    SUSPENSE = "suspense"
    OPENING = "opening"
    OFFLINE = "offline"
    DEPOSIT = "deposit"
    MOVE = "move"
    REPAID = "repaid"

    def key(self, *parts: object) -> str:
        """The key of an entry of this kind: the kind's name, then what the fact is known by."""
        return ":".join((self.value, *map(str, parts)))

    @property
    def rules(self) -> "EntryRules":
        """What all entries of this kind have in common."""
        return ENTRY_KINDS[self]


@dataclass(frozen=True, slots=True)
class EntryRules:
    """What all entries of one kind have in common.

    `debit` and `credit` are the accounts of a positive amount: `debit` rises with it. `also` names further pairs
    that the kind may book: the dispute fee, the two sides of an exchange, a parent's share of a gift. `turns`: a
    negative amount swaps debit and credit. `of_line`: the key names the balance transaction.

    `noun` names the entry in a list. `words` is the sentence for a positive amount, `turned_words` the one for a
    negative amount where it differs; `{of}` stands for the campaign's title. `dispute_words` are both for the fee of a
    dispute.
    """

    debit: Account
    credit: Account
    noun: str
    words: str
    turned_words: str = ""
    turns: bool = False
    of_line: bool = False
    also: tuple[tuple[Account, Account], ...] = ()
    dispute_words: tuple[str, str] | None = None

    @property
    def pairs(self) -> tuple[tuple[Account, Account], ...]:
        """Debit and credit of every entry of this kind, for a positive amount."""
        return ((self.debit, self.credit), *self.also)

    @property
    def figure(self) -> Figure | None:
        """The figure of the desk that a positive amount moves; None for money that only changes its place."""
        sides = {self.debit, self.credit}
        return next((figure for figure, accounts in FIGURE_ACCOUNTS.items() if sides & set(accounts)), None)

    @property
    def sign(self) -> int:
        """How a positive amount moves the figure: 1 up, -1 down, 0 for a kind that moves none."""
        return 0 if self.figure is None else 1 if self.credit in self.figure.accounts else -1

    def effect(self, debit: Account, credit: Account) -> int:
        """How an entry with these accounts moves the figure: 1, -1 or 0."""
        return -self.sign if self.is_turned(debit, credit) else self.sign

    def is_turned(self, debit: Account, credit: Account) -> bool:
        """Whether an entry with these accounts books a negative amount."""
        return (credit, debit) in self.pairs

    def sentence(self, debit: Account, credit: Account) -> str:
        """The words for an entry with these accounts."""
        is_turned = self.is_turned(debit, credit)
        if self.dispute_words and Account.DISPUTE_FEES in (debit, credit):
            return self.dispute_words[is_turned]
        return self.turned_words if self.turned_words and is_turned else self.words


ENTRY_KINDS: dict[EntryKind, EntryRules] = {
    EntryKind.GIFT: EntryRules(
        Account.CLEARING, Account.GIFTS, "gift", "Counted for {of}", also=((Account.CLEARING, Account.SHARES),)
    ),
    EntryKind.PAYMENT_FAILED: EntryRules(
        Account.REFUNDS, Account.CLEARING, "payment failed", "Failed after all: taken off {of}"
    ),
    EntryKind.REFUND: EntryRules(Account.REFUNDS, Account.CLEARING, "refund", "Refund agreed: taken off {of}"),
    EntryKind.REFUND_FAILED: EntryRules(
        Account.CLEARING, Account.REFUNDS, "refund failed", "Refund failed: counted for {of} again"
    ),
    EntryKind.REPAID: EntryRules(Account.REFUNDS, Account.BANK, "paid back", "Paid back by us: taken off {of}"),
    EntryKind.DISPUTE: EntryRules(
        Account.DISPUTE_LOSSES, Account.CLEARING, "dispute",
        "Disputed: taken off {of}", "Given back by the bank: counted for {of} again", turns=True,
    ),
    EntryKind.SETTLE: EntryRules(
        Account.STRIPE, Account.CLEARING, "settle",
        "Seen in Stripe's balance", "Left Stripe's balance", turns=True, of_line=True,
        also=((Account.FX, Account.CLEARING), (Account.STRIPE, Account.FX)),
    ),
    EntryKind.FEE: EntryRules(
        Account.FEES, Account.STRIPE, "fee", "Stripe's fee", "Stripe gave a fee back", turns=True, of_line=True,
        also=((Account.DISPUTE_FEES, Account.STRIPE),),
        dispute_words=("Stripe's fee for a dispute", "Stripe gave a dispute's fee back"),
    ),
    EntryKind.FEE_SHARED: EntryRules(
        Account.STRIPE, Account.FEES, "fee shared", "Stripe's fee, now booked by campaign",
        turns=True, of_line=True, also=((Account.STRIPE, Account.DISPUTE_FEES),),
    ),
    EntryKind.STRIPE_FEE: EntryRules(
        Account.FEES, Account.STRIPE, "stripe fee", "Stripe's own fee", turns=True, of_line=True
    ),
    EntryKind.PAYOUT: EntryRules(
        Account.IN_TRANSIT, Account.STRIPE, "payout",
        "Sent to the bank", "Asked back from the bank", turns=True, of_line=True,
    ),
    EntryKind.PAYOUT_FAILED: EntryRules(
        Account.STRIPE, Account.IN_TRANSIT, "payout failed",
        "Came back from the bank to Stripe", "Settled with the bank", turns=True, of_line=True,
    ),
    EntryKind.PAID: EntryRules(
        Account.BANK, Account.IN_TRANSIT, "paid", "Arrived at the bank", "Taken from the bank", turns=True
    ),
    EntryKind.UNPAID: EntryRules(
        Account.IN_TRANSIT, Account.BANK, "unpaid", "Gone from the bank again", "Back at the bank", turns=True
    ),
    EntryKind.OTHER: EntryRules(
        Account.STRIPE, Account.OTHER, "other",
        "Seen in Stripe's balance, not ours", "Left Stripe's balance, not ours", turns=True, of_line=True,
    ),
    EntryKind.OURS: EntryRules(
        Account.OTHER, Account.STRIPE, "ours", "Known to be ours after all", turns=True, of_line=True
    ),
    EntryKind.NOT_OURS: EntryRules(
        Account.CLEARING, Account.STRIPE, "not ours", "Known to be not ours after all", turns=True, of_line=True,
        also=((Account.CLEARING, Account.FX), (Account.FX, Account.STRIPE)),
    ),
    EntryKind.TOP_UP: EntryRules(
        Account.STRIPE, Account.BANK, "top up",
        "Paid in from the bank", "Paid back to the bank", turns=True, of_line=True,
    ),
    EntryKind.ADJUSTMENT: EntryRules(
        Account.STRIPE, Account.ADJUSTMENTS, "adjustment",
        "Stripe released money", "Stripe holds money back", turns=True, of_line=True,
    ),
    EntryKind.SUSPENSE: EntryRules(
        Account.STRIPE, Account.SUSPENSE, "suspense", "Of a kind that nobody knows", turns=True, of_line=True
    ),
    EntryKind.OPENING: EntryRules(
        Account.STRIPE, Account.OPENING, "opening", "In Stripe's balance before our books", turns=True
    ),
    EntryKind.OFFLINE: EntryRules(
        Account.CASH, Account.GIFTS, "offline gift", "Counted for {of}", "Taken back: taken off {of}",
        also=((Account.BANK, Account.GIFTS), (Account.CASH, Account.SHARES), (Account.BANK, Account.SHARES)),
    ),
    EntryKind.MOVE: EntryRules(
        Account.MOVED, Account.GIFTS, "moved", "Moved to {of}", "Moved away from {of}", turns=True,
        also=(
            (Account.MOVED, Account.SHARES), (Account.REFUNDS, Account.MOVED), (Account.DISPUTE_LOSSES, Account.MOVED),
            (Account.FEES, Account.MOVED), (Account.DISPUTE_FEES, Account.MOVED),
        ),
    ),
    EntryKind.DEPOSIT: EntryRules(Account.BANK, Account.CASH, "deposit", "Cash taken to the bank"),
}  # fmt: skip

# Debit and credit of every entry that may be made; those of a reversal are swapped.
_TURNED = {kind: [(credit, debit) for debit, credit in rules.pairs] for kind, rules in ENTRY_KINDS.items()}
ALLOWED = {
    kind: frozenset((*rules.pairs, *(_TURNED[kind] if rules.turns else ()))) for kind, rules in ENTRY_KINDS.items()
}
ALLOWED_REVERSALS = {kind: frozenset((*rules.pairs, *_TURNED[kind])) for kind, rules in ENTRY_KINDS.items()}
