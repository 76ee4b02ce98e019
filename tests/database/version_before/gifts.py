"""Gifts given once, and what became of them, as the version before kept it."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.database.version_before import people
from tests.database.version_before.books import HOUR, NOON, Amount, Books, Line

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SETTLED_UNTIL = NOON - 5 * HOUR
CAMPAIGNS = {"GBP": (1, 2, 3), "EUR": (4, 5), "JPY": (6, 7)}
NEVER_PAID = ("pending", "processing", "expired", "failed")
# What became of gifts given once; those of a plain "received" are most.
FATES = (
    *NEVER_PAID, "refunded", "refunded_in_part", "refund_failed", "dispute_lost", "dispute_won", "failed_later",
    "other_amount", "other_currency", "second_payment", "not_ours_at_first", "dead_letter", *["received"] * 25,
)  # fmt: skip


@dataclass(frozen=True)
class Gift:
    """What was asked for. `n` numbers the gift; `person` gave it."""

    n: int
    person: int
    spelling: int
    at: datetime
    amount: Amount
    weights: Sequence[int]
    recurring: int | None = None

    @property
    def id(self) -> str:
        """As it is kept."""
        return gift_id(self.n)

    @property
    def campaigns(self) -> Sequence[int]:
        """What the gift is for, in the order of its allocations."""
        return CAMPAIGNS[self.amount.currency][: len(self.weights)]

    @property
    def settles_later(self) -> bool:
        """Whether Stripe's balance does not show it yet."""
        return self.at > SETTLED_UNTIL


@dataclass(frozen=True)
class Movement:
    """Money of a gift that moved. `line` is its balance transaction, where that has a name of its own."""

    key: str
    subject: str
    amount: Amount
    at: datetime
    category: str = "payment"
    line: str = ""


def gift_id(n: int) -> str:
    """The id of the n-th gift."""
    return str(UUID(int=10**12 + n))


def shares(minor: int, weights: Sequence[int]) -> list[int]:
    """Split over the campaigns; what is left goes to the first."""
    parts = [minor * weight // sum(weights) for weight in weights]
    return [parts[0] + minor - sum(parts), *parts[1:]]


def give_once(books: Books, count: int, persons: int, draw: random.Random) -> None:
    """Gifts given once, of every fate; every person gives at least once."""
    givers = [n % persons for n in range(count)]
    draw.shuffle(givers)
    for n, person in enumerate(givers):
        # Not in the order of their ids; the latest have not settled yet.
        spread = START + (n * 3571 % count) * (680 * DAY / count)
        at = NOON - timedelta(minutes=n % 280 + 1) if n % 97 == 0 else spread + timedelta(microseconds=n)
        give(books, Gift(n, person, draw.randrange(people.SPELLINGS), at, *draw_amount(draw)), draw.choice(FATES))


def draw_amount(draw: random.Random) -> tuple[Amount, Sequence[int]]:
    """An amount, and how it is split over the campaigns of its currency."""
    currency = draw.choice(("GBP", "GBP", "EUR", "JPY"))
    most = len(CAMPAIGNS[currency])
    return Amount(500 + 25 * draw.randrange(200), currency), draw.choice(([1], [1], [3, 2], [5, 3, 2]))[:most]


def give(books: Books, gift: Gift, fate: str) -> None:
    """Keep a gift, and everything that became of it."""
    state = fate if fate in NEVER_PAID else "pending" if fate == "dead_letter" else "received"
    received = gift.at + timedelta(minutes=2) if state == "received" else None
    number, later = f"{gift.n:07}", gift.recurring is not None
    books.add(
        "gift", id=gift.id, state=state, currency=gift.amount.currency, amount_minor=gift.amount.minor,
        donor_name=people.name(gift.person, gift.n, gift.at), donor_email=people.address(gift.person, gift.spelling),
        message="Keep going ✊" if gift.n % 5 == 0 else "", created_at=gift.at, received_at=received,
        received_on=received.date() if received else None, attempts=1, attempted_at=gift.at,
        return_token=f"return-{number}-{gift.person}", session_id=f"cs_{number}",
        payment=f"pi_{number}" if received else None,
        recurring_id=f"rec-{gift.recurring:06}" if later else None,
        invoice_id=f"in_{number}" if later and received else None,
    )  # fmt: skip
    parts = zip(gift.campaigns, shares(gift.amount.minor, gift.weights), strict=True)
    for k, (campaign, minor) in enumerate(parts):
        books.add("allocation", gift_id=gift.id, n=k, campaign_id=campaign, amount_minor=minor)
    books.add(
        "checkout", session_id=f"cs_{number}", gift_id=gift.id,
        payment_intent=f"pi_{number}" if received and not later else None,
    )  # fmt: skip
    if received:
        _receive(books, gift, fate, received)
    elif fate == "failed":
        _keep_failure(books, gift, f"ch_{number}")
    elif fate == "dead_letter":
        tried = gift.n % 2
        keep_delivery(books, f"evt_{number}", gift.at, error="ValueError: unreadable" if tried else None)


def keep_delivery(books: Books, delivery: str, at: datetime, *, error: str | None = "") -> None:
    """Keep a message: applied, or (with an error, or none yet) not applied. Bodies of some were deleted."""
    body = json.dumps({"id": delivery, "object": "event", "type": "charge.succeeded"}).encode()
    applied = error == ""
    books.add(
        "delivery", id=delivery, type="charge.succeeded", api_version="2026-10-28.endive", livemode=0,
        digest=hashlib.sha256(body).hexdigest(), created_at=at, received_at=at, applied_at=at if applied else None,
        attempts=1 if applied or error else 0, error=error or None, next_attempt_at=None if applied else NOON,
    )  # fmt: skip
    if int(delivery[-1]) or not applied:
        books.add("delivery_body", delivery_id=delivery, body=body)


def _keep_failure(books: Books, gift: Gift, charge: str) -> None:
    books.add(
        "payment_failure", charge=charge, payment=charge.replace("ch_", "pi_"), currency=gift.amount.currency,
        amount_minor=gift.amount.minor, failed_at=gift.at + HOUR,
    )  # fmt: skip


def _receive(books: Books, gift: Gift, fate: str, at: datetime) -> None:
    """A charge (or two) of this gift, with what followed."""
    amount = gift.amount
    if fate == "other_amount":
        amount = Amount(gift.amount.minor + 1, gift.amount.currency)
    elif fate == "other_currency":
        amount = Amount(gift.amount.minor, "EUR" if gift.amount.currency == "GBP" else "GBP")
    number = f"{gift.n:07}"
    _charge(books, gift, number, amount, at, late=fate == "not_ours_at_first")
    if fate == "second_payment":
        _charge(books, gift, f"{number}b", gift.amount, at + HOUR)
    if fate in ("other_amount", "other_currency", "second_payment"):
        charge = f"ch_{number}b" if fate == "second_payment" else f"ch_{number}"
        _keep_discrepancy(books, gift, charge, amount, fate.removeprefix("other_"))
    elif fate not in ("received", "not_ours_at_first"):
        _withdraw(books, gift, fate, at + DAY)


def _charge(books: Books, gift: Gift, number: str, amount: Amount, at: datetime, *, late: bool = False) -> None:
    charge, payment, delivery = f"ch_{number}", f"pi_{number}", f"evt_{number.replace('b', '0')}{int('b' in number)}"
    keep_delivery(books, delivery, at)
    books.add(
        "charge", id=charge, payment=payment, payment_intent=payment, gift_hint=gift.id if gift.n % 2 else None,
        currency=amount.currency, amount_minor=amount.minor, method="Visa ending 4242", succeeded_at=at,
        gift_id=gift.id,
    )  # fmt: skip
    _book_parts(books, gift, ("clearing", "gifts"), Movement(f"gift:{charge}", payment, amount, at), delivery)
    if gift.settles_later:
        return
    settled, original = _settled(amount)
    fee = 20 + settled.minor * 15 // 1000
    line = Line(f"txn_{number}", "payment", "charge", settled, payment, at, payment, fee, original=original)
    if late and original is None:
        books.take_for_ours(line)
    else:
        books.settle(line)


def _book_parts(books: Books, gift: Gift, sides: tuple[str, str], moved: Movement, cause: str) -> None:
    """An entry for each campaign of the gift, that debits the first of `sides` unless it is less than zero."""
    parts = zip(gift.campaigns, shares(abs(moved.amount.minor), gift.weights), strict=True)
    for k, (campaign, minor) in enumerate(parts):
        part = Amount(minor if moved.amount.minor > 0 else -minor, moved.amount.currency)
        of = {"campaign_id": campaign, "gift_id": gift.id}
        books.book(f"{moved.key}:{k}", sides, part, moved.subject, moved.at, cause, **of)


def _keep_discrepancy(books: Books, gift: Gift, charge: str, charged: Amount, why: str) -> None:
    books.add(
        "discrepancy", charge=charge, gift_id=gift.id, asked_minor=gift.amount.minor,
        asked_currency=gift.amount.currency, charged_minor=charged.minor, charged_currency=charged.currency,
        noted_at=gift.at, why=why,
    )  # fmt: skip
    if gift.n % 2:
        books.add("settled_discrepancy", charge=charge, who="t02", settled_at=NOON)


def _withdraw(books: Books, gift: Gift, fate: str, at: datetime) -> None:
    """What was given or taken back, and perhaps came again. Each movement is a line of Stripe's balance."""
    n, amount, payment = f"{gift.n:07}", gift.amount, f"pi_{gift.n:07}"
    if fate == "failed_later":
        _keep_failure(books, gift, f"ch_{n}")
        _move(books, gift, Movement(f"payment_failed:ch_{n}", payment, -amount, at))
    elif fate.startswith("refund"):
        part = Amount(amount.minor // 2, amount.currency) if fate == "refunded_in_part" else amount
        failed = at + DAY if fate == "refund_failed" else None
        books.add(
            "refund", id=f"re_{n}", payment=payment, currency=part.currency, amount_minor=part.minor,
            agreed_at=at, undone_at=failed,
        )  # fmt: skip
        _move(books, gift, Movement(f"refund:re_{n}", f"re_{n}", -part, at, "refund"))
        if failed:
            _move(books, gift, Movement(f"refund_failed:re_{n}", f"re_{n}", part, failed, "refund"))
    else:
        won = fate == "dispute_won"
        books.add(
            "dispute", id=f"du_{n}", payment=payment, status="won" if won else "lost", reason="fraudulent",
            currency=amount.currency, amount_minor=amount.minor, answer_by=at + 7 * DAY, looked_at=NOON,
        )  # fmt: skip
        for moved, when in ((-amount, at), (amount, at + 9 * DAY))[: 1 + won]:
            _dispute_move(books, gift, moved, when)


def _dispute_move(books: Books, gift: Gift, amount: Amount, at: datetime) -> None:
    dispute, line = f"du_{gift.n:07}", f"txn_du_{gift.n:07}_{'back' if amount.minor > 0 else 'out'}"
    books.add(
        "dispute_move", line_id=line, dispute=dispute, payment=f"pi_{gift.n:07}", currency=amount.currency,
        amount_minor=amount.minor, moved_at=at,
    )  # fmt: skip
    _move(books, gift, Movement(f"dispute:{line}", dispute, amount, at, "dispute", line))


def _move(books: Books, gift: Gift, moved: Movement) -> None:
    """Money that left the balance, or came back: off the campaigns, and cleared by its line."""
    account = "dispute_losses" if moved.category == "dispute" else "refunds"
    taken = replace(moved, amount=-moved.amount)
    _book_parts(books, gift, (account, "clearing"), taken, f"reconcile:{moved.at:%Y-%m-%d}")
    if moved.at > SETTLED_UNTIL:
        return
    settled, original = _settled(moved.amount)
    line = moved.line or f"txn_{moved.key.replace(':', '_')}"
    fee = 2000 if moved.category == "dispute" and moved.amount.minor < 0 else 0
    of = (moved.category, moved.category, settled, moved.subject, moved.at, f"pi_{gift.n:07}")
    books.settle(Line(line, *of, fee, original=original))


def _settled(amount: Amount) -> tuple[Amount, Amount | None]:
    """The amount in Stripe's balance, and the one before it was exchanged."""
    return (Amount(amount.minor // 2, "GBP"), amount) if amount.currency == "JPY" else (amount, None)
