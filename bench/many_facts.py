"""What stands beside many gifts: what Stripe said of them, a payout every day, letters, recurring gifts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from outbox.tables import letter
from payments.books import tables as books
from payments.gifts.tables import recurring, recurring_share

ONE_REFUND_IN, ONE_DISPUTE_IN, ONE_RECURRING_IN, FEE = 100, 2000, 100, 37
Row = dict[str, Any]
Gift = Mapping[str, Any]


def plant_facts(conn: Connection, start: int, gifts: Sequence[Gift], campaigns: int) -> None:
    """Write what Stripe said of these gifts, whose first has this number, and the letters and recurring gifts."""
    numbered = list(enumerate(gifts, start))
    insert_rows(conn, books.charge, [_charge(n, gift) for n, gift in numbered])
    insert_rows(conn, books.balance_line, [_line(n, gift) for n, gift in numbered])
    insert_rows(conn, letter, [_letter(n, gift) for n, gift in numbered])
    refunded = [(n, gift) for n, gift in numbered if n % ONE_REFUND_IN == 0]
    insert_rows(conn, books.refund, [_refund(n, gift) for n, gift in refunded])
    disputed = [(n, gift) for n, gift in numbered if n % ONE_DISPUTE_IN == 1]
    insert_rows(conn, books.dispute, [_dispute(n, gift) for n, gift in disputed])
    began = [(n, gift) for n, gift in numbered if n % ONE_RECURRING_IN == 2]
    insert_rows(conn, recurring, [_recurring(n, gift) for n, gift in began])
    shares = [
        {"recurring_id": _recurring_id(n), "n": 0, "campaign_id": n % campaigns + 1, "weight": 1} for n, _ in began
    ]
    insert_rows(conn, recurring_share, shares)


def plant_payouts(conn: Connection, sums: Mapping[date, int]) -> None:
    """Write a payout for each day, of what its gifts left after fees, with its own balance line."""
    days = [(day, minor, _start_of(day) + timedelta(days=2)) for day, minor in sums.items()]
    insert_rows(
        conn,
        books.payout,
        [
            {
                "id": payout_id(day), "currency": "GBP", "amount_minor": minor, "arrived_at": at, "returned_at": None,
                "status": "paid", "automatic": True, "looked_at": at, "lines_minor": minor,
            }
            for day, minor, at in days
        ],
    )  # fmt: skip
    insert_rows(
        conn,
        books.balance_line,
        [
            {
                "id": f"txn_{payout_id(day)}", "category": "payout", "kind": "payout", "fee_minor": 0, "marked": False,
                "amount_minor": -minor, "subject": payout_id(day), "payment": None, **_of_payout(day, at),
            }
            for day, minor, at in days
        ],
    )  # fmt: skip


def fact_entries(n: int, gift: Gift, campaign: int) -> Iterator[tuple[str, str, str, int, int, str | None, str]]:
    """The entries of a gift: kind, debit, credit, minor units, campaign, gift and key."""
    line, minor = f"txn_{n:024d}", gift["amount_minor"]
    yield "gift", "clearing", "gifts", minor, campaign, gift["id"], f"gift:ch_{n:024d}:0"
    yield "settle", "stripe", "clearing", minor, 0, None, f"settle:{line}"
    yield "fee", "fees", "stripe", FEE, campaign, gift["id"], f"fee:{line}:0"
    if n % ONE_REFUND_IN == 0:
        yield "refund", "refunds", "clearing", 100, campaign, gift["id"], f"refund:re_{n:024d}:0"


def payout_id(day: date) -> str:
    """The id of a day's payout."""
    return f"po_{day:%Y%m%d}"


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _charge(n: int, gift: Gift) -> Row:
    return {
        "id": f"ch_{n:024d}", "payment": gift["payment"], "payment_intent": gift["payment"], "gift_hint": gift["id"],
        "currency": "GBP", "amount_minor": gift["amount_minor"], "method": "card", "succeeded_at": gift["received_at"],
        "gift_id": gift["id"],
    }  # fmt: skip


def _line(n: int, gift: Gift) -> Row:
    own = {"id": f"txn_{n:024d}", "category": "payment", "kind": "charge", "fee_minor": FEE, "marked": True}
    moved = {"amount_minor": gift["amount_minor"], "subject": gift["payment"], "payment": gift["payment"]}
    return own | moved | _of_payout(gift["received_on"], gift["received_at"])


def _of_payout(day: date, at: datetime) -> Row:
    return {
        "currency": "GBP", "original_currency": None, "original_minor": None, "created_at": at, "ours": True,
        "payout_id": payout_id(day),
    }  # fmt: skip


def _letter(n: int, gift: Gift) -> Row:
    at = gift["received_at"]
    return {
        "id": f"letter-{n:08d}", "key": f"receipt-letter:{gift['id']}", "to_address": gift["donor_email"],
        "to_name": gift["donor_name"], "subject": "Thank you", "text": "Thank you.", "html": "<p>Thank you.</p>",
        "attachments": [], "personal": False, "expires_at": None, "unsubscribe": "", "message_id": f"bench-{n}",
        "posted_at": at, "state": "sent", "tried_at": at, "deferred_since": None, "sent_at": at, "reason": "",
        "settled_at": None, "erased_at": None,
    }  # fmt: skip


def _refund(n: int, gift: Gift) -> Row:
    return {
        "id": f"re_{n:024d}", "payment": gift["payment"], "currency": "GBP", "amount_minor": 100,
        "agreed_at": gift["received_at"], "undone_at": None, "parts": None,
    }  # fmt: skip


def _dispute(n: int, gift: Gift) -> Row:
    return {
        "id": f"dp_{n:024d}", "payment": gift["payment"], "status": "won", "reason": "fraudulent", "currency": "GBP",
        "amount_minor": gift["amount_minor"], "answer_by": gift["received_at"] + timedelta(days=9),
        "looked_at": gift["received_at"],
    }  # fmt: skip


def _recurring_id(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


def _recurring(n: int, gift: Gift) -> Row:
    at, runs = gift["received_at"], n % 300 != 2
    return {
        "id": _recurring_id(n), "state": "active" if runs else "ended", "currency": "GBP", "amount_minor": 1000,
        "interval": "month", "donor_id": gift["donor_id"], "donor_name": gift["donor_name"],
        "donor_email": gift["donor_email"], "first_gift_id": gift["id"], "created_at": at, "ends_at": None,
        "instalments": None, "subscription": f"sub_{n}", "stripe_ends_at": None if runs else at + timedelta(days=90),
        "paused_at": None, "resumes_at": None, "next_at": at + timedelta(days=30) if runs else None, "retry_at": None,
        "failed_attempts": 0, "failing_since": None, "method": "card", "card_expires_on": None, "looked_at": at,
        "began_at": at, "chosen_day": None,
    }  # fmt: skip
