"""Documents of layout 4 to print."""

from dataclasses import replace
from datetime import date, timedelta

from ledger.kinds import EntryKind
from ledger.money import GBP, Money, currency
from organisation.receipt_rules import PLACE, REGISTRATION, SIGNATORY, Jurisdiction
from receipts.credit_note import CreditNote
from receipts.receipt import Receipt, ReceiptStyle
from receipts.statement import GiftStatement, StatementGift, StatementKind
from tests.receipts.samples import COALITION, TODAY, draft, receipt

CHECK_URL = "https://give.faircount.example/verify/7KQ4-M2XD-91HT"
IMPRINT = ("Promoted by Jane Featherstonehaugh-Cholmondeley on behalf of the Coalition, 12 Example Row, E1 6AN. " * 7)[
    :600
]
TALL = replace(COALITION, imprint=IMPRINT, address=tuple(f"Address line number {n}, Some Street" for n in range(1, 11)))
EIGHT = tuple((f"A campaign with a rather long name, number {n}, for the north-east", 1000 * n) for n in range(1, 9))
ADDRESS = ("55 Maple Avenue", "Toronto ON M4B 1B3", "Canada")
FACTS = ((REGISTRATION, "123456789 RR 0001"), (PLACE, "Toronto, Ontario"), (SIGNATORY, "Margaret Chen, Treasurer"))
LOCALES = {
    Jurisdiction.UK: ("en_GB", GBP),
    Jurisdiction.UK_CHARITY: ("en_GB", GBP),
    Jurisdiction.US_CHARITY: ("en_US", currency("USD")),
    Jurisdiction.US_POLITICAL: ("en_US", currency("USD")),
    Jurisdiction.CANADA: ("en_CA", currency("CAD")),
}


def legal_receipt(jurisdiction: Jurisdiction) -> Receipt:
    """A receipt with every fact that any law asks for."""
    locale, of = LOCALES[jurisdiction]
    charity = jurisdiction not in (Jurisdiction.UK, Jurisdiction.US_POLITICAL)
    with_facts = replace(
        draft(of=of),
        jurisdiction=jurisdiction,
        legal_facts=FACTS,
        donor_address=ADDRESS,
        verify_url=CHECK_URL,
        style=ReceiptStyle(locale, "#7a1020", None, charity),
    )
    return receipt(with_facts)


def tall_receipt(mode: str = "live") -> Receipt:
    """The longest letterhead and imprint, and a table of eight campaigns."""
    return receipt(replace(draft(shares=EIGHT, mode=mode), organisation=TALL, verify_url=CHECK_URL))


def credit_note(minor: int = 2500) -> CreditNote:
    """So much of £100 went back, after £10 before."""
    return CreditNote(
        donor_name="Zoë Ünal", organisation=COALITION, mode="live", number="CN2026-000001", issued_on=date(2026, 12, 3),
        verify_url=CHECK_URL, receipt_number="2026-000123", receipt_issued_on=TODAY, given_on=TODAY,
        receipt_total=Money(10000, GBP), credited_before=Money(1000, GBP), amount=Money(minor, GBP),
        went_back_on=date(2026, 12, 2), reason=EntryKind.REFUND, method="Visa ending 4242", reference="8F3K-22QD",
    )  # fmt: skip


def statement(count: int = 60, kind: StatementKind = StatementKind.YEARLY, back: int = 500) -> GiftStatement:
    """A gift every six days from April on, of which the eighth gave some back."""
    gifts = tuple(
        StatementGift(
            date(2026, 4, 8) + timedelta(days=6 * n), "Win the North", f"2026-{n + 100:06d}", "Visa ending 4242",
            Money(2500 + n, GBP), Money(back if n == 7 else 0, GBP),
        )
        for n in range(count)
    )  # fmt: skip
    return GiftStatement(
        donor_name="Zoë Ünal", organisation=COALITION, mode="live", number="ST2027-000001", issued_on=date(2027, 4, 8),
        verify_url=CHECK_URL, donor_address=("1 Long Street", "NE1 1AA"), kind=kind, first_day=date(2026, 4, 6),
        last_day=date(2027, 4, 5), gifts=gifts,
    )  # fmt: skip
