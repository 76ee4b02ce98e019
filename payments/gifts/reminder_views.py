"""Recurring gifts whose next instalment gives reason to write to their donors. Writes nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.gifts.recurring import RecurringState
from payments.gifts.recurring_views import EXPECTED
from payments.gifts.tables import recurring

# Stripe's types of payment methods that the bank must be told of in advance (docs.stripe.com/payments/bank-debits).
DEBITS = ("bacs_debit", "sepa_debit", "acss_debit", "au_becs_debit", "nz_bank_account", "us_bank_account")
# Before a card's last day, and before a debit: Bacs asks for three working days at least.
CARD_WARNING, DEBIT_WARNING = timedelta(days=30), timedelta(days=7)
_r = recurring.c
_COMING = sa.and_(_r.state.in_([state.value for state in EXPECTED]), _r.next_at.is_not(None))


@dataclass(frozen=True, slots=True)
class FailingGift:
    """A recurring gift whose instalment could not be collected since that instant."""

    recurring: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ExpiringCard:
    """A recurring gift whose card is good until the end of that day, and whose instalments go on after it."""

    recurring: str
    on: date


@dataclass(frozen=True, slots=True)
class ComingDebit:
    """A recurring gift whose instalment is taken from a bank account at that instant."""

    recurring: str
    at: datetime


def failing_gifts(conn: Connection) -> list[FailingGift]:
    """Those that Stripe tries again."""
    failing = sa.and_(_r.state == RecurringState.PAST_DUE.value, _r.failing_since.is_not(None))
    return [FailingGift(*row) for row in conn.execute(sa.select(_r.id, _r.failing_since).where(failing))]


def expiring_cards(conn: Connection, today: date) -> list[ExpiringCard]:
    """Those whose card expires within a month."""
    soon = _r.card_expires_on.between(today, today + CARD_WARNING)
    return [ExpiringCard(*row) for row in conn.execute(sa.select(_r.id, _r.card_expires_on).where(_COMING, soon))]


def coming_debits(conn: Connection, now: datetime) -> list[ComingDebit]:
    """Those that are taken within a week."""
    soon = sa.and_(_r.method.in_(DEBITS), _r.next_at > now, _r.next_at <= now + DEBIT_WARNING)
    return [ComingDebit(*row) for row in conn.execute(sa.select(_r.id, _r.next_at).where(_COMING, soon))]
