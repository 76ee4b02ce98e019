"""Lines of the bank, what they may be, and how much of the payouts they prove. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from ledger.kinds import EntryKind
from ledger.money import CURRENCIES, Money
from ledger.periods import month_after
from ledger.tables import DEPOSITS, entry
from payments.bank.line import MatchKind
from payments.bank.match_store import BankMatch
from payments.bank.matching import OpenLine, OpenTarget, ProvedPayouts, proved_payouts
from payments.bank.tables import bank_import, bank_line, bank_match
from payments.books.tables import payout
from payments.gifts.offline import Means
from payments.gifts.tables import gift, offline_gift
from payments.standing_orders.tables import standing_order_gift

_i, _l, _m, _p, _g, _o, _e = bank_import.c, bank_line.c, bank_match.c, payout.c, gift.c, offline_gift.c, entry.c
_AT_THE_BANK = (Means.TRANSFER.value, Means.STANDING_ORDER.value)


@dataclass(frozen=True, slots=True)
class BankLineRow:
    """A line of the bank, and what it is."""

    id: str
    import_id: str
    account: str
    day: date
    amount: Money
    description: str
    reference: str
    is_struck: bool
    match: BankMatch | None

    @property
    def open_line(self) -> OpenLine:
        """As matching sees it."""
        return OpenLine(self.id, self.day, self.amount, f"{self.description} {self.reference}")


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import: how many lines came with it, and how many of them are something."""

    id: str
    account: str
    format: str
    imported_at: datetime
    undone_at: datetime | None
    lines: int
    matched: int


def _line_rows() -> sa.Select[Any]:
    return (
        sa.select(bank_line, _i.account, bank_match)
        .join(bank_import, _i.id == _l.import_id)
        .outerjoin(bank_match, _m.holds_line == _l.id)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    )


def _line_row(row: sa.Row[Any]) -> BankLineRow:
    match = (
        None
        if row.bank_match_id is None
        else BankMatch(
            row.bank_line_id,
            MatchKind(row.bank_match_kind),
            row.bank_match_payout_id or row.bank_match_gift_id or row.bank_match_deposit_id or "",
            row.bank_match_why,
            row.bank_match_entered,
        )
    )
    return BankLineRow(
        row.bank_line_id,
        row.bank_line_import_id,
        row.bank_import_account,
        row.bank_line_day,
        Money(row.bank_line_amount_minor, CURRENCIES[row.bank_line_currency]),
        row.bank_line_description,
        row.bank_line_reference,
        row.bank_line_struck_at is not None,
        match,
    )


def bank_line_by_id(conn: Connection, line_id: str) -> BankLineRow | None:
    """The line with this id."""
    row = conn.execute(_line_rows().where(_l.id == line_id)).one_or_none()
    return None if row is None else _line_row(row)


def bank_line_of(conn: Connection, target: str) -> BankLineRow | None:
    """The line that is this payout, gift or deposit."""
    row = conn.execute(_line_rows().where(_m.holds_target == target)).one_or_none()
    return None if row is None else _line_row(row)


def lines_of_import(conn: Connection, import_id: str) -> list[BankLineRow]:
    """The lines that came with an import, in the order of the file."""
    return [_line_row(row) for row in conn.execute(_line_rows().where(_l.import_id == import_id).order_by(_l.n))]


def _is_open() -> tuple[sa.ColumnElement[bool], ...]:
    holding = bank_match.alias().c
    return _l.key.is_not(None), ~sa.exists().where(holding.holds_line == _l.id)


def unmatched_lines(conn: Connection) -> list[BankLineRow]:
    """The lines that are nothing yet and may be something, oldest first: money that came, or a payout taken back."""
    taken_back = sa.exists().where(_p.amount_minor == _l.amount_minor, _p.currency == _l.currency)
    query = _line_rows().where(*_is_open(), sa.or_(_l.amount_minor > 0, taken_back)).order_by(_l.day, _l.id)
    return [_line_row(row) for row in conn.execute(query)]


def money_in(conn: Connection, limit: int) -> list[BankLineRow]:
    """Money that came and is nothing yet, newest first. What went out is nobody's gift, and waits for nobody."""
    query = _line_rows().where(*_is_open(), _l.amount_minor > 0).order_by(_l.day.desc(), _l.id).limit(limit)
    return [_line_row(row) for row in conn.execute(query)]


def money_in_count(conn: Connection) -> int:
    """How many lines of money that came are nothing yet."""
    query = sa.select(sa.func.count()).select_from(bank_line).where(*_is_open(), _l.amount_minor > 0)
    return conn.scalar(query) or 0


def bank_imports(conn: Connection, limit: int) -> list[ImportRow]:
    """The imports, newest first."""
    return _imports(conn, sa.select(bank_import).order_by(_i.imported_at.desc(), _i.id).limit(limit))


def bank_import_by_id(conn: Connection, import_id: str) -> ImportRow | None:
    """The import with this id."""
    return next(iter(_imports(conn, sa.select(bank_import).where(_i.id == import_id))), None)


def _imports(conn: Connection, which: sa.Select[Any]) -> list[ImportRow]:
    rows = conn.execute(which).all()
    counts = conn.execute(
        sa.select(_l.import_id, sa.func.count(_l.id), sa.func.count(_m.id))
        .outerjoin(bank_match, _m.holds_line == _l.id)
        .where(among(conn, _l.import_id, [row.id for row in rows]))
        .group_by(_l.import_id)
    )
    of = {import_id: (lines, matched) for import_id, lines, matched in counts}
    return [
        ImportRow(row.id, row.account, row.format, row.imported_at, row.undone_at, *of.get(row.id, (0, 0)))
        for row in rows
    ]


def bank_accounts(conn: Connection) -> list[str]:
    """The accounts whose statements were imported, the last one first."""
    last = sa.func.max(_i.imported_at)
    return list(conn.scalars(sa.select(_i.account).group_by(_i.account).order_by(last.desc(), _i.account)))


def unmatched_payouts(conn: Connection, minors: Sequence[int] | None = None) -> list[OpenTarget]:
    """Payouts that arrived and are no line yet; `minors`: only of these amounts."""
    query = sa.select(payout).where(
        _p.arrived_at.is_not(None), _p.returned_at.is_(None), ~sa.exists().where(_m.holds_target == _p.id)
    )
    rows = conn.execute(query if minors is None else query.where(_p.amount_minor.in_(minors)))
    return [_payout(row) for row in rows]


def _payout(row: sa.Row[Any]) -> OpenTarget:
    amount = Money(row.amount_minor, CURRENCIES[row.currency])
    return OpenTarget(MatchKind.PAYOUT, row.id, row.arrived_at.date(), amount, "Payout from Stripe")


def unmatched_gifts(conn: Connection, minors: Sequence[int], order_id: str | None = None) -> list[OpenTarget]:
    """Offline gifts of these amounts that came to the bank and are no line yet; `order_id`: of a standing order."""
    query = (
        sa.select(_g.id, _g.amount_minor, _g.currency, _g.donor_name, _o.given_on, _o.means)
        .join(offline_gift, _o.gift_id == _g.id)
        .where(_o.means.in_(_AT_THE_BANK), _o.taken_back_at.is_(None), _g.amount_minor.in_(minors))
        .where(~sa.exists().where(_m.holds_target == _g.id))
    )
    if order_id is not None:
        of_order = standing_order_gift.c
        query = query.join(standing_order_gift, of_order.gift_id == _g.id).where(of_order.order_id == order_id)
    return [
        OpenTarget(
            MatchKind.GIFT,
            row.id,
            row.given_on,
            Money(row.amount_minor, CURRENCIES[row.currency]),
            f"{Means(row.means).words} from {row.donor_name or 'nobody known'}",
        )
        for row in conn.execute(query)
    ]


def may_be_gift(conn: Connection, line_id: str, gift_id: str) -> bool:
    """Whether this line is nothing yet and has the amount of this gift, which came to the bank."""
    line = bank_line_by_id(conn, line_id)
    if line is None or line.match is not None or line.is_struck:
        return False
    return gift_id in {gift.id for gift in unmatched_gifts(conn, [line.amount.minor]) if gift.amount == line.amount}


def unmatched_deposits(conn: Connection, minors: Sequence[int]) -> list[OpenTarget]:
    """Cash and cheques of these amounts that were banked and are no line yet."""
    prefix = EntryKind.DEPOSIT.key("")
    rows = conn.execute(
        sa.select(_e.subject, _e.amount_minor, _e.currency, _e.book_date).where(
            DEPOSITS,
            _e.amount_minor.in_(minors),
            ~sa.exists().where(sa.literal(prefix).concat(_m.deposit_id) == _e.key, _m.holds_target.is_not(None)),
        )
    )
    return [
        OpenTarget(
            MatchKind.DEPOSIT,
            row.subject.removeprefix(prefix),
            row.book_date,
            Money(row.amount_minor, CURRENCIES[row.currency]),
            "Cash and cheques that were banked",
        )
        for row in rows
    ]


def open_targets(conn: Connection, lines: Sequence[OpenLine]) -> list[OpenTarget]:
    """Everything in our books that one of these lines may be: it has the same amount."""
    minors = sorted({line.amount.minor for line in lines})
    return [*unmatched_payouts(conn, minors), *unmatched_gifts(conn, minors), *unmatched_deposits(conn, minors)]


def has_statements(conn: Connection) -> bool:
    """Whether a statement of the bank was read in, and not taken back."""
    return conn.scalar(sa.select(_i.id).where(_i.undone_at.is_(None)).limit(1)) is not None


def proved_to_bank(conn: Connection, month: date) -> list[ProvedPayouts]:
    """How much of the payouts that arrived in this month (its first day) is a line of the bank, by currency."""
    first, after = (datetime.combine(day, time(), UTC) for day in (month, month_after(month)))
    rows = conn.execute(
        sa.select(payout, _m.line_id)
        .outerjoin(bank_match, _m.holds_target == _p.id)
        .where(_p.arrived_at >= first, _p.arrived_at < after, _p.returned_at.is_(None))
        .order_by(_p.arrived_at, _p.id)
    ).all()
    return proved_payouts([_payout(row) for row in rows], {row.id: row.line_id for row in rows if row.line_id})
