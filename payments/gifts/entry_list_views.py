"""The list of entries at the desk: the journal, and what is behind each figure. Writes nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from database.lists import AskedOfRows, ListChoice, ListedTable, ListQuestion, ListTotal, on_days
from database.questions import among
from donors.word_store import asked_whether_called, is_called
from ledger.accounts import BUSY, Account, Figure
from ledger.amount_views import is_amount
from ledger.kinds import EntryKind
from ledger.money import Money, currency
from ledger.tables import BACK_OR_MOVED, FEW_CREDITS, FEW_DEBITS, entry
from ledger.total_views import kept_totals
from payments.gifts.gift_list_views import REFERENCE, begins_with_reference
from payments.gifts.tables import gift

_e = entry.c
_SHOWN = (
    _e.id, _e.book_date, _e.kind, _e.campaign_id, _e.debit, _e.credit, _e.currency, _e.subject, _e.gift_id, _e.key,
    _e.cause,
)  # fmt: skip
_FEW = 2000  # entries of an account: so many are sorted in no time
_ACCOUNTS = {account.value: account for account in Account}
_KINDS = {kind.value: kind for kind in EntryKind}


class EntryListRow(NamedTuple):
    """An entry in a list; a tuple, because a file may hold millions of them.

    `amount` is positive where the chosen figure rose or the chosen account was debited; without either it is as booked.
    """

    id: int
    day: date
    kind: EntryKind
    campaign: str
    debit: Account
    credit: Account
    amount: Money
    subject: str
    gift: str | None
    donor: str
    key: str
    cause: str


def _accounts(choice: ListChoice) -> list[str]:
    """The accounts that were chosen, by a figure or by their own name; none where every entry is meant."""
    if word := choice.words.get("figure"):
        return [account.value for account in Figure(word).accounts]
    return [choice.words["account"]] if choice.words.get("account") else []


def _signed(choice: ListChoice) -> sa.ColumnElement[int]:
    accounts = _accounts(choice)
    if not accounts:
        return _e.amount_minor
    rises = _e.credit.in_(accounts) if choice.words.get("figure") else _e.debit.in_(accounts)
    return sa.case((rises, _e.amount_minor), else_=-_e.amount_minor)


def _entries(conn: Connection, choice: ListChoice) -> ListedTable:
    accounts, minor = _accounts(choice), _signed(choice)
    conditions = on_days(_e.book_date, choice)
    if accounts:
        conditions.append(_on_accounts(conn, accounts, choice))
    if choice.words.get("figure") == Figure.GIVEN_BACK.value:
        conditions.append(sa.and_(BACK_OR_MOVED))  # of few entries, so these have an index
    conditions += _of_campaign(_e.campaign_id, choice)
    if code := choice.words.get("currency"):
        conditions.append(_e.currency == code)
    matches, asked = _matches_text(conn, choice)
    return ListedTable(
        (*_SHOWN, minor.label("listed_minor")),
        entry,
        [*conditions, *matches],
        _e.id,
        {"day": (_e.book_date,)},
        _e.currency,
        minor,
        None if asked is None else AskedOfRows(asked, conditions),
    )


def _on_accounts(conn: Connection, accounts: Sequence[str], choice: ListChoice) -> sa.ColumnElement[bool]:
    """The condition that an entry touches one of these accounts.

    Of an account with few entries in these days they are looked up; else the journal is read in its order.
    """
    touches = sa.or_(_e.credit.in_(accounts), _e.debit.in_(accounts))
    if len(accounts) > 1 or accounts[0] in BUSY:
        return touches
    sides = ((FEW_DEBITS, _e.debit), (FEW_CREDITS, _e.credit))
    within = on_days(_e.book_date, choice)
    touching = sa.union_all(*(sa.select(_e.id).where(where, side == accounts[0], *within) for where, side in sides))
    few = conn.scalar(sa.select(sa.func.count()).select_from(touching.limit(_FEW + 1).subquery()))
    return _e.id.in_(touching) if (few or 0) <= _FEW else touches


def _of_campaign(column: sa.ColumnElement[int], choice: ListChoice) -> list[sa.ColumnElement[bool]]:
    """A campaign alone, or with its groups; no condition where none is chosen."""
    number = choice.number("campaign")
    if number is None:
        return []
    if choice.words.get("groups"):
        return [
            column.in_(sa.select(campaign.c.id).where(sa.or_(campaign.c.id == number, campaign.c.parent_id == number)))
        ]
    return [column == number]


def _matches_text(
    conn: Connection, choice: ListChoice
) -> tuple[list[sa.ColumnElement[bool]], sa.ColumnElement[bool] | None]:
    """What a text finds. Of a word that many donors have, also what to ask of each entry."""
    text = choice.text
    if not text:
        return [], None
    if choice.amount is not None:
        return [is_amount(_e.amount_minor, _e.currency, choice.amount)], None
    if REFERENCE.fullmatch(text.lower()):
        return [begins_with_reference(_e.gift_id, text)], None
    named = (_e.subject == text, _e.key == text, _e.gift_id == text.lower())
    theirs = sa.select(gift.c.id).where(is_called(conn, gift.c.donor_id, text))
    asked = asked_whether_called(conn, gift.c.donor_id, text)
    is_theirs = None if asked is None else sa.exists().where(gift.c.id == _e.gift_id, asked)
    return [sa.or_(*named, _e.gift_id.in_(theirs))], None if is_theirs is None else sa.or_(*named, is_theirs)


def _kept_total(conn: Connection, choice: ListChoice) -> ListTotal | None:
    """From the totals that are kept with every entry, unless a text chooses among the entries of a day."""
    if choice.text:
        return None
    accounts, is_figure = _accounts(choice), bool(choice.words.get("figure"))
    kept = kept_totals(choice.first_day, choice.last_day).c
    conditions = list[sa.ColumnElement[bool]]()
    if accounts:
        conditions.append(kept.account.in_(accounts))
    conditions += _of_campaign(kept.campaign_id, choice)
    if code := choice.words.get("currency"):
        conditions.append(kept.currency == code)
    minor, count = kept.debit_minor - kept.credit_minor, kept.debits + kept.credits
    if not accounts:  # each entry is once on either side
        minor, count = kept.debit_minor, kept.debits
    sums = conn.execute(
        sa.select(kept.currency, sa.func.sum(-minor if is_figure else minor), sa.func.sum(count))
        .where(*conditions)
        .group_by(kept.currency)
        .order_by(kept.currency)
    ).all()
    moved = [row for row in sums if row[2]]
    return ListTotal(sum(int(row[2]) for row in moved), {row[0]: int(row[1]) for row in moved})


def _read(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[EntryListRow]:
    titles = {row[0]: row[1] for row in conn.execute(sa.select(campaign.c.id, campaign.c.title))}
    ids = sorted({row.gift_id for row in rows if row.gift_id})
    named = sa.select(gift.c.id, gift.c.donor_name).where(among(conn, gift.c.id, ids))
    donors = {row[0]: row[1] for row in conn.execute(named)}
    return [
        EntryListRow(
            row.id,
            row.book_date,
            _KINDS[row.kind],
            titles.get(row.campaign_id, ""),
            _ACCOUNTS[row.debit],
            _ACCOUNTS[row.credit],
            Money(row.listed_minor, currency(row.currency)),
            row.subject,
            row.gift_id,
            donors.get(row.gift_id, ""),
            row.key,
            row.cause,
        )
        for row in rows
    ]


ENTRIES = ListQuestion(_entries, _read, _kept_total)
"""Entries, by `figure` or `account`, `campaign` (0 is none; its `groups` as well, or not) and `currency`."""
