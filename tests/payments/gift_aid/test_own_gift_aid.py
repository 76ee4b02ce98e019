"""A donor declares for Gift Aid on their own page, changes it and withdraws it; and is erased."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from compliance.kept_by_law import KEPT_BY_LAW
from database.tables import metadata
from database.transactions import booking, reading, writing
from outbox.letters import SEND
from outbox.tables import letter
from outbox.worker import Worker
from payments.erasing.jobs import anonymise_kept, erasing_jobs
from payments.gift_aid.claim import Claimant
from payments.gift_aid.claim_store import make_claim
from payments.gift_aid.claim_views import claimable_now
from payments.gift_aid.declaration_views import counting_declarations
from payments.gift_aid.gift_aid_declaration import DeclarationPlace, GiftAidDeclaration
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.gift_aid.samples import CHARITY_PAGES, NOON, TODAY
from tests.payments.messages import charged
from tests.payments.organisation_books import Books, gift_id
from tests.payments.own.own_site import OwnSite, open_own_site

PATH, DONOR = "/giving/gift-aid", "donor1@example.org"
ADA = {
    "tax_first_name": "Ada", "tax_last_name": "Byron", "tax_house": "12", "tax_street": "St James's Square",
    "tax_postcode": "SW1Y 4JH", "declare": "yes",
}  # fmt: skip


@pytest.fixture
def own(books: Books) -> Iterator[OwnSite]:
    """A donor of a charity, who gave £25 and has opened their pages."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    with open_own_site(books.engine, FixedClock(NOON), pages=CHARITY_PAGES) as opened:
        opened.enter(DONOR)
        yield opened


def declarations(own: OwnSite) -> list[GiftAidDeclaration]:
    """What was declared."""
    with reading(own.engine) as conn:
        return counting_declarations(conn)


def claim(own: OwnSite) -> None:
    """Claim what can be claimed today."""
    with booking(own.engine) as conn:
        make_claim(conn, claimable_now(conn, TODAY), Claimant("Coalition", "AB12345"), "treasurer", NOON)


def tables_with(own: OwnSite, word: str) -> set[str]:
    """The tables that hold this word."""
    with reading(own.engine) as conn:
        return {
            table.name
            for table in metadata.sorted_tables
            if any(word in str(tuple(row)) for row in conn.execute(sa.select(table)))
        }


def test_a_donor_declares_and_withdraws_on_their_own_page(own: OwnSite) -> None:
    """For the past four years and what comes; a new name or address is a new declaration."""
    assert "your donations can be worth 25p more" in own.text("/giving")
    assert own.browser.post(PATH, data=ADA).headers["location"] == PATH
    [declared] = declarations(own)
    assert (declared.place, declared.gift_id, declared.declared_on) == (DeclarationPlace.OWN_PAGE, None, TODAY)
    assert declared.words.startswith("I want to Gift Aid any donations I make in the future or have made in the past 4")
    page = own.text(PATH)
    assert "You declared on 21 November 2026 that you pay UK tax." in page
    assert "12 St James&#39;s Square SW1Y 4JH" in page

    own.clock.now += timedelta(minutes=5)  # type: ignore[attr-defined]
    own.browser.post(PATH, data=ADA | {"tax_house": "9"})
    assert [each.taxpayer.house for each in declarations(own)] == ["12", "9"]
    assert own.browser.post(f"{PATH}/withdraw", data={"from_day": "1 November 2026"}).status_code == 303
    assert {each.ends_on for each in declarations(own)} == {date(2026, 11, 1)}
    assert "You withdrew what you had declared from 1 November 2026 on." in own.text(PATH)
    with reading(own.engine) as conn:
        assert claimable_now(conn, TODAY).gifts == []


@ON_SQLITE
def test_what_is_missing_is_said_beside_its_field(own: OwnSite) -> None:
    """And nothing is kept; a day that has not come is none to withdraw from."""
    answer = own.browser.post(PATH, data=ADA | {"declare": "", "tax_postcode": "75008", "tax_last_name": ""})
    assert answer.status_code == 422
    for sentence in ("Tick this box to declare it.", "Enter a UK postcode", "Enter your last name."):
        assert sentence in answer.text
    assert own.browser.post(f"{PATH}/withdraw", data={"from_day": "22 November 2026"}).status_code == 422
    assert declarations(own) == []


@ON_SQLITE
def test_no_word_of_it_where_it_is_not_claimed(books: Books) -> None:
    """Neither page nor link."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    with open_own_site(books.engine, FixedClock(NOON)) as site:
        site.enter(DONOR)
        assert "Gift Aid" not in site.text("/giving")
        assert site.browser.get(PATH).status_code == site.browser.post(PATH, data=ADA).status_code == 404


@pytest.mark.parametrize("claimed", [True, False])
def test_an_erased_donor_stays_only_in_what_was_claimed(own: OwnSite, claimed: bool) -> None:
    """Until six years after the claim; what nothing was claimed by goes at once, and nothing is claimed by it."""
    own.browser.post(PATH, data=ADA)
    if claimed:
        claim(own)
    assert "until 31 December 2032" in own.text("/giving/erase")
    own.browser.post("/giving/erase")
    with writing(own.engine) as conn:
        conn.execute(sa.update(letter).where(letter.c.state == "waiting").values(state="sending"))
        conn.execute(sa.update(letter).where(letter.c.state == "sending").values(state="sent", sent_at=NOON))
    erasing = erasing_jobs(own.engine, own.clock, lambda _donors, _now: None)
    Worker(own.engine, erasing | {SEND: lambda _payload: None}, own.clock).run_due()

    assert tables_with(own, "Byron") == ({"gift_aid_declaration", "gift_aid_line"} if claimed else set())
    with reading(own.engine) as conn:
        left = claimable_now(conn, TODAY)
    assert (left.gifts, left.adjustments) == ([], [])
    for day, names in ((datetime(2032, 12, 31, 12, tzinfo=UTC), claimed), (datetime(2033, 1, 1, tzinfo=UTC), False)):
        anonymise_kept(own.engine, lambda day=day: day, KEPT_BY_LAW)  # type: ignore[misc]
        assert bool(tables_with(own, "Byron")) == names
