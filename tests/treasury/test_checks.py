"""The check desk: who the donor is, a lookup with evidence, and a named person who accepts or gives back."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from compliance.check import CheckState
from compliance.check_steps import Acceptance, DonorRecord, Lookup, ReturnDecision, ReturnProof
from compliance.kept_by_law import KEPT_BY_LAW
from compliance.tables import check_evidence
from database.transactions import booking, reading
from payments.erasing.jobs import anonymise_kept, erase_person
from payments.own.erasure import begin_erasure
from payments.refunding.store import refund_requests_of
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.treasury.check_desk import COMPANY, FOUND, PDF, CheckedDesk, checked_desk, open_check
from tests.treasury.test_offline import enter

RETURN = {"why": "impermissible:donor", "manner": "refund", "how": "", "sum": "600"}
BY_BANK = RETURN | {"manner": "payment", "how": "bank transfer"}
PROOF = {"day": "2026-11-21", "proof": "BACS 0042"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is asked of both elsewhere (tests/compliance)."""
    return sqlite_url


@pytest.fixture
def checked(desk: Desk, clock: FixedClock) -> CheckedDesk:
    """A treasurer before the open check of a gift of £600."""
    return checked_desk(desk, clock)


def test_a_gift_is_accepted_in_three_steps(checked: CheckedDesk) -> None:
    """The page says each time what to do next; who signed, what they signed, and when stands there for good."""
    assert ("29 days left , until 20 December 2026" in checked.page(), "Say who it is" in checked.page()) == (
        True,
        True,
    )
    checked.sends("donor", COMPANY)
    assert "Look them up" in checked.page()
    checked.sends("lookup", FOUND, file=PDF)
    assert "I, Ada, accept this gift of £600.00 from Mill Ltd, received on 21 November 2026, for" in checked.page(
        "/accept"
    )
    assert checked.sends("accept", {"note": ""}).headers["location"] == checked.path

    check = checked.check
    assert (check.state, [type(step) for step in check.steps]) == (
        CheckState.ACCEPTED, [DonorRecord, Lookup, Acceptance],
    )  # fmt: skip
    assert "Accepted on 21 November 2026 by Ada" in checked.page()
    with reading(checked.engine) as conn:
        acts = [act.what for act in acts_on(conn, Subject("check", gift_id(1)))]
    assert sorted(acts) == ["check.accept", "check.look_up", "check.record"]


def test_evidence_is_kept_by_its_hash_and_served_to_be_saved(checked: CheckedDesk) -> None:
    """As it came, never shown by us, with an act; whoever may read money may take it, an organiser may not."""
    checked.sends("donor", COMPANY)
    checked.sends("lookup", FOUND, file=PDF)
    digest = hashlib.sha256(PDF).hexdigest()
    assert checked.check.steps[-1].evidence == (digest,)  # type: ignore[union-attr]

    answers = {}
    for role in Role:
        checked.signs_in(role, f"{role.value}@example.org")
        answers[role] = checked.browser.get(f"{checked.path}/evidence/{digest}")
    assert {role for role, answer in answers.items() if answer.status_code == 200} == set(Role) - {Role.ORGANISER}
    taken = answers[Role.AUDITOR]
    assert (taken.content, taken.headers["content-type"], taken.headers["x-content-type-options"]) == (
        PDF, "application/pdf", "nosniff",
    )  # fmt: skip
    assert taken.headers["content-disposition"] == f'attachment; filename="evidence-{digest[:12]}.pdf"'
    assert answers[Role.ORGANISER].content.find(b"%PDF") == -1
    with reading(checked.engine) as conn:
        assert "check.evidence" in [act.what for act in acts_on(conn, Subject("check", gift_id(1)))]


def test_a_file_that_is_no_evidence_is_not_kept(checked: CheckedDesk) -> None:
    """Nor is the lookup that it came with; what was typed is still there."""
    checked.sends("donor", COMPANY)
    answer = checked.sends("lookup", FOUND, file=b"MZ\x90\x00")
    with reading(checked.engine) as conn:
        kept = conn.scalar(sa.select(sa.func.count()).select_from(check_evidence))
    is_filled = "01234567" in answer.text
    assert (answer.status_code, "Choose a PDF" in answer.text, is_filled, kept) == (422, True, True, 0)
    assert len(checked.check.steps) == 1


def test_a_refusal_of_the_rules_is_shown_as_it_is(checked: CheckedDesk) -> None:
    """On the page of the step, at every stage of the check, and nothing is kept."""
    accept = ("accept", {"note": ""})
    refused(checked, *accept, "Record first who the donor is.")
    refused(checked, "returned", PROOF, "Decide first to return the gift, and to whom.")
    refused(checked, "return", BY_BANK | {"why": "impermissible:transferrer"}, "A gift goes back to its donor")
    checked.sends("donor", {"kind": "unidentified"})
    checked.sends("lookup", FOUND)
    refused(checked, *accept, "cannot be identified must go back")
    checked.sends("donor", COMPANY)
    refused(checked, "return", BY_BANK | {"why": "unidentified:transferrer"}, "The donor is recorded")
    checked.sends("lookup", FOUND | {"result": "not"})
    refused(checked, *accept, "did not find the donor: say in a note why")
    checked.sends("return", BY_BANK)
    refused(checked, *accept, "on its way back: record the return.")
    refused(checked, "returned", PROOF | {"proof": ""}, "Record the proof of the return")
    refused(checked, "returned", PROOF | {"day": "2026-11-20"}, "This gift was received later")


def test_an_ended_check_never_changes(checked: CheckedDesk) -> None:
    """Not even its record of the donor; accepted without a lookup of its own it cannot be."""
    checked.sends("donor", COMPANY)
    refused(checked, "accept", {"note": ""}, "Record first where the donor was looked up, and with what result.")
    checked.sends("lookup", FOUND)
    checked.sends("accept", {"note": ""})
    for step, typed in (("return", BY_BANK), ("donor", COMPANY), ("lookup", FOUND)):
        refused(checked, step, typed, "This check has ended: the gift was accepted.")


def refused(checked: CheckedDesk, step: str, typed: dict[str, str], sentence: str) -> None:
    """The page of the step says this sentence, and no step was taken."""
    steps = checked.check.steps
    answer = checked.sends(step, typed)
    assert (answer.status_code, sentence in answer.text, checked.check.steps) == (422, True, steps), answer.text


def test_what_must_be_corrected_is_said_beside_its_field(checked: CheckedDesk) -> None:
    """And what was typed is still there (each mistake: tests/treasury/test_check_form.py)."""
    answer = checked.sends("donor", COMPANY | {"fact-number": " "})
    assert ('id="fact-number-error"' in answer.text, "1 Mill Lane, Leeds" in answer.text) == (True, True)
    refused(checked, "lookup", FOUND | {"register": "", "note": "Under its old name"}, "Enter where you looked")
    refused(checked, "return", RETURN | {"sum": "60"}, "Type the amount of the gift, to confirm it.")


def test_of_two_people_at_once_the_second_is_told_what_the_first_did(checked: CheckedDesk) -> None:
    """Whatever they send from a page that is older; the first person's form sent twice is one step."""
    checked.is_ready()
    checked.signs_in(Role.OWNER, "ben@example.org")
    for _ in range(2):
        assert checked.sends("return", BY_BANK, seen=2).status_code == 303
    checked.signs_in(Role.TREASURER)

    answer = checked.sends("accept", {"note": ""}, seen=2)
    assert (answer.status_code, "Ben has meanwhile decided that the gift goes back" in answer.text) == (422, True)
    assert [type(step) for step in checked.check.steps] == [DonorRecord, Lookup, ReturnDecision]
    late = checked.sends("lookup", FOUND | {"reference": "another"}, seen=1)
    assert (late.status_code, len(checked.check.steps)) == (422, 3)


def test_a_gift_goes_back_by_a_payment_with_its_proof(checked: CheckedDesk) -> None:
    """Nothing is asked of Stripe; a named person records the day and the bank's reference."""
    checked.sends("donor", COMPANY)
    checked.sends("return", BY_BANK)
    assert "It goes back to the donor, by bank transfer." in checked.page()
    assert checked.sends("returned", PROOF).status_code == 303

    check = checked.check
    assert (check.state, check.returned_on, check.must_report_return) == (CheckState.RETURNED, date(2026, 11, 21), True)
    assert "BACS 0042" in checked.page()
    with reading(checked.engine) as conn:
        assert refund_requests_of(conn, gift_id(1)) == []


def test_a_gift_from_nobody_who_is_known_goes_to_whoever_transferred_it(checked: CheckedDesk) -> None:
    """The page leads there at once: nobody can be asked who they are."""
    checked.sends("donor", {"kind": "unidentified"})
    assert 'value="unidentified:transferrer" checked' in checked.browser.get(f"{checked.path}/return").text
    checked.sends("return", BY_BANK | {"why": "unidentified:financial_institution"})
    checked.sends("returned", PROOF)
    assert (checked.check.state, checked.check.must_report_return) == (CheckState.RETURNED, True)
    assert isinstance(checked.check.steps[-1], ReturnProof)


def test_a_password_is_asked_for_before_a_check_ends(checked: CheckedDesk, clock: FixedClock) -> None:
    """Recording what was seen needs none."""
    checked.sends("donor", COMPANY)
    clock.advance(timedelta(minutes=30))
    for step in ("accept", "return", "returned"):
        assert checked.browser.get(f"{checked.path}/{step}").headers["location"].startswith("/desk/confirm")
    assert checked.browser.get(f"{checked.path}/lookup").status_code == 200


def test_an_auditor_sees_everything_and_is_offered_nothing(checked: CheckedDesk) -> None:
    """No button; and the forms themselves are refused."""
    checked.is_ready()
    checked.signs_in(Role.AUDITOR, "auditor@example.org")
    page = checked.browser.get(checked.path).text
    assert ("Mill Ltd" in page, "/accept" in page, "/return" in page, "/lookup" in page) == (True, False, False, False)
    assert {checked.sends(step, {}).status_code for step in ("donor", "lookup", "accept", "return", "returned")} == {
        403
    }


def test_a_check_that_nobody_ended_says_that_its_days_are_over(checked: CheckedDesk, clock: FixedClock) -> None:
    """The desk accepts nothing by itself."""
    clock.advance(timedelta(days=30))
    checked.signs_in(Role.TREASURER)
    page = checked.page()
    assert ("Over by 1 day" in page, "The 30 days have passed." in page, checked.check.state) == (
        True, True, CheckState.OPEN,
    )  # fmt: skip


def test_the_sheet_to_sign_says_what_is_known(checked: CheckedDesk) -> None:
    """With a line for a pen while the check is open, and who signed once it has ended."""
    checked.is_ready()
    assert "Signature: ____" in checked.page("/sheet")
    checked.sends("accept", {"note": "Seen in person."})
    sheet = checked.page("/sheet")
    assert ("I, Ada, accepted this gift of £600.00 on 21 November 2026." in sheet, "Seen in person." in sheet) == (
        True, True,
    )  # fmt: skip


def test_the_pages_of_gift_donor_and_refund_say_how_the_check_stands(checked: CheckedDesk) -> None:
    """And lead to it, and back; once it has ended the gift is no longer held."""
    gift, check = f"/desk/gifts/{gift_id(1)}", f'href="{checked.path}"'
    page = checked.browser.get(gift).text
    assert ("Not to be spent: its donor is being checked" in page, check in page) == (True, True)
    assert f'href="{checked.path}/return"' in checked.browser.get(f"{gift}/refund").text
    donor = f"/desk/donors/{checked.check.gift.donor_id}"
    page = checked.browser.get(donor).text
    assert (check in page, "29 days left" in page) == (True, True)
    page = checked.browser.get(checked.path).text
    assert (f'href="{gift}"' in page, f'href="{donor}"' in page) == (True, True)

    checked.is_ready()
    checked.sends("accept", {"note": ""})
    page = checked.browser.get(gift).text
    assert ("Not to be spent" in page, f"<a {check}>Accepted</a>" in page) == (False, True)
    assert checked.path not in checked.browser.get(f"{gift}/refund").text


def test_an_offline_gift_is_paid_back_with_proof_and_taken_back_in_the_books(checked: CheckedDesk, desk: Desk) -> None:
    """Its own page leads to the check first; the check leads to the books once the return is decided."""
    page = enter(checked.browser, means="cheque", amount="700", name="Bo Li", reference="000451")
    identity = page.rpartition("/")[2]
    open_check(checked.engine, identity=identity)
    offline = replace(checked, path=f"/desk/checks/{identity}", gift_id=identity)
    assert f'href="{offline.path}/return"' in checked.browser.get(f"/desk/offline/{identity}").text
    form = checked.browser.get(f"{offline.path}/return").text
    assert ("Refund through Stripe" in form, 'value="payment" id="manner" checked' in form) == (False, True)

    asked = offline.sends("return", RETURN | {"sum": "700"})
    assert (asked.status_code, "choose a payment of our own" in asked.text) == (422, True)
    assert offline.sends("return", BY_BANK | {"sum": "700"}).status_code == 303
    assert f'href="/desk/offline/{identity}#back"' in checked.browser.get(offline.path).text
    assert offline.sends("returned", PROOF).status_code == 303
    assert offline.check.state is CheckState.RETURNED
    assert "Taken back" in checked.browser.get(f"/desk/offline/{identity}").text


def test_what_an_erased_donors_check_says_of_them_goes_on_its_day(checked: CheckedDesk) -> None:
    """Not before the law allows it; who decided what stays, and the page says that the evidence is gone."""
    checked.is_ready()
    checked.sends("lookup", FOUND, file=PDF)
    checked.sends("accept", {"note": ""})
    now = checked.clock()
    with booking(checked.engine) as conn:
        begin_erasure(conn, [checked.check.gift.donor_id], "ada@example.org", now, KEPT_BY_LAW)
        erase_person(conn, [checked.check.gift.donor_id], ["donor1@example.org"], checked.clock)
    page, last = "", datetime(2032, 12, 31, 12, tzinfo=UTC)
    for day, is_there in ((last, True), (last + timedelta(days=1), False)):
        anonymise_kept(checked.engine, lambda at=day: at, KEPT_BY_LAW)  # type: ignore[misc]
        page = checked.page()
        assert ("1 Mill Lane" in page, "Evidence (PDF)" in page) == (is_there, is_there)
    assert ("Accepted on 21 November 2026 by Ada" in page, "The evidence was removed" in page) == (True, True)
    assert checked.check.state is CheckState.ACCEPTED


def test_a_search_finds_an_open_check(checked: CheckedDesk) -> None:
    """By the donor and by the sum."""
    for text in ("donor 1", "£600"):
        page = checked.browser.get("/desk/search", params={"find": text}).text
        assert f'href="{checked.path}"' in page
