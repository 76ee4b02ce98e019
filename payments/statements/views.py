"""What statements are made of: who gave in some days, and what. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from database.questions import among
from donors.donor import ERASED, NOBODY
from donors.merge_store import ids_of_person, kept_donors
from donors.tables import donor
from ledger.money import Money, currency
from ledger.return_views import kept_of_gifts
from outbox.letters import letters_posted
from payments.gifts.gift import GiftState
from payments.gifts.offline import Means
from payments.gifts.tables import allocation, gift, offline_gift
from payments.valuing.valuation_store import valuations_of
from receipts.benefit import Benefit, LegalFacts, benefits_of_several
from receipts.credit_note import went_back_of_receipt
from receipts.jurisdictions import asks_for_benefits
from receipts.receipt import Receipt
from receipts.statement import StatementGift, StatementKind, statement_series
from receipts.tables import document, document_pdf, document_void, receipt

_g, _a, _o, _d = gift.c, allocation.c, offline_gift.c, document.c


SEVERAL = ", "  # between the numbers of statements that one takes the place of


@dataclass(frozen=True, slots=True)
class StatementSpan:
    """Which statements: of what kind, and of which days, both included."""

    kind: StatementKind
    first_day: date
    last_day: date

    def subject(self, person: str) -> str:
        """What a person's statement of these days is of: with its edition it exists once."""
        return f"{self.first_day}:{self.last_day}:{person}"

    @property
    def name(self) -> str:
        """The name of its job, and of its files."""
        return f"{self.kind.value}:{self.first_day}:{self.last_day}"


@dataclass(frozen=True, slots=True)
class StatementProgress:
    """How far the statements of a span have come: how many people gave, and how many statements there are of each."""

    people: int
    issued: int
    printed: int
    mailed: int


def people_of_span(conn: Connection, span: StatementSpan) -> Sequence[str]:
    """Everybody known who gave on these days, each person once, in the order of their ids.

    Not who was erased, nor whoever stands for all of whom nothing is known.
    """
    ids = conn.scalars(sa.select(_g.donor_id).distinct().where(_counted(span), _g.donor_id.is_not(None))).all()
    kept = kept_donors(conn)
    return sorted({kept.get(donor_id, donor_id) for donor_id in ids} - _not_people(conn))


def _not_people(conn: Connection) -> set[str]:
    key = donor.c.email_key
    return set(conn.scalars(sa.select(donor.c.id).where(sa.or_(key == NOBODY, key.like(f"%@{ERASED}")))))


def have_statement(conn: Connection, span: StatementSpan, people: Sequence[str] | None = None) -> set[str]:
    """Those who have a statement of exactly these days, void ones included; of these people, where they are given.

    One that gave way to another person's, when the two were joined, is theirs no more.
    """
    instead = document.alias()
    replaced = document.outerjoin(document_void, document_void.c.document_id == _d.id)
    replaced = replaced.outerjoin(instead, instead.c.id == document_void.c.replaced_by)
    own = sa.or_(instead.c.donor_id.is_(None), instead.c.donor_id == _d.donor_id)
    which = sa.and_(_of_span(span), own, sa.true() if people is None else _d.donor_id.in_(people))
    return set(conn.scalars(sa.select(_d.donor_id).select_from(replaced).where(which)))


def standing_of_person(conn: Connection, span: StatementSpan, person: str) -> Sequence[str]:
    """The numbers of the statements of these days that hold, of everybody who is this person."""
    holds = document.outerjoin(document_void, document_void.c.document_id == _d.id)
    own = sa.and_(_of_span(span), _d.donor_id.in_(ids_of_person(conn, person)), document_void.c.document_id.is_(None))
    return conn.scalars(sa.select(_d.id).select_from(holds).where(own).order_by(_d.id)).all()


def numbers_of_span(conn: Connection, span: StatementSpan) -> Sequence[str]:
    """The numbers of its statements that hold, in their order."""
    holds = document.outerjoin(document_void, document_void.c.document_id == _d.id)
    which = sa.and_(_of_span(span), document_void.c.document_id.is_(None))
    return conn.scalars(sa.select(_d.id).select_from(holds).where(which).order_by(_d.year, _d.number)).all()


def progress_of_span(conn: Connection, span: StatementSpan) -> StatementProgress:
    """How far its statements have come."""
    numbers = numbers_of_span(conn, span)
    printed = conn.scalar(sa.select(sa.func.count()).where(among(conn, document_pdf.c.document_id, numbers)))
    mailed = letters_posted(conn, [f"document:{number}" for number in numbers])
    return StatementProgress(len(people_of_span(conn, span)), len(numbers), printed or 0, mailed)


def statement_gifts(conn: Connection, span: StatementSpan, person: str) -> tuple[StatementGift, ...]:
    """What a person gave on these days, the earliest first: money that came, and what of it went back since."""
    own = sa.and_(_counted(span), _g.donor_id.in_(ids_of_person(conn, person)))
    columns = (_g.id, _g.received_on, _g.amount_minor, _g.currency)
    rows = conn.execute(sa.select(*columns).where(own).order_by(_g.received_on, _g.id)).all()
    ids = [row.id for row in rows]
    titles, receipts, kept = _titles(conn, ids), _receipts(conn, ids), kept_of_gifts(conn, ids)
    gifts = []
    for row in rows:
        issued, of = receipts.get(row.id), currency(row.currency)
        amount = issued.total if issued else Money(row.amount_minor, of)
        left = kept.get((row.id, amount.currency.code), amount.minor)
        back = went_back_of_receipt(amount, Money(left, amount.currency))
        gifts.append(
            StatementGift(
                row.received_on, ", ".join(titles.get(row.id, ())), issued.number if issued else "",
                issued.method if issued else "", amount, back,
            )
        )  # fmt: skip
    return tuple(gifts)


def benefits_of_span(conn: Connection, span: StatementSpan, person: str, jurisdiction: str) -> LegalFacts:
    """What a person got back for gifts of these days, where the law of their statement asks for it."""
    if not asks_for_benefits(jurisdiction):
        return ()
    own = sa.and_(_counted(span), _g.donor_id.in_(ids_of_person(conn, person)))
    days = {row[0]: row[1] for row in conn.execute(sa.select(_g.id, _g.received_on).where(own))}
    valued = valuations_of(conn, sorted(days)).values()
    bought = [(days[each.gift_id], Benefit(each.benefit, each.market_value)) for each in valued if each.market_value]
    return benefits_of_several(sorted(bought, key=lambda each: each[0]))


def name_on_receipts(conn: Connection, span: StatementSpan, person: str) -> str:
    """What the newest receipt of these gifts calls a person who has no name here."""
    own = sa.and_(_counted(span), _g.donor_id.in_(ids_of_person(conn, person)))
    ids = conn.scalars(sa.select(_g.id).where(own).order_by(_g.received_on, _g.id)).all()
    receipts = _receipts(conn, ids)
    names = [receipts[gift_id].donor_name for gift_id in ids if gift_id in receipts]
    return next((name for name in reversed(names) if name), "")


def _counted(span: StatementSpan) -> sa.ColumnElement[bool]:
    """Gifts of money that came on these days and were not taken back as entered by mistake."""
    left_out = sa.exists().where(
        _o.gift_id == _g.id, sa.or_(_o.taken_back_at.is_not(None), _o.means == Means.IN_KIND.value)
    )
    came = sa.and_(_g.state == GiftState.RECEIVED.value, _g.received_on.between(span.first_day, span.last_day))
    return sa.and_(came, ~left_out)


def _of_span(span: StatementSpan) -> sa.ColumnElement[bool]:
    beginning = span.subject("")
    return sa.and_(
        _d.series == statement_series(span.kind).value, _d.subject >= beginning, _d.subject < beginning + "~"
    )


def _titles(conn: Connection, gift_ids: Sequence[str]) -> dict[str, list[str]]:
    rows = conn.execute(
        sa.select(_a.gift_id, campaign.c.title)
        .join(campaign, campaign.c.id == _a.campaign_id)
        .where(among(conn, _a.gift_id, gift_ids))
        .order_by(_a.gift_id, _a.n)
    )
    titles: dict[str, list[str]] = {}
    for gift_id, title in rows:
        titles.setdefault(gift_id, []).append(title)
    return titles


def _receipts(conn: Connection, gift_ids: Sequence[str]) -> dict[str, Receipt]:
    """The latest receipt of each gift."""
    of_gifts = sa.select(receipt.c.gift_id, receipt.c.snapshot).where(among(conn, receipt.c.gift_id, gift_ids))
    rows = conn.execute(of_gifts.order_by(receipt.c.edition))
    return {gift_id: Receipt.from_json(snapshot) for gift_id, snapshot in rows}
