"""Load what the database knows about a batch of happenings, and what they lead to, with a few questions for all.

First one question says which rows are kept about the names in the batch; then only those tables are asked that hold
any. A first charge of a gift is about nothing that is kept, and costs one question and the gift itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.store import campaign_names
from database.questions import look_up, look_up_all
from donors.store import languages_of_donors
from ledger.money import Money, currency
from organisation.organisation import OrganisationProfile
from organisation.store import newest_version
from payments.books import tables
from payments.books.decide.known import BookedCharge, BookedLine, Known, Payout, Refund
from payments.books.decide.notice import Notice
from payments.gifts import store as gift_store
from payments.gifts.gift import CheckoutLink, Gift, GiftState
from payments.gifts.recurring import Recurring, instalment_id
from payments.gifts.recurring_store import recurring_of
from payments.giving.receipt_facts_views import known_for_receipts
from payments.reading.happenings import (
    BalanceChanged,
    BalanceLine,
    Category,
    ChargeSucceeded,
    CheckoutReported,
    ChosenParts,
    DisputeFundsMoved,
    FeeBookedWhole,
    GiftAdopted,
    Happening,
    InvoicePaid,
    InvoiceReported,
    MarkDisproved,
    PaymentFailed,
    PayoutArrived,
    PayoutReturned,
    RefundAgreed,
    RefundFailed,
    StatusChanged,
    SubscriptionReported,
)
from webhooks.store import wanted_types

_c, _i, _ip = tables.charge.c, tables.invoice.c, tables.invoice_payment.c
_r, _d, _f, _w = tables.refund.c, tables.dispute_move.c, tables.payment_failure.c, tables.waiting_fact.c
_l, _p = tables.balance_line.c, tables.payout.c

# Every column that may hold one of the names, with the key of its row.
_PLACES: tuple[Any, ...] = tuple(
    ((sa.literal_column(f"'{key.table.name}'"), key), column)
    for key, columns in (
        (_c.id, (_c.id, _c.payment)),
        gift_store.CHECKOUT_NAMES,
        (_i.id, (_i.id,)),
        (_ip.payment, (_ip.payment, _ip.invoice_id)),
        (_r.id, (_r.id, _r.payment)),
        (_d.line_id, (_d.line_id, _d.payment)),
        (_f.charge, (_f.charge, _f.payment)),
        (_w.payment, (_w.payment,)),
        (_l.id, (_l.id, _l.payment, _l.subject)),
        (_p.id, (_p.id,)),
    )
    for column in columns
)
_CHARGE = (
    _c.id, _c.payment, _c.payment_intent, _c.currency, _c.amount_minor, _c.method, _c.succeeded_at, _c.gift_hint,
    _c.gift_id,
)  # fmt: skip
_INVOICE = (_i.id, _i.recurring_id, _i.is_first)
_INVOICE_PAYMENT = (_ip.invoice_id, _ip.payment)
_REFUND = (_r.id, _r.payment, _r.currency, _r.amount_minor, _r.agreed_at, _r.undone_at, _r.parts, _r.failure_reason)
_DISPUTE_MOVE = (_d.line_id, _d.dispute, _d.payment, _d.currency, _d.amount_minor, _d.moved_at)
_FAILURE = (_f.charge, _f.payment, _f.currency, _f.amount_minor, _f.failed_at)
_LINE = (
    _l.id, _l.category, _l.kind, _l.currency, _l.amount_minor, _l.fee_minor, _l.original_currency, _l.original_minor,
    _l.subject, _l.payment, _l.marked, _l.created_at, _l.ours,
)  # fmt: skip
_PAYOUT = (_p.id, _p.currency, _p.amount_minor, _p.arrived_at, _p.returned_at)

# The ids that a happening names, by its fields.
_NAMES: Mapping[type, tuple[str, ...]] = {
    ChargeSucceeded: ("charge", "payment"),
    PaymentFailed: ("charge", "payment"),
    CheckoutReported: ("session", "payment_intent"),
    SubscriptionReported: (),
    InvoiceReported: ("invoice",),
    InvoicePaid: ("invoice", "payment"),
    RefundAgreed: ("refund", "payment"),
    RefundFailed: ("refund", "payment"),
    DisputeFundsMoved: ("line", "payment"),
    PayoutArrived: ("payout",),
    PayoutReturned: ("payout",),
    StatusChanged: (),
    BalanceChanged: (),
    BalanceLine: ("id", "payment", "subject"),
    MarkDisproved: ("payment",),
    FeeBookedWhole: ("line", "payment"),
    GiftAdopted: ("payment",),
}

Kept = Mapping[str, set[str]]
"""By table, the keys of the rows that are kept."""


def load_known(conn: Connection, notices: Sequence[Notice], timezone: str) -> Known:
    """Everything that is kept about these happenings: what they name, and what that leads to.

    An invoice leads to the payments that paid it, a payment to its invoice, an invoice to its recurring gift, and all
    of them to gifts.
    """
    happenings = [notice.happening for notice in notices]
    names = {name for happening in happenings for name in _names_in(happening)}
    kept = _kept_about(conn, names)
    invoice_payments = _invoice_payments(conn, kept)
    if further := {name for link in invoice_payments.values() for name in (link.invoice, link.payment)} - names:
        kept = _merged(kept, _kept_about(conn, further))
    charges, invoices = _charges(conn, kept), _invoices(conn, kept)
    checkouts = gift_store.checkouts(conn, kept["checkout"])
    recurring = recurring_of(conn, _recurring_ids(happenings, invoices))
    gifts = gift_store.gifts(conn, _gift_ids(happenings, charges, checkouts, invoices, recurring))
    books_gifts = bool(recurring) or _may_be_booked(gifts.values())
    wanted = wanted_types(conn) if any(map(_may_be_told, happenings)) else frozenset()
    named = campaign_names(conn) if books_gifts or wanted else []
    issuer = newest_version(conn, timezone) if books_gifts else None
    return Known(
        charges=charges,
        checkouts=checkouts,
        invoices=invoices,
        invoice_payments=invoice_payments,
        refunds=_refunds(conn, kept),
        dispute_moves=_dispute_moves(conn, kept),
        failures=_failures(conn, kept),
        lines=_lines(conn, kept),
        payouts=_payouts(conn, kept),
        waiting=frozenset(kept["waiting_fact"]),
        recurring=recurring,
        gifts=gifts,
        titles={campaign.id: campaign.title for campaign in named},
        parents={campaign.id: campaign.parent for campaign in named if campaign.parent is not None},
        issuer=issuer.profile if issuer else None,
        languages=_languages(conn, issuer.profile, gifts, recurring) if issuer else {},
        for_receipts=known_for_receipts(conn, issuer.profile if issuer else None, gifts, recurring),
        wanted_events=wanted,
        slugs={campaign.id: campaign.slug for campaign in named} if wanted else {},
    )


def _languages(
    conn: Connection, issuer: OrganisationProfile, gifts: Mapping[str, Gift], recurring: Mapping[str, Recurring]
) -> dict[str, str]:
    """The languages of the donors of these gifts; nothing where the organisation offers one alone."""
    if not issuer.languages:
        return {}
    donors = {gift.donor_id for gift in gifts.values()} | {standing.donor_id for standing in recurring.values()}
    return languages_of_donors(conn, sorted(donor for donor in donors if donor is not None))


def _names_in(happening: Happening) -> tuple[str | None, ...]:
    """The ids under which something about this may be kept; None where it names nothing."""
    return tuple(getattr(happening, name) for name in _NAMES[type(happening)])


def _recurring_ids(happenings: Iterable[Happening], invoices: Mapping[str, InvoiceReported]) -> set[str]:
    reported = {
        happening.recurring for happening in happenings if isinstance(happening, SubscriptionReported | InvoiceReported)
    }
    return (reported | {invoice.recurring for invoice in invoices.values()}) - {""}


def _gift_ids(
    happenings: Iterable[Happening],
    charges: Mapping[str, BookedCharge],
    checkouts: Mapping[str, CheckoutLink],
    invoices: Mapping[str, InvoiceReported],
    recurring: Mapping[str, Recurring],
) -> set[str]:
    """The gifts that the happenings and the kept facts name, and the instalments that the invoices may have made."""
    reported = [happening for happening in happenings if isinstance(happening, InvoiceReported)]
    named = {
        happening.gift
        for happening in happenings
        if isinstance(happening, ChargeSucceeded | PaymentFailed | CheckoutReported | BalanceLine)
    }
    named |= {charge.gift or charge.fact.gift for charge in charges.values()} | {
        checkout.gift for checkout in checkouts.values()
    }
    named |= {recurring_gift.first_gift for recurring_gift in recurring.values()}
    named |= {
        instalment_id(invoice.invoice) for invoice in (*reported, *invoices.values()) if invoice.recurring in recurring
    }
    return {gift for gift in named if gift}


def _may_be_booked(gifts: Iterable[Gift]) -> bool:
    """Whether any is to be received, or is shared, so that a second payment of it is to be booked by share."""
    return any(gift.state is not GiftState.RECEIVED or len(gift.allocations) > 1 for gift in gifts)


def _may_be_told(happening: Happening) -> bool:
    """Whether an outgoing event may follow. None does from what only settles a payment, which is most of the lines."""
    if isinstance(happening, BalanceLine):
        return happening.category is not Category.PAYMENT
    return not isinstance(happening, (StatusChanged, BalanceChanged))


def _kept_about(conn: Connection, names: Iterable[str | None]) -> Kept:
    kept: defaultdict[str, set[str]] = defaultdict(set)
    for table, key in look_up_all(conn, _PLACES, sorted(name for name in names if name)):
        kept[table].add(key)
    return kept


def _merged(kept: Kept, more: Kept) -> Kept:
    merged = defaultdict(set, {table: set(keys) for table, keys in kept.items()})
    for table, keys in more.items():
        merged[table] |= keys
    return merged


def _rows(conn: Connection, columns: Sequence[sa.Column[Any]], key: sa.Column[Any], kept: Kept) -> list[Any]:
    return sorted(look_up(conn, columns, key, sorted(kept[key.table.name])), key=lambda row: row[0])


def _charges(conn: Connection, kept: Kept) -> dict[str, BookedCharge]:
    return {
        charge: BookedCharge(
            ChargeSucceeded(charge, payment, intent, Money(minor, currency(code)), method, at, hint), gift
        )
        for charge, payment, intent, code, minor, method, at, hint, gift in _rows(conn, _CHARGE, _c.id, kept)
    }


def _invoices(conn: Connection, kept: Kept) -> dict[str, InvoiceReported]:
    return {row[0]: InvoiceReported(row[0], row[1], bool(row[2])) for row in _rows(conn, _INVOICE, _i.id, kept)}


def _invoice_payments(conn: Connection, kept: Kept) -> dict[str, InvoicePaid]:
    return {row[1]: InvoicePaid(*row) for row in _rows(conn, _INVOICE_PAYMENT, _ip.payment, kept)}


def _refunds(conn: Connection, kept: Kept) -> dict[str, Refund]:
    return {
        refund: Refund(refund, payment, Money(minor, currency(code)), agreed_at, failed_at, _chosen(parts), why or "")
        for refund, payment, code, minor, agreed_at, failed_at, parts, why in _rows(conn, _REFUND, _r.id, kept)
    }


def _chosen(parts: list[list[int]] | None) -> ChosenParts:
    return tuple((share, minor) for share, minor in parts or [])


def _dispute_moves(conn: Connection, kept: Kept) -> dict[str, DisputeFundsMoved]:
    return {
        line: DisputeFundsMoved(line, dispute, payment, Money(minor, currency(code)), at)
        for line, dispute, payment, code, minor, at in _rows(conn, _DISPUTE_MOVE, _d.line_id, kept)
    }


def _failures(conn: Connection, kept: Kept) -> dict[str, PaymentFailed]:
    return {
        charge: PaymentFailed(charge, payment, Money(minor, currency(code)), at)
        for charge, payment, code, minor, at in _rows(conn, _FAILURE, _f.charge, kept)
    }


def _lines(conn: Connection, kept: Kept) -> dict[str, BookedLine]:
    return {row[0]: _line(row) for row in _rows(conn, _LINE, _l.id, kept)}


def _line(row: Any) -> BookedLine:
    identity, category, kind, code, minor, fee, original_code, original, subject, payment, marked, at, ours = row
    of = currency(code)
    line = BalanceLine(
        id=identity,
        category=Category(category),
        kind=kind,
        amount=Money(minor, of),
        fee=Money(fee, of),
        original=None if original_code is None else Money(original, currency(original_code)),
        subject=subject,
        payment=payment,
        marked=bool(marked),
        at=at,
    )
    return BookedLine(line, None if ours is None else bool(ours))


def _payouts(conn: Connection, kept: Kept) -> dict[str, Payout]:
    return {
        payout: Payout(payout, Money(minor, currency(code)), arrived_at and arrived_at.date(), returned_at)
        for payout, code, minor, arrived_at, returned_at in _rows(conn, _PAYOUT, _p.id, kept)
    }
