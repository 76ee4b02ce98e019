"""Gift Aid at the desk: claims are made once, sent as HMRC's file, taken back, and donors withdrawn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import booking, reading, writing
from organisation.organisation import OrganisationKind
from payments.gift_aid.declaration_store import add_gift_aid_declaration, gift_aid_declaration_by_id
from payments.gift_aid.erasure_store import erase_gift_aid
from payments.gift_aid.schedule_file import ODS
from staff.act import Subject, by_command
from staff.changing import changing
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.gift_aid.hmrc_validator import boxes, donations, errors_of
from tests.payments.gift_aid.samples import ADA, DECLARED, TODAY
from tests.payments.messages import delivery, event
from tests.payments.organisation_books import NOON, gift_id
from tests.payments.stripe_objects import refund
from tests.proof.books import Desk
from tests.receipts.samples import PROFILE
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.gift_aid.paper_form import read_paper
from treasury.routes import treasury_routes
from web.errors import install_errors

PATH = "/desk/gift-aid"
CHARITY = replace(PROFILE, kind=OrganisationKind.CHARITY, gift_aid=True, hmrc_reference="AB12345")
Visitor = Callable[[Role], TestClient]


@pytest.fixture
def visitor(engine: Engine, clock: FixedClock, desk: Desk) -> Visitor:
    """Somebody at the desk of a charity, to which one donor gave £25, declared, and another £10."""
    return visitor_of(engine, clock, desk, CHARITY)


def visitor_of(engine: Engine, clock: FixedClock, desk: Desk, profile: object) -> Visitor:
    """Somebody at the desk of this organisation."""
    site, app = pages("test", "http://127.0.0.1").of(profile), FastAPI()  # type: ignore[arg-type]
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    desk.give(1, 2500)
    desk.give(2, 1000)

    def visit(role: Role) -> TestClient:
        client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
        sign_in_as(client, engine, clock(), role, f"{role.value}@example.org", [])
        return client

    return visit


def declare(desk: Desk, n: int, **changes: object) -> None:
    """The donor of this gift declared."""
    donor = desk.books.gift(n).donor_id
    values = {"id": f"declared-{n}", "donor_id": donor, "gift_id": gift_id(n)} | changes
    with writing(desk.books.engine) as conn:
        add_gift_aid_declaration(conn, replace(DECLARED, **values))  # type: ignore[arg-type]


def test_a_claim_is_made_sent_and_followed(visitor: Visitor, desk: Desk, engine: Engine) -> None:
    """The button claims what the page showed; the file is HMRC's, and the log says who took it."""
    declare(desk, 1)
    treasurer = visitor(Role.TREASURER)
    assert "<strong>£6.25</strong> of tax" in treasurer.get(PATH).text
    assert treasurer.post(f"{PATH}/claims", data={"seen": "2 GBP 8.75"}).status_code == 409
    made = treasurer.post(f"{PATH}/claims", data={"seen": "1 GBP 6.25"}).headers["location"]
    assert made == f"{PATH}/claims/1"
    assert "Coalition for a Fair Count, AB12345" in treasurer.get(made).text
    gifts = [treasurer.get(f"/desk/gifts/{gift_id(n)}").text for n in (1, 2)]
    assert ["/desk/gift-aid/claims/1" in page for page in gifts] == [True, False]
    file = treasurer.get(f"{made}/schedule-1.ods")
    assert (file.status_code, file.headers["content-type"]) == (200, ODS)
    assert errors_of(file.content, TODAY) == []
    assert [row[2:4] + row[9:] for row in donations(file.content)] == [["Ada", "Byron King", "25.00"]]
    assert treasurer.get(f"{made}/schedule-2.ods").status_code == 404
    with reading(engine) as conn:
        acts = {act.what for act in acts_on(conn, Subject("gift_aid_claim", "1"))}
    assert acts == {"gift_aid.claim", "gift_aid.export"}
    assert treasurer.post(f"{PATH}/claims", data={"seen": "0 GBP 0.00"}).status_code == 409


def test_what_went_back_since_is_paid_back_and_a_claim_can_be_taken_back(visitor: Visitor, desk: Desk) -> None:
    """In HMRC's Box 2 of the next claim; one that was never sent lets its gifts go, once."""
    declare(desk, 1)
    treasurer = visitor(Role.TREASURER)
    treasurer.post(f"{PATH}/claims", data={"seen": "1 GBP 6.25"})
    desk.books.deliver(delivery(event("refund.created", refund(amount=500), name="re_1")))
    assert "£1.25 of tax was claimed too much" in treasurer.get(PATH).text
    declare(desk, 2)
    assert treasurer.post(f"{PATH}/claims", data={"seen": "1 GBP 1.25"}).status_code == 303
    assert boxes(treasurer.get(f"{PATH}/claims/2/schedule-1.ods").content)[1] == "1.25"
    assert "A gift that went back" in treasurer.get(f"{PATH}/claims/2").text
    assert "claim 2</a> pays tax back" in treasurer.get(f"{PATH}/claims/1").text
    refused = treasurer.post(f"{PATH}/claims/1/back")
    assert (refused.status_code, "Claim 2 pays tax back" in refused.text) == (409, True)
    assert [treasurer.post(f"{PATH}/claims/2/back").status_code for _ in range(2)] == [303, 404]
    page = treasurer.get(PATH).text
    assert "<strong>£1.25</strong> of tax" in page
    assert "taken back" in page
    assert treasurer.post(f"{PATH}/claims/1/back").status_code == 303


@ON_SQLITE
def test_a_donor_who_has_written_is_withdrawn(visitor: Visitor, desk: Desk, engine: Engine) -> None:
    """From the day that they say; the act names the donor, and what is claimed already is paid back."""
    declare(desk, 1)
    treasurer, page = visitor(Role.TREASURER), f"{PATH}/declarations/declared-1"
    treasurer.post(f"{PATH}/claims", data={"seen": "1 GBP 6.25"})
    assert "St James&#39;s Square" in treasurer.get(page).text
    assert "Enter a day that has come" in treasurer.post(f"{page}/withdraw", data={"from_day": "2030-01-01"}).text
    assert treasurer.post(f"{page}/withdraw", data={"from_day": "2026-11-01"}).status_code == 303
    with reading(engine) as conn:
        declared = gift_aid_declaration_by_id(conn, "declared-1")
        acts = acts_on(conn, Subject("donor", desk.books.gift(1).donor_id or ""))
    assert declared is not None
    assert str(declared.ends_on) == "2026-11-01"
    assert [act.what for act in acts] == ["gift_aid.withdraw"]
    assert "withdrawn" in treasurer.get(page).text
    assert "Withdrawn from 1 November 2026." in treasurer.get(f"/desk/donors/{desk.books.gift(1).donor_id}").text
    assert "£6.25 of tax was claimed too much" in treasurer.get(PATH).text
    assert treasurer.get(f"{PATH}/declarations/none").status_code == 404


@ON_SQLITE
def test_an_auditor_reads_and_changes_nothing(visitor: Visitor, desk: Desk) -> None:
    """No button; and a line that HMRC would refuse is named with what is wrong."""
    declare(desk, 1, taxpayer=replace(ADA, last_name="李"))
    page = visitor(Role.AUDITOR).get(PATH).text
    assert ("Make the claim" in page, "HMRC cannot read the last name" in page) == (False, True)
    assert visitor(Role.AUDITOR).post(f"{PATH}/claims", data={"seen": "0 GBP 0.00"}).status_code == 403


@ON_SQLITE
def test_there_is_no_such_page_where_gift_aid_is_not_claimed(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """Nor a link to it; what was declared and claimed before can still be looked at."""
    owner = visitor_of(engine, clock, desk, PROFILE)(Role.OWNER)
    assert owner.get(PATH).status_code == 404
    assert "Gift Aid" not in owner.get("/desk/books").text
    declare(desk, 1)
    page = owner.get(PATH)
    assert (page.status_code, "Make the claim" in page.text) == (200, False)
    assert owner.post(f"{PATH}/claims", data={"seen": "1 GBP 6.25"}).status_code == 404


PAPER = {
    "tax_first_name": "Ada", "tax_last_name": "Byron", "tax_house": "12", "tax_street": "Some Street",
    "tax_postcode": "SW1Y 4JH", "brought": "paper", "day": TODAY.isoformat(), "covers": "past_and_future",
    "kept_where": "Binder 3", "has_words": "yes", "key": "0b7e7c0e-51f0-4d0c-9d51-3d6c2c9f6a10",
}  # fmt: skip


def test_a_declaration_on_paper_is_entered_once_and_claimed_by(visitor: Visitor, desk: Desk, engine: Engine) -> None:
    """With its act; its page says where the paper is."""
    treasurer, donor = visitor(Role.TREASURER), desk.books.gift(1).donor_id or ""
    paper = PAPER | {"donor": donor}
    assert "The past four years" in treasurer.get(f"{PATH}/declarations/new?donor={donor}").text
    pages_of = {treasurer.post(f"{PATH}/declarations/new", data=paper).headers["location"] for _ in range(2)}
    [page] = pages_of
    assert all(words in treasurer.get(page).text for words in ("Binder 3", "on paper", "Signed on"))
    assert "<strong>£6.25</strong> of tax" in treasurer.get(PATH).text
    with reading(engine) as conn:
        assert [act.what for act in acts_on(conn, Subject("donor", donor))] == ["gift_aid.enter"]
    with booking(engine) as conn:
        erase_gift_aid(conn, [donor], date.max, NOON)
    assert "Binder 3" not in treasurer.get(page).text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"has_words": ""}, "has_words"),
        ({"kept_where": ""}, "kept_where"),
        ({"covers": "this_gift"}, "covers"),
        ({"brought": "spoken", "confirmed": ""}, "confirmed"),
        ({"brought": "spoken", "confirmed": "2026-11-01"}, "confirmed"),
        ({"day": "2027-01-01"}, "day"),
        ({"tax_first_name": ""}, "tax_first_name"),
    ],
)
def test_a_paper_that_is_not_whole_is_not_entered(typed: dict[str, str], field: str) -> None:
    """What is missing is named."""
    read = read_paper(PAPER | typed, "treasurer-1", TODAY)
    assert isinstance(read, dict)
    assert field in read


def test_one_gift_on_paper(visitor: Visitor, desk: Desk) -> None:
    """That one is claimed, and no other of its donor; another donor's is not found."""
    treasurer, donor = visitor(Role.TREASURER), desk.books.gift(1).donor_id or ""
    paper = PAPER | {"donor": donor, "of_gift": gift_id(1), "covers": "this_gift"}
    assert treasurer.post(f"{PATH}/declarations/new", data=paper).status_code == 303
    assert "<strong>£6.25</strong> of tax" in treasurer.get(PATH).text
    for gift in (gift_id(2), gift_id(9)):
        assert treasurer.post(f"{PATH}/declarations/new", data=paper | {"of_gift": gift}).status_code == 404


def restore(engine: Engine, clock: FixedClock) -> None:
    """These books are a backup of yesterday."""
    with changing(engine, by_command("restore"), clock()) as change:
        after = {"backup_made_at": (clock() - timedelta(days=1)).isoformat()}
        change.record("backup.restore", Subject("installation", "x"), after=after)


def test_after_a_restore_nothing_is_claimed_until_an_owner_answers(
    visitor: Visitor, desk: Desk, engine: Engine, clock: FixedClock
) -> None:
    """Not by a treasurer. Nothing since: the claim is made as ever, and the question does not come again."""
    declare(desk, 1)
    restore(engine, clock)
    treasurer, owner = visitor(Role.TREASURER), visitor(Role.OWNER)
    assert "Nothing is claimed until an owner answers" in treasurer.get(PATH).text
    assert treasurer.post(f"{PATH}/claims", data={"seen": "1 GBP 6.25"}).status_code == 409
    assert treasurer.get(f"{PATH}/restored").status_code == 403
    assert "No claim is here" in owner.get(f"{PATH}/restored").text
    assert owner.post(f"{PATH}/restored", data={"answer": ""}).status_code == 422
    assert owner.post(f"{PATH}/restored", data={"answer": "nothing"}).headers["location"] == PATH
    assert treasurer.post(f"{PATH}/claims", data={"seen": "1 GBP 6.25"}).status_code == 303
    assert owner.get(f"{PATH}/restored").status_code == 404


def test_the_gifts_of_a_claim_that_a_restore_has_lost_are_not_claimed_again(
    visitor: Visitor, desk: Desk, engine: Engine, clock: FixedClock
) -> None:
    """They are held by a claim of their own; its day lies between the backup and today."""
    declare(desk, 1)
    restore(engine, clock)
    owner = visitor(Role.OWNER)
    for day in ("", "2026-11-01", "2027-01-01"):
        assert owner.post(f"{PATH}/restored", data={"answer": "claimed", "day": day}).status_code == 422
    lost = owner.post(f"{PATH}/restored", data={"answer": "claimed", "day": TODAY.isoformat()})
    assert lost.headers["location"] == f"{PATH}/claims/1"
    assert "Do not send it" in owner.get(f"{PATH}/claims/1").text
    assert "<p>Nothing." in owner.get(PATH).text


@pytest.fixture
def after_lost_claim(visitor: Visitor, desk: Desk, engine: Engine, clock: FixedClock) -> TestClient:
    """An owner has said that a claim of today was lost; a second declaration of before is entered again after that."""
    declare(desk, 1)
    restore(engine, clock)
    owner = visitor(Role.OWNER)
    owner.post(f"{PATH}/restored", data={"answer": "claimed", "day": TODAY.isoformat()})
    declare(desk, 2)
    return owner


def test_what_a_lost_claim_may_have_had_waits_when_it_comes_back_later(
    after_lost_claim: TestClient, visitor: Visitor
) -> None:
    """Its declaration was not here to hold it; an owner says that it was claimed, and it is held too."""
    page = after_lost_claim.get(PATH).text
    assert "Perhaps claimed before a restore" in page
    assert "Perhaps claimed before" in visitor(Role.AUDITOR).get(PATH).text
    treasurer = visitor(Role.TREASURER)
    assert treasurer.post(f"{PATH}/claims", data={"seen": "1 GBP 2.50"}).status_code == 409
    for answer, seen in (("late_claimed", "2 1000"), ("perhaps", "1 1000")):
        answered = {"answer": answer, "seen": seen}
        assert after_lost_claim.post(f"{PATH}/restored/late", data=answered).status_code == 409
    claimed = {"answer": "late_claimed", "seen": "1 1000"}
    assert after_lost_claim.post(f"{PATH}/restored/late", data=claimed).status_code == 303
    assert "Do not send it" in after_lost_claim.get(f"{PATH}/claims/2").text
    page = after_lost_claim.get(PATH).text
    assert ("Perhaps claimed" in page, "<p>Nothing." in page) == (False, True)


def test_what_no_lost_claim_had_is_claimed_once_an_owner_says_so(after_lost_claim: TestClient) -> None:
    """As it is where the claim that stood for the lost one is taken back: there was none."""
    free = {"answer": "late_free", "seen": "1 1000"}
    assert after_lost_claim.post(f"{PATH}/restored/late", data=free).status_code == 303
    assert "<strong>£2.50</strong> of tax" in after_lost_claim.get(PATH).text
    after_lost_claim.post(f"{PATH}/claims/1/back")
    assert "<strong>£8.75</strong> of tax" in after_lost_claim.get(PATH).text
