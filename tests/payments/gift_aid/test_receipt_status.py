"""A charity's receipt says whether Gift Aid was declared for its gift: as it was when the receipt was issued."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from database.transactions import reading, writing
from ledger.money import EUR, GBP, Money
from organisation.organisation import OrganisationKind, OrganisationProfile
from organisation.receipt_rules import Jurisdiction, ReceiptRules
from organisation.store import add_first_version
from payments.gift_aid.declaration_store import add_gift_aid_declaration, withdraw_gift_aid
from payments.gifts.gift import DonorDetails, Share, pledge
from payments.gifts.receiving import ReceiptFacts
from payments.giving.receipt_facts import NOTHING_FOR_RECEIPTS, KnownForReceipts
from receipts.receipt import GiftAidStatus, Receipt
from receipts.store import receipt_of_gift
from tests.engines import ON_SQLITE
from tests.payments.gift_aid.samples import DECLARED, ONCE, TODAY
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.receipts.samples import PROFILE

CHARITY = replace(PROFILE, kind=OrganisationKind.CHARITY, gift_aid=True, hmrc_reference="AB12345")


def receipt_of(books: Books, n: int = 1) -> Receipt:
    """The receipt of a gift that has just come."""
    books.deliver(charged(str(n), gift=gift_id(n)))
    with reading(books.engine) as conn:
        issued = receipt_of_gift(conn, gift_id(n))
    assert issued is not None
    return issued.receipt


def open_charity(engine: Engine, profile: OrganisationProfile = CHARITY) -> None:
    """Somebody has said who the organisation is."""
    with writing(engine) as conn:
        add_first_version(conn, profile, "test", NOON)


def declare(books: Books, n: int = 1, gift: int | None = 1) -> None:
    """The donor of this gift has declared Gift Aid: in the form of a gift, or on their own page."""
    declared = replace(DECLARED, donor_id=str(books.gift(n).donor_id), gift_id=gift_id(gift) if gift else None)
    with writing(books.engine) as conn:
        add_gift_aid_declaration(conn, declared)


def test_what_was_declared_with_the_gift_stands_on_its_receipt(books: Books) -> None:
    """With its day and its words, also when it is withdrawn later."""
    open_charity(books.engine)
    books.pledge()
    declare(books)

    frozen = receipt_of(books)
    with writing(books.engine) as conn:
        withdraw_gift_aid(conn, [DECLARED.donor_id], TODAY, "ada", NOON)

    assert frozen.gift_aid == GiftAidStatus(TODAY, "I want to Gift Aid it.")


@ON_SQLITE
def test_what_was_never_paid_declares_nothing_for_another_gift(books: Books) -> None:
    """Whoever types somebody else's address and does not pay."""
    open_charity(books.engine)
    books.pledge(1, email="zoe@example.org")
    books.pledge(2, email="zoe@example.org")
    declare(books, 1, gift=1)

    assert receipt_of(books, 2).gift_aid == GiftAidStatus()


@ON_SQLITE
@pytest.mark.parametrize(
    "profile",
    [
        replace(CHARITY, gift_aid=False),
        replace(CHARITY, receipts=ReceiptRules(Jurisdiction.US_CHARITY)),
        replace(CHARITY, kind=PROFILE.kind),
    ],
)
def test_no_word_of_it_where_none_is_claimed(books: Books, profile: OrganisationProfile) -> None:
    """Reference uk-rules, 3.1: off hides every word of Gift Aid."""
    open_charity(books.engine, profile)
    books.pledge()

    assert receipt_of(books).gift_aid is None


@pytest.mark.parametrize(
    ("amount", "is_money", "status"),
    [
        (Money(2500, GBP), True, GiftAidStatus(TODAY, "I want to Gift Aid it.")),
        (Money(2500, EUR), True, None),
        (Money(2500, GBP), False, None),
    ],
)
def test_only_money_in_pounds_has_gift_aid(amount: Money, is_money: bool, status: GiftAidStatus | None) -> None:
    """A gift in kind and one in euros have none to declare."""
    gift = replace(pledge(amount, [Share(0, 1, 1)], DonorDetails("Ada", ""), NOON), donor_id="donor-1")
    known = KnownForReceipts(prints_gift_aid=True, made_with={gift.id: replace(ONCE, gift_id=gift.id)})

    assert known.facts(gift, amount, date(2026, 11, 21), is_money=is_money) == ReceiptFacts((), status)
    assert NOTHING_FOR_RECEIPTS.facts(gift, amount, TODAY) == ReceiptFacts()
