"""The list of gifts at the desk: which gifts a choice means, and what stands in a row. Writes nothing."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from database.lists import AskedOfRows, ListChoice, ListedTable, ListQuestion, on_days, within_days
from database.questions import among
from donors.donor import NotAnAddress
from donors.merge_store import ids_of_person
from donors.store import donor_of_address
from donors.word_store import asked_whether_called, is_called
from ledger.accounts import Account
from ledger.amount_views import is_amount
from ledger.giving_kind import GivingKind
from ledger.money import Money, currency
from ledger.tables import BACK_OR_MOVED, entry
from payments.gifts.gift import GiftState
from payments.gifts.gift_total_views import is_every_gift, kept_gift_total
from payments.gifts.given_back_views import went_back_in_all, went_back_of_every_gift, went_back_of_some
from payments.gifts.giving_views import NO_SOURCE, is_offline, source_of_gift
from payments.gifts.offline import Means
from payments.gifts.tables import allocation, gift, offline_gift
from receipts.receipt import printed_number
from receipts.tables import YEAR_SPAN, receipt

_BACK = (Account.REFUNDS.value, Account.DISPUTE_LOSSES.value)
_NUMBER = re.compile(r"(20[0-9]{2})-([0-9]{1,7})")
REFERENCE = re.compile(r"[0-9a-f]{8}")
_STRIPES = re.compile(r"[a-z]{2,8}_[A-Za-z0-9_]+")
LENGTH_OF_ID = 36
"""The word of a filter for gifts that came by no link with a code."""
_FEW = 2000  # shares of a campaign: so many gifts are sorted in no time
LOOKED_UP = 10_000  # gifts: where one in a hundred is refunded, as many went back of a million
STATES = {state.value: state for state in GiftState}
_g, _a, _e = gift.c, allocation.c, entry.c


class GiftListRow(NamedTuple):
    """A gift in a list; a tuple, because a file may hold a million of them.

    `day` is its book date; until it is received, the instant at which it was asked for. `amount` is the share of the
    campaign that was chosen, else the whole gift. `went_back` is of the whole gift. `means` says how an offline gift
    came, and `means_reference` is the cheque's number or what the bank statement says.
    """

    id: str
    day: date
    state: GiftState
    donor_id: str | None
    donor: str
    email: str
    campaigns: tuple[str, ...]
    amount: Money
    went_back: Money
    receipt: str | None
    recurring_id: str | None
    payment: str
    source: str
    message: str
    means: str
    means_reference: str

    @property
    def reference(self) -> str:
        """Its short name, as on the receipt."""
        return self.id[:8].upper()


def _table(conn: Connection, choice: ListChoice) -> ListedTable:
    state = choice.words.get("state", "")
    received = state == GiftState.RECEIVED.value
    number = choice.number("campaign")
    conditions = [*_of_state(state), *_days(choice, received=received)]
    minor: sa.ColumnElement[int] = _g.amount_minor
    if number is not None:
        share = sa.select(sa.func.sum(_a.amount_minor)).where(_a.gift_id == _g.id, _a.campaign_id == number)
        minor = share.correlate(gift).scalar_subquery()
        conditions.append(_has_share(conn, number))
    if donor_id := choice.words.get("donor"):
        conditions.append(of_person(conn, _g.donor_id, donor_id))
    if choice.words.get("currency"):
        conditions.append(_g.currency == choice.words["currency"])
    conditions += [*_of_kind(choice.words.get("kind", "")), *_of_source(choice.words.get("source", ""))]
    day = (_g.received_on, _g.received_at) if received else (_g.created_at,)
    matches, asked = _matches_text(conn, choice)
    return ListedTable(
        (
            _g.id,
            day[0].label("day"),
            _g.state,
            _g.currency,
            _g.donor_id,
            _g.donor_name,
            _g.donor_email,
            minor.label("listed_minor"),
            _g.recurring_id,
            _g.payment,
            _g.source,
            _g.message,
        ),
        gift,
        [*conditions, *matches],
        _g.id,
        {"day": day, "amount": (_g.amount_minor,)},
        _g.currency,
        minor,
        None if asked is None else AskedOfRows(asked, conditions),
    )


def _has_share(conn: Connection, campaign_id: int) -> sa.ColumnElement[bool]:
    """The condition that a gift has a share for this campaign.

    Of a campaign with few gifts these are looked up; else the list is read in its order, and each gift asked.
    """
    counts = _a.campaign_id == campaign_id
    shares = sa.select(_a.gift_id).where(counts)
    few = conn.scalar(sa.select(sa.func.count()).select_from(shares.limit(_FEW + 1).subquery()))
    return _g.id.in_(shares) if (few or 0) <= _FEW else sa.exists().where(_a.gift_id == _g.id, counts).correlate(gift)


def of_person(conn: Connection, column: sa.ColumnElement[str | None], donor_id: str) -> sa.ColumnElement[bool]:
    """The condition that a donor is this person: the donor themselves, or one who was merged into them."""
    return column.in_(ids_of_person(conn, donor_id))


def _of_state(state: str) -> list[sa.ColumnElement[bool]]:
    match state:
        case GiftState.RECEIVED.value:
            return [_g.received_on.is_not(None)]  # the index of the list holds these
        case "" | "not-paid":
            return [_g.received_on.is_(None)] if state else []
        case _:
            return [_g.received_on.is_(None), _g.state == state]


def _of_kind(kind: str) -> list[sa.ColumnElement[bool]]:
    """The conditions of a kind, as `giving_total` tells them apart."""
    match kind:
        case GivingKind.RECURRING:
            return [_g.recurring_id.is_not(None)]
        case GivingKind.OFFLINE:
            return [is_offline()]
        case GivingKind.ONCE:
            return [_g.recurring_id.is_(None), ~sa.func.coalesce(is_offline(), sa.false())]
    return []


def _of_source(source: str) -> list[sa.ColumnElement[bool]]:
    """The conditions that a link with this code led to the gift, or to the first gift of its recurring one."""
    if not source:
        return []
    code = sa.func.coalesce(_g.source, source_of_gift())
    return [code.is_(None) if source == NO_SOURCE else code == source]


def _days(choice: ListChoice, *, received: bool) -> list[sa.ColumnElement[bool]]:
    return on_days(_g.received_on, choice) if received else within_days(_g.created_at, choice)


def _matches_text(
    conn: Connection, choice: ListChoice
) -> tuple[list[sa.ColumnElement[bool]], sa.ColumnElement[bool] | None]:
    """What a text finds: an amount, a receipt's number, a reference, an id, else a name or an address.

    Of a word that many donors have, also what to ask of each gift.
    """
    text = choice.text
    if not text:
        return [], None
    if (exact := _named_exactly(text, choice)) is not None:
        return [exact], None
    with suppress(NotAnAddress):
        if donor_of := donor_of_address(conn, text):
            return [_g.donor_id == donor_of.id], None
    return [is_called(conn, _g.donor_id, text)], asked_whether_called(conn, _g.donor_id, text)


def _named_exactly(text: str, choice: ListChoice) -> sa.ColumnElement[bool] | None:
    """The condition of a text that an index answers; None for a part of a name or of an address."""
    if numbered := _NUMBER.fullmatch(text):
        receipt_id = int(numbered[1]) * YEAR_SPAN + int(numbered[2])
        return _g.id.in_(sa.select(receipt.c.gift_id).where(receipt.c.id == receipt_id))
    ways = []
    if choice.amount is not None:
        ways.append(is_amount(_g.amount_minor, _g.currency, choice.amount))
    if REFERENCE.fullmatch(text.lower()):
        ways.append(begins_with_reference(_g.id, text))
    if _STRIPES.fullmatch(text) or len(text) == LENGTH_OF_ID:
        ways += [_g.id == text.lower(), _g.payment == text, _g.session_id == text, _g.invoice_id == text]
    return sa.or_(*ways) if ways else None


def begins_with_reference(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """The condition that an id begins with a reference, in a form that both databases' indexes answer."""
    first = text.lower()
    lowest, highest = (f"{first}-{'-'.join(digit * length for length in (4, 4, 4, 12))}" for digit in "0f")
    return column.between(lowest, highest)


def _read(conn: Connection, rows: Sequence[Any]) -> list[GiftListRow]:
    ids = [row[0] for row in rows]
    titles, numbers, went_back = _titles(conn, ids), receipt_numbers(conn, ids), went_back_of(conn, ids)
    means = _means(conn, ids)
    of = {code: currency(code) for code in {row.currency for row in rows}}
    zero = {code: Money(0, money) for code, money in of.items()}
    # By position: a file of a million gifts spends its time here.
    return [
        GiftListRow(
            gift_id, day, STATES[state], donor_id, name, email, titles.get(gift_id, ()), Money(int(minor), of[code]),
            went_back.get((gift_id, code)) or zero[code], numbers.get(gift_id), recurring_id, payment or "",
            source or "", message, *means.get(gift_id, ("", "")),
        )
        for gift_id, day, state, code, donor_id, name, email, minor, recurring_id, payment, source, message in rows
    ]  # fmt: skip


def _titles(conn: Connection, gift_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    titles = {row[0]: row[1] for row in conn.execute(sa.select(campaign.c.id, campaign.c.title))}
    rows = conn.execute(
        sa.select(_a.gift_id, _a.campaign_id).where(among(conn, _a.gift_id, gift_ids)).order_by(_a.gift_id, _a.n)
    )
    of_gift: dict[str, tuple[str, ...]] = {}
    for gift_id, number in rows.all():
        before, title = of_gift.get(gift_id, ()), titles[number]
        if title not in before:
            of_gift[gift_id] = (*before, title)
    return of_gift


def _means(conn: Connection, gift_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """How the offline ones of these gifts came, and by which reference."""
    o = offline_gift.c
    rows = conn.execute(sa.select(o.gift_id, o.means, o.reference).where(among(conn, o.gift_id, gift_ids)))
    return {gift_id: (Means(means).words, reference) for gift_id, means, reference in rows}


def receipt_numbers(conn: Connection, gift_ids: Sequence[str]) -> dict[str, str]:
    """The number of the newest receipt of each of these gifts."""
    r = receipt.c
    # The id alone, in the order of its index: a receipt's row is large.
    rows = conn.execute(
        sa.select(r.gift_id, r.id).where(among(conn, r.gift_id, gift_ids)).order_by(r.gift_id, r.edition)
    )
    return {gift_id: printed_number(*divmod(receipt_id, YEAR_SPAN)) for gift_id, receipt_id in rows.all()}


def went_back_of(conn: Connection, gift_ids: Sequence[str]) -> dict[tuple[str, str], Money]:
    """What went back of each of these gifts by refunds and disputes, or was taken back, by gift and currency."""
    minor = sa.case((_e.debit.in_(_BACK), _e.amount_minor), else_=-_e.amount_minor)
    rows = conn.execute(
        sa.select(_e.gift_id, _e.currency, sa.func.sum(minor))
        .where(BACK_OR_MOVED, among(conn, _e.gift_id, gift_ids), sa.or_(_e.debit.in_(_BACK), _e.credit.in_(_BACK)))
        .group_by(_e.gift_id, _e.currency)
    )
    went_back = {(gift_id, code): Money(int(total), currency(code)) for gift_id, code, total in rows}
    # Taken back, an offline gift's own entries are reversed: no account shows that the money went back.
    taken_back = conn.execute(
        sa.select(_g.id, _g.currency, _g.amount_minor)
        .join(offline_gift, offline_gift.c.gift_id == _g.id)
        .where(among(conn, _g.id, gift_ids), offline_gift.c.taken_back_at.is_not(None))
    )
    return went_back | {(gift_id, code): Money(minor, currency(code)) for gift_id, code, minor in taken_back}


def _went_back(conn: Connection, choice: ListChoice, gifts: int) -> dict[str, int]:
    """What went back of the gifts of a choice, which are so many; of a campaign's gifts, what went back of its shares.

    Where few are found by a text, looking each up is less than reading all that ever went back.
    """
    if choice.words.get("state") != GiftState.RECEIVED.value:
        return {}
    if is_every_gift(choice):
        return went_back_of_every_gift(conn)
    listed = _table(conn, choice)
    assert listed.minor is not None
    campaign = choice.number("campaign")
    if choice.text and gifts <= LOOKED_UP:
        return went_back_of_some(conn, listed.conditions, campaign, listed.minor)
    return went_back_in_all(conn, listed.conditions, campaign, listed.minor, choice.first_day)


GIFTS = ListQuestion(_table, _read, kept_gift_total, _went_back)
"""Gifts, by `state` (a gift's, or `not-paid`), `campaign`, `donor`, `currency` and `kind` (once, recurring)."""
