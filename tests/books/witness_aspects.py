"""What the witness reads from a database, aspect by aspect, as lines of text in a fixed order.

Raw SQL where a table can be asked. The desk's figures and the canonical export come from the product's own
functions. This is the only module of the witness that knows their names: when a name moves, it moves here, and
the digests stay. Left out: random values (receipt tokens, ids of settlement and reconcile runs) and row ids.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from json import dumps, loads
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.store import campaigns
from database.lists import ListChoice, ListQuestion, ListWindow, list_rows, list_total
from ledger.accounts import Figure
from ledger.money import Money, currency
from ledger.store import raised_by_campaign
from ledger.views import monthly_sums
from payments.books.list_views import DISPUTES, PAYOUTS, REFUNDS
from payments.books.views import charges_without_gift, disputes_to_answer, payout_rows_unlike_their_lines
from payments.gifts.entry_list_views import ENTRIES
from payments.gifts.recurring_views import RECURRING, expected_sums, instalment_rows
from payments.gifts.views import discrepancies, discrepancy_count
from payments.inbox.store import dead_letters
from payments.settlement.views import stripe_status
from proof.canonical import canonical
from proof.store_audit import count_charges_without_gift
from treasury.money.places import places
from treasury.overview.figures import SHOWN, sheets

ALL = 10_000
"""More rows than any story or history has."""

# A heading and a question each. The heading is part of the digest and never changes; a question may.
RECEIPTS = {
    "receipt": "SELECT year, number, gift_id, edition, issued_on, issued_at, template, snapshot FROM receipt",
    "series": "SELECT year, last_number FROM receipt_series",
}
# Letters that later versions write are no part of the books.
JOBS = {
    "job": "SELECT key, kind, payload, urgent, queued_at, due_at, attempts, error FROM job"
    " WHERE kind NOT IN ('gift.state', 'gift.refund', 'recurring.news')"
}
EVIDENCE = {
    "entry": "SELECT key, cause, posted_at FROM entry",
    # Not the error: it begins with the name of a class.
    "delivery": "SELECT id, type, applied_at, attempts, next_attempt_at FROM delivery",
}
_FIRST_RECEIPTS = (
    "SELECT gift.id, gift.payment, receipt.year, receipt.number FROM gift"
    " JOIN receipt ON receipt.gift_id = gift.id AND receipt.edition = 1"
)
RUN_ID = re.compile(r":[0-9a-f]{32}$")
"""A settlement or reconcile run has a random id: only the word before it is kept."""


def canonical_lines(conn: Connection) -> Iterator[str]:
    """The canonical export."""
    return canonical(conn)


def receipt_lines(conn: Connection) -> Iterator[str]:
    """Year, number, gift and frozen contents of every receipt, and how far each year's numbers have come."""
    return _tables(conn, RECEIPTS)


def job_lines(conn: Connection) -> Iterator[str]:
    """The jobs that wait."""
    return _tables(conn, JOBS)


def evidence_lines(conn: Connection) -> Iterator[str]:
    """What caused each entry and when it was posted; which deliveries are in the books, and which failed."""
    return _tables(conn, EVIDENCE)


def desk_lines(conn: Connection) -> Iterator[str]:
    """The figures and lists of the desk's pages."""
    yield from _written("sheets", _sheets(conn))
    yield from _written("raised", _raised(conn))
    yield from _written("totals", _totals(conn))
    yield from _written("movements", _movements(conn))
    for heading, rows, fields in _lists(conn):
        yield from _written(heading, (attrgetter(*fields.split())(row) for row in rows))
    yield from _written("places", ([place, amount] for where in places(conn) for place, amount in where.places))
    yield from _written("promises", ([row.interval, row.count, row.amount] for row in expected_sums(conn)))
    yield from _written("counts", _counts(conn))
    yield from _written("to do", [[discrepancy_count(conn), count_charges_without_gift(conn)]])


ASPECTS: dict[str, Callable[[Connection], Iterator[str]]] = {
    "canonical": canonical_lines,
    "receipts": receipt_lines,
    "jobs": job_lines,
    "desk": desk_lines,
    "evidence": evidence_lines,
}


def _lists(conn: Connection) -> Iterator[tuple[str, Sequence[object], str]]:
    """Each list of the desk: its heading, its rows, and what a row says."""
    yield "whereabouts", places(conn), "currency.code proof.met proof.total"
    yield "touch", [stripe_status(conn)], "compared_at agrees silent_since"
    yield "payouts", _listed(conn, PAYOUTS, "day"), "id at arrived_on amount state lines"
    yield "payouts unlike their lines", payout_rows_unlike_their_lines(conn), "id amount lines"
    refunds = [replace(row, donor=row.donor if row.gift else None) for row in _listed(conn, REFUNDS, "day")]
    yield "refunds", refunds, "id at donor amount state"
    dispute = "id at donor amount reason state answer_by"
    disputes = _listed(conn, DISPUTES, "due")
    named = [replace(row.dispute, donor=row.dispute.donor if row.gift else None) for row in disputes]
    yield "disputes", named, dispute
    yield "disputes to answer", disputes_to_answer(conn, ALL), dispute
    yield "discrepancies", discrepancies(conn, ALL), "charge gift donor asked charged why noted_at"
    yield "homeless", charges_without_gift(conn, ALL), "charge payment amount at"
    yield "dead letters", dead_letters(conn, ALL), "id type received_at attempts next_attempt_at"
    # Of those that began at one instant the list begins with another than the one before it did.
    by_id = sorted((listed.row for listed in _listed(conn, RECURRING, "began")), key=attrgetter("id"))
    recurring = sorted(by_id, key=attrgetter("began_at"), reverse=True)
    yield (
        "recurring", recurring,
        "id state donor email amount rhythm.interval rhythm.ends_at rhythm.instalments began_at next_at retry_at"
        " failed ends_at paused_at looked_at reference runs ends_by_itself",
    )  # fmt: skip
    for line in recurring:
        yield f"instalments of {line.id}", instalment_rows(conn, line.id, ALL), "gift day asked_at state amount receipt"


def _sheets(conn: Connection) -> Iterator[list[object]]:
    """What came in and went back, by campaign, by month and in all, in each currency."""
    for sheet in sheets(monthly_sums(conn, SHOWN)):
        for line in (*sheet.by_campaign, *sheet.by_month, sheet.total):
            figures = [[figure, cell.amount] for figure, cell in zip(sheet.columns, line.cells, strict=True)]
            yield [sheet.currency.code, line.campaign, line.month, line.gifts, figures]


def _raised(conn: Connection) -> Iterator[list[object]]:
    """What each campaign's own page says."""
    of = currency("GBP")  # every campaign's, in these books
    for campaign in campaigns(conn):
        raised = raised_by_campaign(conn, [campaign.id], of)[campaign.id]
        yield [campaign.slug, raised.amount, raised.gifts]


def _listed(conn: Connection, question: ListQuestion[Any], sort: str, **words: str) -> Sequence[Any]:
    """All rows of a list of the desk."""
    return list_rows(conn, question, ListChoice(words=words), ListWindow(sort, descending=True, limit=ALL))


def _counts(conn: Connection) -> Iterator[tuple[str, int]]:
    """How long the lists are, and how many recurring gifts are in each state."""
    for name, question in (("payout", PAYOUTS), ("refund", REFUNDS), ("dispute", DISPUTES)):
        yield name, list_total(conn, question, ListChoice()).rows
    yield from Counter(str(listed.row.state) for listed in _listed(conn, RECURRING, "began")).items()


def _totals(conn: Connection) -> Iterator[list[object]]:
    """The sums below the desk's lists of entries: of each figure, in all, by campaign and by month."""
    months = sorted({total.month for total in monthly_sums(conn, SHOWN)})
    for figure in Figure:
        yield [figure, None, None, _total(conn, ListChoice(words={"figure": figure.value}))]
        for campaign in campaigns(conn):
            of_campaign = {"figure": figure.value, "campaign": str(campaign.id)}
            yield [figure, campaign.id, None, _total(conn, ListChoice(words=of_campaign))]
        for month in months:
            last = month.replace(day=monthrange(month.year, month.month)[1])
            chosen = ListChoice(first_day=month, last_day=last, words={"figure": figure.value})
            yield [figure, None, month, _total(conn, chosen)]


def _total(conn: Connection, choice: ListChoice) -> list[Money]:
    return [Money(minor, currency(code)) for code, minor in list_total(conn, ENTRIES, choice).minor.items()]


def _movements(conn: Connection) -> Iterator[list[object]]:
    """The rows of the desk's lists of entries, with the receipt of the gift's own payment."""
    numbers = {campaign.title: campaign.id for campaign in campaigns(conn)}
    receipts = {(row.id, row.payment): f"{row.year}-{row.number:06d}" for row in conn.execute(sa.text(_FIRST_RECEIPTS))}
    for figure in Figure:
        for row in _listed(conn, ENTRIES, "day", figure=figure.value):
            donor = row.donor if row.gift else None
            receipt = receipts.get((row.gift, row.subject))
            yield [figure, row.day, row.kind, numbers.get(row.campaign, 0), row.amount, donor, row.subject, receipt]


def _tables(conn: Connection, questions: Mapping[str, str]) -> Iterator[str]:
    for heading, question in questions.items():
        yield from _written(heading, (tuple(row) for row in conn.execute(sa.text(question))))


def _written(heading: str, rows: Iterable[Any]) -> Iterator[str]:
    """The rows as sorted lines: each database sorts text by rules of its own."""
    yield f"# {heading}"
    yield from sorted(dumps(_plain(row), sort_keys=True, ensure_ascii=False) for row in rows)


def _plain(value: Any) -> Any:
    """A value in one spelling, whichever database it came from."""
    if isinstance(value, Money):
        return [value.currency.code, value.minor]
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, str):  # snapshots and payloads are kept as JSON
        return loads(value) if value.startswith("{") else RUN_ID.sub("", value)
    return value.isoformat() if isinstance(value, date) else value
