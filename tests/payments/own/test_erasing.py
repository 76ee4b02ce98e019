"""A donor is erased: from everything that is kept, but not from the books; what the law has kept goes on its day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from compliance.kept_by_law import KEPT_BY_LAW
from database.tables import metadata
from database.transactions import booking, reading, writing
from donors.erasure_store import ERASE_DONOR
from ledger.money import GBP, Money
from outbox.letters import SEND
from outbox.tables import job, letter
from outbox.worker import Handler, Worker
from payments.erasing.jobs import anonymise_kept, erasing_jobs
from payments.gifts.declaration import Declaration, DonorKind
from payments.gifts.dedication import Dedication, DedicationKind
from payments.gifts.details_store import add_declaration, add_dedication
from payments.gifts.recurring import RecurringState
from payments.gifts.tables import gift
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_store import put_postal_address
from payments.valuing.loan import Loan
from payments.valuing.loan_store import add_loan, take_loan_back
from payments.valuing.valuation import Valuation
from payments.valuing.valuation_store import add_valuations, valuations_of
from proof.canonical import canonical
from receipts.store import mint_token, pdf_of, save_pdf
from receipts.tables import receipt
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.own.own_site import OwnSite, open_own_site
from tests.payments.recurring.recurring_setup import RecurringSetup

DONOR, NAME = "donor1@example.org", "Donor 1"
OTHER = ("donor2@example.org", "Donor 2")
DAY_OF_THE_LAW, LAW = datetime(2033, 1, 1, 12, tzinfo=UTC), KEPT_BY_LAW


@pytest.fixture
def erased(site: OwnSite, books: Books) -> OwnSite:
    """A donor who gave £25 in honour of somebody, declared who they are, and asked to be erased; another one stays."""
    books.pledge(n=2)
    books.deliver(charged("2", gift=gift_id(2)))
    with booking(site.engine) as conn:
        conn.execute(sa.update(gift).where(gift.c.id == gift_id(1)).values(message="For Bronwen", show_name=True))
        add_dedication(conn, gift_id(1), Dedication(DedicationKind.HONOUR, "Bronwen", "bronwen@example.org"))
        declared = Declaration(DonorKind.INDIVIDUAL, NAME, "1 High Street", "", "This is my own money.", "default-1")
        add_declaration(conn, gift_id(1), declared, NOON)
        put_postal_address(conn, [gift_id(1)], PostalAddress("9 Low Road", "Leeds", "", "LS1 1AA", ""), NOON)
        save_pdf(conn, first_receipt(site.engine), f"%PDF {NAME}".encode(), NOON)
    site.enter(DONOR)
    assert "until 31 December 2032" in site.text("/giving/erase")
    assert site.browser.post("/giving/erase").headers["location"] == "/giving/erased"
    return site


def first_receipt(engine: Engine) -> int:
    """The id of the donor's receipt."""
    with reading(engine) as conn:
        return int(conn.scalars(sa.select(receipt.c.id).where(receipt.c.gift_id == gift_id(1))).one())


def handlers_of(site: OwnSite) -> dict[str, Handler]:
    """The worker's, with letters that leave at once. What a restore repeats is noted nowhere (tests/backup)."""
    erasing = erasing_jobs(site.engine, site.clock, lambda _donors, _now: None)
    return erasing | {SEND: lambda _payload: None}


def work(site: OwnSite) -> None:
    """Send the letters, then erase."""
    with writing(site.engine) as conn:
        conn.execute(sa.update(letter).where(letter.c.state == "waiting").values(state="sending"))
        conn.execute(sa.update(letter).where(letter.c.state == "sending").values(state="sent", sent_at=NOON))
    Worker(site.engine, handlers_of(site), site.clock).run_due()


def kept_text(engine: Engine) -> dict[str, str]:
    """Everything in the database as text, by table."""
    with reading(engine) as conn:
        return {
            table.name: " ".join(str(tuple(row)) for row in conn.execute(sa.select(table)))
            for table in metadata.sorted_tables
        }


def books_as_text(engine: Engine) -> list[str]:
    """The canonical export."""
    with reading(engine) as conn:
        return list(canonical(conn))


def tables_with(engine: Engine, *words: str) -> set[str]:
    """The tables that hold one of these words."""
    return {name for name, text in kept_text(engine).items() if any(word in text for word in words)}


def test_an_erased_donor_is_in_nothing_but_what_the_law_keeps(erased: OwnSite) -> None:
    """Every table is searched; the books do not move; the other donor is untouched."""
    before, others = books_as_text(erased.engine), tables_with(erased.engine, *OTHER)
    work(erased)

    assert tables_with(erased.engine, DONOR, NAME, "Bronwen", "bronwen@", "1 High Street", "9 Low Road") == {
        "receipt", "receipt_pdf", "declaration",
    }  # fmt: skip
    assert books_as_text(erased.engine) == before
    assert tables_with(erased.engine, *OTHER) == others


def test_what_staff_typed_of_an_erased_donor_goes_with_them(erased: OwnSite) -> None:
    """What a gift bought, on which terms they lent, and why a loan was taken back: sums and days stay."""
    with booking(erased.engine) as conn:
        donor_id = conn.scalar(sa.select(gift.c.donor_id).where(gift.c.id == gift_id(1))) or ""
        bought = Valuation(gift_id(1), False, f"Two seats for {NAME}", Money(1000, GBP))
        add_valuations(conn, [bought], "asha", NOON)
        add_loan(conn, Loan("loan-1", donor_id, Money(5000, GBP), NOON.date(), f"{NAME} wants it in May"), "asha", NOON)
        take_loan_back(conn, "loan-1", f"{NAME} gave it", "asha", NOON)
    work(erased)
    assert not tables_with(erased.engine, NAME) & {"gift_valuation", "loan"}
    with reading(erased.engine) as conn:
        assert valuations_of(conn, [gift_id(1)])[gift_id(1)].market_value == Money(1000, GBP)


def test_what_the_law_keeps_loses_its_names_on_its_day(erased: OwnSite) -> None:
    """Not a day before; numbers and amounts stay."""
    work(erased)
    before = books_as_text(erased.engine)
    assert anonymise_kept(erased.engine, lambda: DAY_OF_THE_LAW - timedelta(days=1), LAW) == 0
    assert anonymise_kept(erased.engine, lambda: DAY_OF_THE_LAW, LAW) == 1
    assert anonymise_kept(erased.engine, lambda: DAY_OF_THE_LAW, LAW) == 0

    assert tables_with(erased.engine, NAME, "1 High Street") == set()
    assert books_as_text(erased.engine) == before


def test_receipts_of_somebody_erased_open_for_nobody_outside(site: OwnSite) -> None:
    """The link in an old letter ends."""
    site.enter(DONOR)
    with writing(site.engine) as conn:
        token = mint_token(conn, gift_id(1), NOON)
    assert site.browser.get(f"/receipts/{token}").status_code == 200
    site.browser.post("/giving/erase")
    work(site)

    assert site.browser.get(f"/receipts/{token}").status_code == 404


def test_whoever_was_erased_is_not_known_any_more(erased: OwnSite) -> None:
    """Their session has ended, no link is mailed; giving again makes a new donor."""
    work(erased)
    assert erased.browser.get("/giving").status_code == 303
    mailed = len(erased.links())
    erased.ask(DONOR)

    assert len(erased.links()) == mailed


def test_an_erasure_waits_for_the_last_letter(erased: OwnSite) -> None:
    """It confirms what is done, so it has to leave first."""
    Worker(erased.engine, handlers_of(erased), erased.clock).run_due()
    with reading(erased.engine) as conn:
        waiting = conn.scalars(sa.select(job.c.kind).where(job.c.kind == ERASE_DONOR)).all()

    assert waiting == [ERASE_DONOR]
    assert "donor" in tables_with(erased.engine, DONOR)


@pytest.fixture
def giving_monthly(setup: RecurringSetup) -> Iterator[OwnSite]:
    """Zoë gives £10 a month, and has opened her pages."""
    setup.begin()
    with open_own_site(setup.engine, setup.twin.now) as site:
        site.enter("zoe@example.org")
        yield site


def test_a_recurring_gift_ends_before_its_donor_is_erased(giving_monthly: OwnSite, setup: RecurringSetup) -> None:
    """Nothing is charged to somebody whom nobody knows."""
    giving_monthly.browser.post("/giving/erase")
    work(giving_monthly)
    assert "donor" in tables_with(setup.engine, "zoe@example.org")
    setup.wait(timedelta(minutes=5))
    setup.deliver()
    setup.twin.advance(timedelta(hours=1))
    work(giving_monthly)

    [recurring_id] = {kept.recurring_id for kept in setup.gifts() if kept.recurring_id}
    assert setup.recurring(recurring_id).state is RecurringState.ENDED
    assert tables_with(setup.engine, "zoe@example.org") == set()


def test_an_erased_pdf_is_gone(erased: OwnSite) -> None:
    """With the name on its receipt; it is not printed anew."""
    work(erased)
    anonymise_kept(erased.engine, lambda: DAY_OF_THE_LAW, LAW)
    with reading(erased.engine) as conn:
        assert pdf_of(conn, first_receipt(erased.engine)) == b""
