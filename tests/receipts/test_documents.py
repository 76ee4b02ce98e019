"""Credit notes, statements and what is true of a document today: values that say what was frozen."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.kinds import EntryKind
from ledger.money import EUR, GBP, Currency, CurrencyMismatch, Money
from receipts.credit_note import CreditNote, NotACreditNote, amount_to_credit
from receipts.document import DocumentStatus, Series, document_status, series_number
from receipts.receipt import ReceiptStyle
from receipts.statement import BadGiftStatement, GiftStatement, StatementGift, StatementKind, StatementTotal, year_from
from tests.receipts.samples import COALITION, TODAY


def credit_note(pence: int = 1000, before: int = 0) -> CreditNote:
    """Ten pounds of 25 that went back."""
    return CreditNote(
        donor_name="Zoë Ünal",
        organisation=COALITION,
        mode="live",
        number="CN2026-000007",
        issued_on=TODAY,
        receipt_number="2026-000123",
        receipt_issued_on=date(2026, 11, 20),
        given_on=date(2026, 11, 20),
        receipt_total=Money(2500, GBP),
        credited_before=Money(before, GBP),
        amount=Money(pence, GBP),
        went_back_on=TODAY,
        reason=EntryKind.REFUND,
        method="Visa ending 4242",
        reference="pi_3QNk2uLkdIwHu7ix0kqbw1",
        verify_url="https://give.faircount.example/verify/CN2026-000007/7Q2M-K4XD-P9RT-VW3H",
    )


def statement(*gifts: StatementGift) -> GiftStatement:
    """What a donor gave in 2026."""
    return GiftStatement(
        donor_name="Zoë Ünal",
        organisation=COALITION,
        mode="live",
        number="ST2026-000001",
        issued_on=TODAY,
        kind=StatementKind.YEARLY,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 12, 31),
        gifts=gifts or (gift(5),),
    )


def gift(month: int, minor: int = 2500, back: int = 0, of: Currency = GBP) -> StatementGift:
    """A gift of the first of a month."""
    amounts = Money(minor, of), Money(back, of)
    return StatementGift(date(2026, month, 1), "Win the North", f"2026-{month:06d}", "Visa ending 4242", *amounts)


@pytest.mark.parametrize(
    "style", [None, ReceiptStyle("cy_GB", "#134a3b", "ab12", charity=True)], ids=["plain", "styled"]
)
def test_what_was_frozen_can_be_read_back(style: ReceiptStyle | None) -> None:
    """A credit note and a statement are again what they were, with everything that not every document says."""
    more: dict[str, Any] = {
        "style": style,
        "donor_address": ("1 Road", "Leeds"),
        "jurisdiction": "uk",
        "legal_facts": (("a", "b"),),
    }
    note, year = replace(credit_note(), **more), replace(statement(gift(2, back=5), gift(3, of=EUR)), **more)

    assert [CreditNote.from_json(note.snapshot()), GiftStatement.from_json(year.snapshot())] == [note, year]


def test_a_snapshot_has_sorted_keys_and_no_empty_facts() -> None:
    """Equal documents are equal bytes, and what is not said leaves nothing."""
    text = credit_note().snapshot()

    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert "donor_address" not in text


def test_what_is_left_of_a_gift_follows_from_the_notes() -> None:
    """Ten went back before, fifteen now: nothing is left."""
    assert [credit_note(1500, before=1000).is_whole, credit_note(1000).remaining] == [True, Money(1500, GBP)]


@pytest.mark.parametrize(("pence", "before"), [(0, 0), (-1, 0), (2501, 0), (2000, 501), (10, -10)])
def test_no_more_can_go_back_than_came(pence: int, before: int) -> None:
    """A note over nothing, or over more than its receipt, is refused."""
    with pytest.raises(NotACreditNote):
        credit_note(pence, before)


def test_a_note_is_in_its_receipts_currency() -> None:
    """Euros do not go back of pounds."""
    with pytest.raises(CurrencyMismatch):
        replace(credit_note(), amount=Money(1, EUR))


@pytest.mark.parametrize(
    ("went_back", "credited", "due"),
    [(0, 0, 0), (1000, 0, 1000), (1000, 1000, 0), (0, 1000, -1000), (9999, 0, 2500), (2600, 2500, 0), (-5, 0, 0)],
    ids=["nothing", "a refund", "noted", "the refund failed", "paid twice", "paid twice, noted", "won"],
)
def test_a_further_note_says_what_the_others_do_not(went_back: int, credited: int, due: int) -> None:
    """What the books say went back, less what the notes say, and never more than the receipt."""
    assert amount_to_credit(Money(2500, GBP), Money(went_back, GBP), Money(credited, GBP)) == Money(due, GBP)


@pytest.mark.parametrize(
    ("went_back", "is_void", "replaced_by", "status"),
    [
        (0, False, "", DocumentStatus.CURRENT),
        (1, False, "", DocumentStatus.PART_REFUNDED),
        (2500, False, "", DocumentStatus.REFUNDED),
        (2500, True, "", DocumentStatus.VOID),
        (0, True, "2026-000124", DocumentStatus.REPLACED),
    ],
)
def test_what_is_true_of_a_document_today(
    went_back: int, is_void: bool, replaced_by: str, status: DocumentStatus
) -> None:
    """It follows from what went back and from its void."""
    answer = document_status(Money(2500, GBP), Money(went_back, GBP), is_void=is_void, replaced_by=replaced_by)

    assert answer is status


def test_each_series_has_its_letters() -> None:
    """A number says what it is the number of."""
    numbers = [series_number(series, 2026, 1) for series in Series]

    assert numbers == ["2026-000001", "CN2026-000001", "ST2026-000001", "CR2026-000001"]


def test_the_totals_of_a_statement_are_by_currency() -> None:
    """Pounds and euros are never one sum."""
    totals = statement(gift(1), gift(2, 500, 500), gift(3, 700, of=EUR)).totals

    assert totals == [
        StatementTotal(1, Money(700, EUR), Money(0, EUR)),
        StatementTotal(2, Money(3000, GBP), Money(500, GBP)),
    ]


@pytest.mark.parametrize("months", [(3, 2), (12, 1)])
def test_the_gifts_of_a_statement_are_in_order(months: tuple[int, ...]) -> None:
    """The earliest first."""
    with pytest.raises(BadGiftStatement):
        statement(*(gift(month) for month in months))


def test_a_gift_of_another_year_is_not_in_a_statement() -> None:
    """A statement of nothing, or with a gift of another day, is refused."""
    with pytest.raises(BadGiftStatement):
        replace(statement(), first_day=date(2026, 6, 1))
    with pytest.raises(BadGiftStatement):
        replace(statement(), gifts=())


@pytest.mark.parametrize(
    ("first", "last"), [((2026, 1, 1), (2026, 12, 31)), ((2026, 4, 6), (2027, 4, 5)), ((2027, 3, 1), (2028, 2, 29))]
)
def test_a_year_may_begin_on_any_day(first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    """The UK's tax year begins on 6 April."""
    assert year_from(date(*first)) == (date(*first), date(*last))


def test_no_year_begins_on_a_leap_day() -> None:
    """It could not begin again the next year."""
    with pytest.raises(ValueError, match="29 February"):
        year_from(date(2028, 2, 29))
