"""Everything that must be true of the books, of receipts and of deliveries, in one list of findings.

The ledger's own checks come first, then what only Stripe's balance can prove: line by line, as a whole, and
payout by payout. What needs the balance is unchecked as long as the balance was not read.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from database.instants import Clock, utc_now
from ledger.accounts import Account
from ledger.audit import audit
from ledger.finding import LISTED, PATIENCE, RESTORE, Finding, Status, amount_text, checked, unchecked
from ledger.views import balances, open_subjects
from payments.inbox.store import dead_letters, unapplied_count
from proof import store_audit as store
from proof.store_audit import Comparison
from proof.store_desk import giving_unlike_gifts, match_count, matches_unlike_lines
from proof.store_gift_aid import claim_numbers, claimed_without_right
from proof.store_groups import gifts_unlike_families, group_counts
from proof.store_periods import closed_months_that_moved
from proof.store_trace import balance_read_at
from receipts.document_store import document_gaps
from receipts.store import gaps, left_out_numbers

# A comparison is made at every settlement, hourly at the least.
STALE = timedelta(hours=3)
# Banks take days, and longer over New Year.
LONGEST_TRANSIT = timedelta(days=10)
_RECONCILE = "./farthing reconcile asks."


def audit_all(conn: Connection, clock: Clock = utc_now) -> list[Finding]:
    """Every finding, the ledger's own first."""
    return [
        *audit(conn, clock),
        *_settlement(conn, clock()),
        _facts_booked(conn),
        _campaigns_raised(conn),
        _fees_by_campaign(conn),
        _groups_counted(conn),
        _causes_kept(conn),
        _deliveries_applied(conn),
        _charges_with_gifts(conn),
        _receipt_numbers(conn),
        _document_numbers(conn),
        _gifts_receipted(conn),
        _closed_months(conn),
        _received_by_month(conn),
        _bank_matches(conn),
        _gift_aid_claims(conn),
    ]


def _settlement(conn: Connection, now: datetime) -> list[Finding]:
    return [
        _stripe_balance(conn, now),
        _balance_lines(conn, now),
        _exchanges(conn),
        _in_transit(conn, now),
        _payouts(conn),
    ]


def _stripe_balance(conn: Connection, now: datetime) -> Finding:
    """Our account `stripe` equals Stripe's reported balance: available and pending together."""
    name, comparisons = "stripe balance", store.comparisons(conn)
    figures: dict[str, object] = {comparison.currency: _side_by_side(comparison) for comparison in comparisons}
    ours = balances(conn, Account.STRIPE)
    missing = sorted(set(ours) - {comparison.currency for comparison in comparisons})
    figures |= {code: f"ours {amount_text(ours[code], code)}, never compared" for code in missing}
    wrong = sum(comparison.ours != comparison.theirs for comparison in comparisons)
    if wrong:
        return checked(name, wrong, figures, "Our books and Stripe's balance differ: ./farthing reconcile, then trace.")
    if missing:
        return unchecked(name, figures, _not_compared(conn))
    if not comparisons:
        return unchecked(name, figures, _not_yet(conn, "never compared with Stripe's own"))
    oldest = min(comparison.checked_at for comparison in comparisons)
    if oldest < now - STALE:
        return unchecked(name, figures, f"last compared at {oldest:%Y-%m-%d %H:%M} UTC; {_RECONCILE}")
    return checked(name, 0, figures, "")


def _side_by_side(comparison: Comparison) -> str:
    code = comparison.currency
    return (
        f"ours {amount_text(comparison.ours, code)}, Stripe's {amount_text(comparison.theirs, code)}"
        f" at {comparison.checked_at:%Y-%m-%d %H:%M}"
    )


def _balance_lines(conn: Connection, now: datetime) -> Finding:
    """The entries of each balance transaction add up, on `stripe`, to its net; no entry is without a transaction."""
    name, known = "balance transactions", store.line_count(conn)
    differences = store.lines_unlike_entries(conn, LISTED)
    waiting, oldest = store.lines_waiting(conn)
    figures: dict[str, object] = {"lines": known, "waiting": waiting}
    figures |= {line.subject: f"off by {amount_text(line.minor, line.currency)}" for line in differences}
    if differences:
        return checked(name, len(differences), figures, f"Entries and Stripe's lines differ: {RESTORE}")
    if oldest is not None and oldest < now - PATIENCE:
        return checked(
            name, waiting, figures, "Nobody knows whose these payments are: ./farthing reconcile asks again."
        )
    return checked(name, 0, figures, "") if known else unchecked(name, figures, _not_yet(conn, "no line was read"))


def _not_yet(conn: Connection, what: str) -> str:
    """Why nothing was checked. Once Stripe was asked and had no gift in its balance, asking again is no help."""
    read_at = balance_read_at(conn)
    if read_at is None:
        return f"{what}; {_RECONCILE}"
    return (
        f"{what}. Stripe was asked at {read_at:%Y-%m-%d %H:%M} UTC, and no gift had reached its balance yet."
        " The first that does is checked."
    )


def _not_compared(conn: Connection) -> str:
    """Why our balance was not compared although it has lines."""
    what, read_at = "never compared with Stripe's own", balance_read_at(conn)
    if read_at is None:
        return f"{what}; {_RECONCILE}"
    return (
        f"{what}. When it was last read, at {read_at:%Y-%m-%d %H:%M} UTC, money moved meanwhile, or a line could not be"
        " booked. It is compared again within the hour."
    )


def _exchanges(conn: Connection) -> Finding:
    """What lines moved in the donor's currency is what they moved in the balance's, at the rate of their subject."""
    wrong = store.exchanges_unlike_their_rate(conn, LISTED)
    figures = {
        exchange.subject: f"{_exchanged(exchange.given, exchange.given_currency)} for"
        f" {_exchanged(exchange.settled, exchange.settled_currency)}"
        for exchange in wrong
    }
    advice = "Lines of Stripe's balance stand for more or less than they moved: ./farthing trace SUBJECT, then report."
    return checked("exchanges", len(wrong), figures, advice)


def _exchanged(minor: int, code: str) -> str:
    return amount_text(minor, code) if code else "nothing"


def _in_transit(conn: Connection, now: datetime) -> Finding:
    """Nothing is in transit that has arrived or come back, and nothing for longer than banks take."""
    name, open_payouts = "in transit", open_subjects(conn, Account.IN_TRANSIT)
    finished = store.finished_payouts(conn, [payout.subject for payout in open_payouts])
    patience = {True: PATIENCE, False: LONGEST_TRANSIT}
    late = [payout for payout in open_payouts if payout.since < now - patience[payout.subject in finished]]
    figures: dict[str, object] = {"payouts": len(open_payouts)}
    figures |= {payout.subject: f"{payout.balance} since {payout.since:%Y-%m-%d}" for payout in late[:LISTED]}
    return checked(name, len(late), figures, "Look at these payouts at Stripe and on the bank statement; reconcile.")


def _payouts(conn: Connection) -> Finding:
    """The balance lines in a payout add up to it."""
    name = "payouts"
    differences, added_up, payouts = store.payouts_unlike_their_lines(conn)
    figures: dict[str, object] = {"payouts": payouts, "added up": added_up}
    figures |= {
        payout: f"{amount_text(amount, code)}, its lines {amount_text(lines, code)}"
        for payout, (amount, lines, code) in list(differences.items())[:LISTED]
    }
    if payouts and not added_up:
        return unchecked(name, figures, "Stripe has not said yet which lines belong to which payout.")
    return checked(name, len(differences), figures, "Stripe paid out another sum than its lines make: ask Stripe.")


def _facts_booked(conn: Connection) -> Finding:
    """Each gift, refund, dispute and payout has entries that come to its facts, and nothing else has entries."""
    differences = store.facts_unlike_entries(conn, LISTED)
    figures = {f"{fact.kind} {fact.subject}": f"{fact.minor:+d} {fact.currency} in minor units" for fact in differences}
    return checked("facts", len(differences), figures, f"The books differ from what Stripe told: {RESTORE}")


def _campaigns_raised(conn: Connection) -> Finding:
    """What campaigns raised is gifts less refunds and dispute losses, each campaign's once."""
    differences = store.raised_unlike_entries(conn)
    figures: dict[str, object] = {
        code: amount_text(minor, code) for code, minor in store.raised_by_currency(conn).items()
    }
    figures |= {
        f"campaign {campaign.subject}": f"{campaign.minor:+d} {campaign.currency} in minor units"
        for campaign in differences
    }
    advice = f"Campaigns show other figures than their entries make: {RESTORE}"
    return checked("raised", len(differences), figures, advice)


def _fees_by_campaign(conn: Connection) -> Finding:
    """A fee is booked to the campaigns of its gift. Versions before this one booked it to none."""
    name, whole = "fees", store.count_whole_fees(conn)
    if whole:
        return unchecked(
            name, {"whole": whole}, "booked to no campaign by a version before. ./farthing reconcile shares them."
        )
    return checked(name, 0, {}, "")


def _groups_counted(conn: Connection) -> Finding:
    """A gift counts once for its campaign, also when it was given to a group and the campaign has a share of it."""
    differences, (parents, groups) = gifts_unlike_families(conn), group_counts(conn)
    figures: dict[str, object] = {"campaigns with groups": parents, "groups": groups}
    figures |= {f"campaign {family.subject}": f"{family.minor:+d} gifts in {family.currency}" for family in differences}
    return checked("groups", len(differences), figures, f"Gifts are counted twice, or not at all: {RESTORE}")


def _causes_kept(conn: Connection) -> Finding:
    missing = store.causes_never_kept(conn)
    return checked("kept causes", missing, {}, f"Entries name deliveries that are not here: {RESTORE}")


def _deliveries_applied(conn: Connection) -> Finding:
    waiting = unapplied_count(conn)
    figures = {"waiting": waiting, "dead letters": len(dead_letters(conn))}
    advice = "./farthing replay tries them again; the desk shows why they failed."
    return _checked("every kept delivery is in the books", figures, advice, wrong=waiting > 0)


def _charges_with_gifts(conn: Connection) -> Finding:
    waiting = store.count_charges_without_gift(conn)
    advice = "The gift is not in this database: was it restored from an older backup?"
    return _checked("every charge that names a gift has found it", {"waiting": waiting}, advice, wrong=waiting > 0)


def _receipt_numbers(conn: Connection) -> Finding:
    missing = gaps(conn)
    figures: dict[str, object] = {
        f"{year} left out by a restore": numbers for year, numbers in left_out_numbers(conn).items()
    }
    figures |= {f"{gap.year}": f"{gap.receipts + gap.left_out} of {gap.last_number}" for gap in missing}
    advice = "Restore the missing receipts from a backup."
    return _checked("receipt numbers run without a gap", figures, advice, wrong=bool(missing))


def _document_numbers(conn: Connection) -> Finding:
    missing = document_gaps(conn)
    figures: dict[str, object] = {
        f"{gap.series}{gap.year}": f"{gap.documents + gap.left_out} of {gap.last_number}" for gap in missing
    }
    advice = "Restore the missing credit notes and statements from a backup."
    return _checked("numbers of credit notes and statements run without a gap", figures, advice, wrong=bool(missing))


def _gifts_receipted(conn: Connection) -> Finding:
    missing = store.received_without_receipt(conn)
    advice = "Restore a backup, or write to us: this cannot happen by itself."
    name = "every gift received has its receipt and its entries"
    return _checked(name, {"missing": missing}, advice, wrong=missing > 0)


def _closed_months(conn: Connection) -> Finding:
    number, moved = closed_months_that_moved(conn)
    figures: dict[str, object] = {"closed": number} | ({"moved": ", ".join(moved)} if moved else {})
    advice = f"The entries of a closed month are not those of its report: {RESTORE}"
    return _checked("closed months are as they were closed", figures, advice, wrong=bool(moved))


def _received_by_month(conn: Connection) -> Finding:
    """What the trends show is the gifts themselves, added up anew by month, kind and source."""
    differences = giving_unlike_gifts(conn, LISTED)
    figures = {f"{kept.kind} {kept.subject}": f"{kept.minor:+d} {kept.currency} in minor units" for kept in differences}
    return checked("received by month", len(differences), figures, f"Trends differ from the gifts: {RESTORE}")


def _bank_matches(conn: Connection) -> Finding:
    """Each line of the bank is at most what has its very amount."""
    differences = matches_unlike_lines(conn, LISTED)
    figures: dict[str, object] = {"lines matched": match_count(conn)}
    figures |= {
        f"{match.kind} {match.subject}": f"{match.minor:+d} {match.currency} in minor units" for match in differences
    }
    advice = f"A line of the bank is matched to another amount, or was taken back: {RESTORE}"
    return checked("bank matches", len(differences), figures, advice)


def _gift_aid_claims(conn: Connection) -> Finding:
    """Each gift is claimed once, by what its own donor declared, and for no more than came; no claim is missing."""
    (claims, last), (gifts, wrong) = claim_numbers(conn), claimed_without_right(conn)
    figures: dict[str, object] = {"claims": claims, "gifts": gifts}
    figures |= {f"gift {gift_id}": "claimed without right" for gift_id in wrong[:LISTED]}
    advice = f"HMRC may ask for this money back: {RESTORE}"
    return checked("gift aid claims", len(wrong) + last - claims, figures, advice)


def _checked(name: str, figures: Mapping[str, object], advice: str, *, wrong: bool) -> Finding:
    """A finding whose figures already say how many are wrong; the advice is for when any are."""
    return Finding(name, Status.FAILED if wrong else Status.PASSED, figures, advice if wrong else "")
