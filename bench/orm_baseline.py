"""The usual way, as a baseline: SQLAlchemy's ORM, one transaction a request, the same rows as ours."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, registry

import campaigns.tables
import ledger.tables
import outbox.tables
import payments.books.tables
import payments.gifts.tables
import payments.inbox.tables
import receipts.tables
from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.instants import from_unix
from ledger.money import GBP, Money
from receipts.receipt import Draft, ReceiptLine

_mapped = registry()


def _class(table: sa.Table) -> Any:
    """A mapped class for a table, as declarative code would make it."""
    mapped = type(table.name.title().replace("_", ""), (), {})
    _mapped.map_imperatively(mapped, table)
    return mapped


Delivery, Body, Charge = map(
    _class, (payments.inbox.tables.delivery, payments.inbox.tables.delivery_body, payments.books.tables.charge)
)
Gift, Allocation = map(_class, (payments.gifts.tables.gift, payments.gifts.tables.allocation))
Entry, Uncleared = map(_class, (ledger.tables.entry, ledger.tables.uncleared))
Total, MonthTotal = map(_class, (ledger.tables.total, ledger.tables.month_total))
Receipt, Series = map(_class, (receipts.tables.receipt, receipts.tables.receipt_series))
Job, Campaign = _class(outbox.tables.job), _class(campaigns.tables.campaign)


class OrmBaseline:
    """Applies each delivery in a transaction of its own."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url).execution_options(farthing_begin="immediate")
        if self._engine.dialect.name == "sqlite":  # forty threads wait for one lock, and must not time out
            sa.event.listen(self._engine, "connect", lambda conn, _: conn.execute("PRAGMA busy_timeout=60000"))

    def apply(self, event: Mapping[str, Any], body: bytes) -> None:
        """Store a delivery and everything that follows from it."""
        now = datetime.now(UTC)
        with Session(self._engine) as session, session.begin():
            if self._engine.dialect.name == "postgresql":
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(1)))
            if session.get(Delivery, event["id"]) is not None:
                return
            self._apply(session, event, body, now)

    def _apply(self, session: Session, event: Mapping[str, Any], body: bytes, now: datetime) -> None:
        charge = event["data"]["object"]
        at, gift = from_unix(charge["created"]), session.get_one(Gift, charge["metadata"]["gift_id"])
        _add(session, Delivery, id=event["id"], type=event["type"], api_version=event["api_version"], livemode=False,
             created_at=from_unix(event["created"]), received_at=now, applied_at=now, attempts=1,
             digest=sha256(body).hexdigest())  # fmt: skip
        session.flush()
        _add(session, Body, delivery_id=event["id"], body=body)
        _add(session, Charge, id=charge["id"], payment=charge["payment_intent"], gift_id=gift.id,
             payment_intent=charge["payment_intent"], gift_hint=gift.id, currency="GBP", method="Visa ending 4242",
             amount_minor=charge["amount"], succeeded_at=at)  # fmt: skip
        gift.state, gift.payment, gift.received_at, gift.received_on = (
            "received",
            charge["payment_intent"],
            at,
            at.date(),
        )
        lines = []
        for share in session.scalars(
            sa.select(Allocation).where(payments.gifts.tables.allocation.c.gift_id == gift.id)
        ):
            self._post(session, share, gift, event, at, now)
            lines.append(
                ReceiptLine(session.get_one(Campaign, share.campaign_id).title, Money(share.amount_minor, GBP))
            )
        _receipt(session, gift, lines, at.date(), now)

    def _post(
        self, session: Session, share: Any, gift: Any, event: Mapping[str, Any], at: datetime, now: datetime
    ) -> None:
        newest = session.scalar(sa.select(sa.func.max(ledger.tables.entry.c.id))) or 0
        _add(session, Entry, id=newest + 1, key=f"gift:{gift.payment}:{share.n}", kind="gift", debit="clearing",
             credit="gifts", currency="GBP", amount_minor=share.amount_minor, subject=gift.payment,
             campaign_id=share.campaign_id, gift_id=gift.id, occurred_at=at, book_date=at.date(), posted_at=now,
             cause=event["id"])  # fmt: skip
        for account, debit in (("clearing", True), ("gifts", False)):
            _total(session, account, share, at.date(), debit=debit)
        _add(session, Uncleared, subject=gift.payment, currency="GBP", balance_minor=share.amount_minor, since=at)


def _add(session: Session, mapped: Any, **columns: Any) -> None:
    row = mapped()
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)


def _total(session: Session, account: str, share: Any, day: date, *, debit: bool) -> None:
    _add_to(session, Total, {"book_date": day}, account, share, debit=debit)
    _add_to(session, MonthTotal, {"month": f"{day:%Y-%m}"}, account, share, debit=debit)


def _add_to(session: Session, kept: Any, time: Mapping[str, Any], account: str, share: Any, *, debit: bool) -> None:
    key = {"account": account, "currency": "GBP", "campaign_id": share.campaign_id, **time}
    total = session.get(kept, tuple(key.values()))
    if total is None:
        _add(session, kept, **key, debit_minor=share.amount_minor * debit,
             credit_minor=share.amount_minor * (not debit), debits=int(debit), credits=int(not debit))  # fmt: skip
        session.flush()
        return
    total.debit_minor += share.amount_minor * debit
    total.credit_minor += share.amount_minor * (not debit)
    total.debits += debit
    total.credits += not debit


def _receipt(session: Session, gift: Any, lines: list[ReceiptLine], day: date, now: datetime) -> None:
    series = session.get(Series, day.year)
    if series is None:
        _add(session, Series, year=day.year, last_number=1)
        number = 1
    else:
        series.last_number = number = series.last_number + 1
    draft = Draft(
        gift.id, day, gift.donor_name, tuple(lines), "Visa ending 4242", gift.id[:8], DEMO_ORGANISATION, "test"
    )
    printed = f"{day.year}-{number:06d}"
    _add(session, Receipt, id=day.year * receipts.tables.YEAR_SPAN + number, year=day.year, number=number,
         gift_id=gift.id, edition=1, issued_on=day, issued_at=now, template=1,
         snapshot=draft.snapshot(printed, day))  # fmt: skip
    _add(session, Job, key=f"receipts.print:{printed}", kind="receipts.print", payload={"number": printed},
         urgent=False, queued_at=now, due_at=now, attempts=0)  # fmt: skip
