"""Recurring gifts and their instalments, as the version before kept them."""

import random
from collections.abc import Sequence
from datetime import timedelta

from tests.database.version_before import people
from tests.database.version_before.books import NOON, Books
from tests.database.version_before.gifts import DAY, START, Gift, draw_amount, give

INTERVALS = (("week", 7, 8), ("month", 30, 5), ("quarter", 91, 5), ("year", 365, 2))  # days apart, gifts
RECURRING_STATES = ("active", "past_due", "paused", "ending", "ended", "pending")


def give_repeatedly(books: Books, first: int, count: int, persons: int, draw: random.Random) -> None:
    """Recurring gifts with their instalments, until there are `count` gifts more."""
    n, series = first, 0
    while n < first + count:
        interval, days, length = INTERVALS[series % len(INTERVALS)]
        person, (amount, weights) = draw.randrange(persons), draw_amount(draw)
        began = START + timedelta(days=draw.randrange(290), seconds=series)
        gifts = [
            Gift(n + k, person, draw.randrange(people.SPELLINGS), began + k * days * DAY, amount, weights, series)
            for k in range(min(length, first + count - n))
        ]
        _keep_recurring(books, series, interval, gifts)
        n, series = n + len(gifts), series + 1


def _keep_recurring(books: Books, series: int, interval: str, gifts: Sequence[Gift]) -> None:
    first, recurring, state = gifts[0], f"rec-{series:06}", RECURRING_STATES[series % len(RECURRING_STATES)]
    paid = [gift for gift in gifts if state != "pending" and gift.at < NOON - DAY]
    for gift in gifts:
        give(books, gift, "received" if gift in paid else "pending")
        invoice = f"in_{gift.n:07}"
        if gift in paid:
            books.add("invoice", id=invoice, recurring_id=recurring, is_first=int(gift is first))
            books.add("invoice_payment", payment=f"pi_{gift.n:07}", invoice_id=invoice)
    books.add(
        "recurring", id=recurring, state=state, currency=first.amount.currency, amount_minor=first.amount.minor,
        interval=interval, donor_name=people.name(first.person, first.n, first.at), first_gift_id=first.id,
        donor_email=people.address(first.person, first.spelling), created_at=first.at,
        ends_at=NOON + 90 * DAY if state == "ending" else None, instalments=12 if series % 9 == 0 else None,
        subscription=f"sub_{series:06}" if paid else None, stripe_ends_at=None, looked_at=NOON if paid else None,
        paused_at=NOON - DAY if state == "paused" else None, next_at=NOON + DAY if state == "active" else None,
        retry_at=NOON + DAY if state == "past_due" else None, failed_attempts=int(state == "past_due"),
    )  # fmt: skip
    for k, (campaign, weight) in enumerate(zip(first.campaigns, first.weights, strict=True)):
        books.add("recurring_share", recurring_id=recurring, n=k, campaign_id=campaign, weight=weight)
    if state in ("paused", "ended", "ending"):
        act = {"paused": "pause", "ended": "end_now", "ending": "end_later"}[state]
        books.add(
            "recurring_act", id=f"ract-{series:06}", recurring_id=recurring, act=act, amount_minor=None,
            who="t01", asked_at=NOON - 2 * DAY, done_at=NOON - DAY if series % 2 else None,
        )  # fmt: skip
