"""A receipt says for good what was true when it was issued."""

import json
from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import CURRENCIES, GBP, JPY, CurrencyMismatch, Money, currency
from receipts.receipt import LEGAL, Draft, NotAReceipt, Receipt, ReceiptLine, printed_number
from tests.receipts.samples import COALITION, TODAY, draft, receipt

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
organisations = st.builds(
    replace, st.just(COALITION), name=texts, address=st.lists(texts, max_size=4).map(tuple), legal_note=texts
)


@st.composite
def drafts(choose: st.DrawFn) -> Draft:
    """Any receipt that can be issued."""
    of = currency(choose(st.sampled_from(sorted(CURRENCIES))))
    amounts = st.integers(1, 10**12 - 1).map(lambda minor: Money(minor, of))
    lines = choose(st.lists(st.builds(ReceiptLine, texts, amounts), min_size=1, max_size=4))
    return Draft(
        gift_id="gift-1",
        given_on=choose(st.dates(date(2000, 1, 1), date(2999, 12, 31))),
        donor_name=choose(texts),
        lines=tuple(lines),
        method=choose(texts),
        reference=choose(texts),
        organisation=choose(organisations),
        mode=choose(st.sampled_from(["sandbox", "test", "live"])),
        donor_address=choose(st.sampled_from([(), ('1 "Rose" Road', "Leeds")])),
        jurisdiction=choose(st.sampled_from(["", "canada"])),
        legal_facts=choose(st.sampled_from([(), (("registration_number", "123456789 RR 0001"),)])),
        replaces=choose(st.sampled_from(["", "2026-000001"])),
        verify_url=choose(st.sampled_from(["", "https://give.example/verify/2026-000123/ABCD"])),
    )


@given(drafts())
def test_what_was_drafted_can_be_read_back(of: Draft) -> None:
    """Whatever a donor is called, the snapshot holds every word and amount as it was."""
    fields = {name: getattr(of, name) for name in Draft.__dataclass_fields__ if name != "gift_id"}

    assert Receipt.from_json(of.snapshot("2026-000123", TODAY)) == Receipt(
        number="2026-000123", issued_on=TODAY, template=LEGAL, **fields
    )


@given(drafts())
def test_a_snapshot_is_canonical_json(of: Draft) -> None:
    """Put together by hand, it is still what a JSON library would write: equal receipts, equal bytes."""
    text = of.snapshot("2026-000123", TODAY)

    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_a_number_is_printed_with_its_year() -> None:
    """Six places keep a year's numbers in order; a year of millions still prints whole."""
    printed = [printed_number(2026, n) for n in (1, 123, 1_234_567)]

    assert printed == ["2026-000001", "2026-000123", "2026-1234567"]


def test_the_total_is_what_the_lines_come_to() -> None:
    """A gift shared among campaigns is one sum."""
    shared = draft(shares=(("Win the North", 1250), ("Legal fund", 1249), ("Tea", 1)))

    assert receipt(shared).total == Money(2500, GBP)


@pytest.mark.parametrize("mode", ["sandbox", "test"])
def test_only_a_live_receipt_is_about_money(mode: str) -> None:
    """Play money never looks like a donation."""
    assert [receipt(draft(mode=mode)).moved_money, receipt().moved_money] == [False, True]


@pytest.mark.parametrize("minors", [(), (0,), (5, -5)])
def test_there_is_no_receipt_of_nothing(minors: tuple[int, ...]) -> None:
    """No lines, or an amount that is not positive, is refused."""
    with pytest.raises(NotAReceipt):
        draft(shares=tuple(("Win", minor) for minor in minors)).snapshot("2026-000001", TODAY)


def test_a_receipt_has_one_currency() -> None:
    """Pounds and yen do not add up."""
    mixed = replace(draft(), lines=(ReceiptLine("A", Money(5, GBP)), ReceiptLine("B", Money(5, JPY))))

    with pytest.raises(CurrencyMismatch):
        mixed.snapshot("2026-000001", TODAY)


def test_the_letterhead_is_kept_whole() -> None:
    """An organisation that gains a field must gain it in the snapshot too."""
    kept = json.loads(draft().snapshot("2026-000001", TODAY))["organisation"]

    assert kept == asdict(COALITION) | {"address": list(COALITION.address)}


def test_a_snapshot_is_these_bytes() -> None:
    """Receipts of years ago were kept so, and are compared byte by byte."""
    assert draft().snapshot("2026-000123", TODAY) == (
        '{"currency":"GBP","donor_name":"Zoë Ünal","given_on":"2026-11-20","issued_on":"2026-11-21",'
        '"lines":[["Win the North",2500]],"method":"Visa ending 4242","mode":"live","number":"2026-000123",'
        '"organisation":{"address":["12 Example Row","London E1 6AN"],"email":"hello@faircount.example",'
        '"imprint":"Promoted by the Coalition for a Fair Count, 12 Example Row, London E1 6AN.",'
        '"legal_note":"The Coalition is an unincorporated association.","name":"Coalition for a Fair Count",'
        '"timezone":"Europe/London","url":"https://faircount.example"},'
        '"reference":"pi_3QNk2uLkdIwHu7ix0kqbw1","template":4}'
    )
