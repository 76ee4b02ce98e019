"""Decide what follows from a batch of happenings and what is known about them.

One module a topic. Each takes what is known and what the topics before it decided, and returns values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ledger.entry import book_date
from organisation.organisation import Organisation, OrganisationProfile
from payments.books.decide.changes import Changes, RecurringChanges
from payments.books.decide.charges import DecidedCharges, PaidGift, decide_charges
from payments.books.decide.checkouts import decide_checkouts
from payments.books.decide.entries import gift_entries
from payments.books.decide.events import decide_events
from payments.books.decide.known import Known
from payments.books.decide.lines import decide_lines
from payments.books.decide.notice import Batch, Notice
from payments.books.decide.payouts import decide_payouts
from payments.books.decide.recurring import DecidedInvoices, decide_invoices
from payments.books.decide.withdrawals import Links, decide_withdrawals
from payments.gifts.gift import Gift, GiftState
from payments.gifts.receiving import Issuer, Received, receive
from payments.reading.happenings import BalanceChanged, StatusChanged
from receipts.receipt import PLAIN_LOCALE


@dataclass(frozen=True, slots=True)
class BookRules:
    """Whose books these are: the organisation that receives, the time zone of its days, and the mode.

    Receipts name the organisation that the database knows (`Known.issuer`), and this one where it knows none. `mark`
    is this installation's: what its gifts carry at Stripe. `verify_base` is the public address of the page that says
    whether a receipt is genuine.
    """

    organisation: Organisation
    zone: tzinfo
    mode: str
    mark: str = ""
    verify_base: str = ""


def decide(known: Known, notices: Sequence[Notice], rules: BookRules, now: datetime) -> Changes:
    """What these happenings change. What was known already changes nothing.

    Raises ConflictingEntry when a fact is reported with other contents than before.
    """
    batch = Batch(notices)
    checkouts = decide_checkouts(known, batch)
    invoices = decide_invoices(known, batch)
    charges = decide_charges(known, batch, (checkouts, invoices), rules.mark)
    lines = decide_lines(known, batch, (checkouts, invoices, charges), rules.zone)
    withdrawals = decide_withdrawals(known, batch, Links(checkouts, invoices, charges, lines), rules.zone)
    payouts = decide_payouts(known, batch, lines, rules.zone)
    received = [_received(paid, rules.zone, known) for paid in charges.paid]
    entries_of_gifts = [entry for payment in received for entry in gift_entries(payment, known.parents)]
    entries = (*entries_of_gifts, *withdrawals.entries, *lines.entries, *payouts.entries)
    states = _states(checkouts.states, withdrawals.failed_gifts, known.gifts)
    reception = receive(received, _issuer(known, rules), known.titles, issued_on=book_date(now, rules.zone))
    return Changes(
        checkouts=checkouts.changes,
        recurring=_recurring(invoices, charges),
        charges=charges.changes,
        withdrawals=withdrawals.changes,
        lines=lines.changes,
        payouts=payouts.changes,
        entries=entries,
        states=states,
        reception=reception,
        statuses=tuple(status for status, _ in batch.of(StatusChanged)),
        balance_changed=bool(batch.of(BalanceChanged)),
        events=decide_events(known, reception.received, states, entries),
    )


def _issuer(known: Known, rules: BookRules) -> Issuer:
    if known.issuer is None:
        return Issuer(OrganisationProfile(rules.organisation, PLAIN_LOCALE), rules.mode, rules.verify_base)
    return Issuer(known.issuer, rules.mode, rules.verify_base)


def _received(paid: PaidGift, zone: tzinfo, known: Known) -> Received:
    charge, day = paid.charge, book_date(paid.charge.at, zone)
    return Received(
        gift=paid.gift,
        amount=charge.amount,
        at=charge.at,
        day=day,
        method=charge.method,
        subject=charge.payment,
        source=charge.charge,
        cause=paid.cause,
        language=known.languages.get(paid.gift.donor_id or "", ""),
        payer=_payer(paid),
        facts=known.for_receipts.facts(paid.gift, charge.amount, day),
    )


def _payer(paid: PaidGift) -> str:
    """The name that the payment carries, for a gift that has none.

    Only of a charge that names its gift itself: another may come before the message that joins them, and is kept
    without a name. Of an erased donor nothing is learnt again: their gifts have no address.
    """
    donor = paid.gift.donor
    return "" if donor.name or not donor.email or paid.linked else paid.charge.payer


def _recurring(invoices: DecidedInvoices, charges: DecidedCharges) -> RecurringChanges:
    return RecurringChanges(
        subscriptions=invoices.subscriptions,
        invoices=invoices.invoices,
        invoices_named_later=invoices.named_later,
        invoice_payments=invoices.invoice_payments,
        instalments=charges.instalments.new,
        named=charges.instalments.named,
    )


def _states(
    by_session: Mapping[str, GiftState], failed: Iterable[str], gifts: Mapping[str, Gift]
) -> dict[str, GiftState]:
    """The gifts that rise, and to which state: of two states the higher one."""
    states = dict(by_session)
    for gift in failed:
        states[gift] = max(states.get(gift, GiftState.FAILED), GiftState.FAILED, key=lambda state: state.rank)
    return {gift: state for gift, state in states.items() if state.rank > gifts[gift].state.rank}
