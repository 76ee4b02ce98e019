"""How many receipts may have been issued since a backup was made: asked of Stripe, which no restore winds back.

Each receipt is for a gift that a charge paid, and a charge and its receipt are saved together. So whatever was issued
since is for a charge of ours that the restored database does not have, or has without its gift. Their number is the
bound: it may be too large, by charges whose receipt was never issued, and is never too small.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy.engine import Engine

from database.transactions import reading
from ledger.entry import book_date
from payments.books import store as book_store
from payments.reading.fields import expandable_id, installation_mark, instant, metadata_id, nested, text
from payments.reading.happenings import InvoicePaid, InvoiceReported
from payments.reading.invoices import read_invoice_payment
from payments.stripe.lists import ListPage, StripeLists
from payments.stripe.objects import StripeObject

# How long a debit may be under way: a charge made before the backup may have succeeded after it.
LONGEST_DEBIT = timedelta(days=30)
# By how much Stripe's clock and ours may differ when one year ends.
_CLOCKS = timedelta(hours=1)


def receipts_since(
    engine: Engine, lists: StripeLists, mark: str, zone: tzinfo, made_at: datetime, now: datetime
) -> dict[int, int]:
    """How many numbers of each year may have been taken since `made_at`. Raises StripeAway or StripeRefused."""
    floor = {"created": {"gte": int((made_at - LONGEST_DEBIT).timestamp())}}
    renewals = _renewals(lists, mark, floor)
    years = range(book_date(made_at, zone).year, book_date(now, zone).year + 1)
    counts = dict.fromkeys(years, 0)
    for page in _pages(lists.charges, floor):
        with reading(engine) as conn:
            receipted = book_store.charges_with_gift(conn, [str(row["id"]) for row in page.rows])
        for charge in page.rows:
            if charge["id"] not in receipted and _may_be_received(charge, renewals, mark):
                first_year = book_date(instant(charge) - _CLOCKS, zone).year
                counts |= {year: counts[year] + 1 for year in years if year >= first_year}
    return counts


def _renewals(lists: StripeLists, mark: str, floor: dict[str, Any]) -> set[str]:
    """The payments that paid invoices of our recurring gifts."""
    renewals = set()
    for page in _pages(lists.invoice_payments, floor):
        for row in page.rows:
            happenings = read_invoice_payment(row)
            named = any(isinstance(reported, InvoiceReported) and reported.recurring for reported in happenings)
            if named and _is_of(mark, _subscription_details(row)):
                renewals |= {paid.payment for paid in happenings if isinstance(paid, InvoicePaid)}
    return renewals


def _subscription_details(invoice_payment: StripeObject) -> StripeObject:
    parent = nested(nested(invoice_payment, "invoice"), "parent")
    return nested(parent, "subscription_details")


def _may_be_received(charge: StripeObject, renewals: set[str], mark: str) -> bool:
    """Whether it is ours and was not declined at once."""
    in_balance = charge.get("balance_transaction") or charge.get("failure_balance_transaction")
    if text(charge, "status") == "failed" and not in_balance:
        return False
    payment = expandable_id(charge, "payment_intent") or text(charge, "id")
    return payment in renewals or (metadata_id(charge, "gift_id") is not None and _is_of(mark, charge))


def _is_of(mark: str, marked: StripeObject) -> bool:
    """Whether an object's metadata has our mark, or none, as before there were marks."""
    return installation_mark(marked) in (None, mark)


def _pages(ask: Callable[..., ListPage], params: dict[str, Any]) -> Iterator[ListPage]:
    after: dict[str, str] = {}
    more = True
    while more:
        page = ask(**params, **after)
        yield page
        more = page.has_more and bool(page.rows)
        after = {"starting_after": page.rows[-1]["id"]} if page.rows else {}
