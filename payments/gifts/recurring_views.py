"""Recurring gifts, what they will bring, and their instalments, as the desk lists them. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from database.lists import ListChoice, ListedTable, ListQuestion, within_days
from database.questions import among
from donors.merge_store import ids_of_person
from donors.word_store import is_called
from ledger.amount_views import is_amount
from ledger.money import Money, currency
from payments.gifts.due_dates import last_promised_before
from payments.gifts.gift_list_views import REFERENCE, begins_with_reference
from payments.gifts.recurring import Interval, RecurringState, Rhythm
from payments.gifts.tables import WILL_BE_CHARGED, gift, recurring, recurring_share
from receipts.receipt import printed_number
from receipts.tables import receipt

# The states in which another instalment will be charged.
EXPECTED = (RecurringState.ACTIVE, RecurringState.PAST_DUE, RecurringState.ENDING)
_r, _g, _s = recurring.c, gift.c, recurring_share.c
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_RUNS = [state.value for state in RecurringState if state not in (RecurringState.PENDING, RecurringState.ENDED)]
_BEGUN = _r.state != RecurringState.PENDING.value


@dataclass(frozen=True, slots=True)
class RecurringRow:
    """A recurring gift as the desk shows it: as Stripe reported it at `looked_at`.

    `decline` is Stripe's code for why the last attempt failed.
    """

    id: str
    state: RecurringState
    donor: str
    email: str
    amount: Money
    rhythm: Rhythm
    began_at: datetime
    next_at: datetime | None
    retry_at: datetime | None
    failed: int
    ends_at: datetime | None
    paused_at: datetime | None
    looked_at: datetime | None
    first_gift: str
    resumes_at: datetime | None = None
    decline: str | None = None

    @property
    def reference(self) -> str:
        """The reference on the donor's thank-you page: that of the first gift."""
        return self.first_gift[:8].upper()

    def unpaid_since(self, zone: tzinfo) -> date | None:
        """The day of the unpaid instalment. None unless the state is past due."""
        past_due = self.state is RecurringState.PAST_DUE
        return self._promised_before(self.next_at, zone) if past_due and self.next_at else None

    def last_day(self, zone: tzinfo) -> date | None:
        """The day of the last instalment, where an end is planned. Stripe's end is that of its whole period."""
        return self._promised_before(self.ends_at, zone) if self.ends_by_itself and self.ends_at else None

    def _promised_before(self, renewal: datetime, zone: tzinfo) -> date:
        return last_promised_before(renewal, self.began_at, self.rhythm, zone)

    @property
    def runs(self) -> bool:
        """Whether it has begun and has not ended, so that it can be changed."""
        return self.state not in (RecurringState.PENDING, RecurringState.ENDED)

    @property
    def ends_by_itself(self) -> bool:
        """Whether an end is planned."""
        return self.runs and self.ends_at is not None


@dataclass(frozen=True, slots=True)
class RecurringListRow:
    """A recurring gift in a list, and the campaigns that it is for."""

    row: RecurringRow
    campaigns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpectedSum:
    """What the recurring gifts of one interval and currency will bring each period, and how many they are."""

    interval: Interval
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """A gift of a recurring gift: `asked_at` is when it was created, `day` its book date once it is received."""

    gift: str
    day: date | None
    asked_at: datetime
    state: str
    amount: Money
    receipt: str | None


def recurring_row(conn: Connection, identity: str) -> RecurringRow | None:
    """One recurring gift."""
    row = conn.execute(sa.select(recurring).where(_r.id == identity)).one_or_none()
    return None if row is None else _row(row)


def expected_sums(conn: Connection) -> list[ExpectedSum]:
    """What is to come each week, month, quarter or year, from those that run and are not paused."""
    rows = conn.execute(
        sa.select(_r.interval, _r.currency, sa.func.count(), sa.func.sum(_r.amount_minor))
        .where(WILL_BE_CHARGED)
        .group_by(_r.interval, _r.currency)
    )
    sums = [ExpectedSum(Interval(word), count, Money(int(minor), currency(code))) for word, code, count, minor in rows]
    order = list(Interval)
    return sorted(sums, key=lambda expected: (expected.amount.currency.code, order.index(expected.interval)))


def instalment_rows(conn: Connection, identity: str, limit: int) -> list[InstalmentRow]:
    """The gifts of a recurring gift, newest first, with their receipts."""
    rows = conn.execute(
        sa.select(gift, receipt.c.year, receipt.c.number)
        .outerjoin(receipt, sa.and_(receipt.c.gift_id == _g.id, receipt.c.edition == 1))
        .where(_g.recurring_id == identity)
        .order_by(_g.created_at.desc(), _g.id)
        .limit(limit)
    )
    return [
        InstalmentRow(
            row.id,
            row.received_on,
            row.created_at,
            row.state,
            Money(row.amount_minor, currency(row.currency)),
            None if row.number is None else printed_number(row.year, row.number),
        )
        for row in rows
    ]


def _row(row: sa.Row[Any]) -> RecurringRow:
    return RecurringRow(
        row.id,
        RecurringState(row.state),
        row.donor_name,
        row.donor_email,
        Money(row.amount_minor, currency(row.currency)),
        Rhythm(Interval(row.interval), row.ends_at, row.instalments, row.chosen_day),
        row.began_at or row.created_at,
        row.next_at,
        row.retry_at,
        row.failed_attempts,
        row.stripe_ends_at,
        row.paused_at,
        row.looked_at,
        row.first_gift_id,
        row.resumes_at,
        row.decline,
    )


def _table(conn: Connection, choice: ListChoice) -> ListedTable:
    began = sa.func.coalesce(_r.began_at, _r.created_at, type_=_r.began_at.type)
    conditions = [_BEGUN, *within_days(began, choice), *_matches_text(conn, choice)]
    if state := choice.words.get("state"):
        several = {"running": _r.state.in_(_RUNS), "expected": sa.and_(WILL_BE_CHARGED)}
        conditions.append(several.get(state, _r.state == state))
    if (number := choice.number("campaign")) is not None:
        conditions.append(sa.exists().where(_s.recurring_id == _r.id, _s.campaign_id == number))
    if donor_id := choice.words.get("donor"):
        conditions.append(_r.donor_id.in_(ids_of_person(conn, donor_id)))
    for name, column in (("currency", _r.currency), ("interval", _r.interval)):
        if word := choice.words.get(name):
            conditions.append(column == word)
    due = sa.func.coalesce(_r.next_at, sa.literal(_NEVER, _r.next_at.type), type_=_r.next_at.type)
    sorts = {"began": (began,), "next": (due,), "name": (_r.donor_name,), "amount": (_r.amount_minor,)}
    return ListedTable(tuple(recurring.c), recurring, conditions, _r.id, sorts, _r.currency, _r.amount_minor)


def _matches_text(conn: Connection, choice: ListChoice) -> list[sa.ColumnElement[bool]]:
    text = choice.text
    if not text:
        return []
    if choice.amount is not None:
        return [is_amount(_r.amount_minor, _r.currency, choice.amount)]
    if REFERENCE.fullmatch(text.lower()):
        return [begins_with_reference(_r.first_gift_id, text)]
    named = is_called(conn, _r.donor_id, text)
    return [sa.or_(named, _r.subscription == text, _r.id == text.lower())]


def _read(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[RecurringListRow]:
    shares = conn.execute(
        sa.select(_s.recurring_id, campaign.c.title)
        .join(campaign, campaign.c.id == _s.campaign_id)
        .where(among(conn, _s.recurring_id, [row.id for row in rows]))
        .order_by(_s.recurring_id, _s.n)
    )
    titles: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for recurring_id, title in shares:
        titles[recurring_id][title] = None
    return [RecurringListRow(_row(row), tuple(titles[row.id])) for row in rows]


RECURRING = ListQuestion(_table, _read)
"""Recurring gifts that have begun, by `state` (`running` are all that have not ended, `expected` those of which another
instalment will be charged), `campaign`, `interval` and `currency`."""
