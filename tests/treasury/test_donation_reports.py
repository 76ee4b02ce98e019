"""Reports to the Electoral Commission at the desk: when they are due, what they say, filed and amended."""

import csv
import io
import re
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine

from compliance.filed_report import report_digest
from compliance.regime import Regime
from compliance.report_calendar import ReportKind
from compliance.report_line import COLUMNS
from database.transactions import booking, reading
from ledger.money import GBP, Money
from payments.gifts.store import gift as gift_by_id
from payments.valuing.loan import Loan
from payments.valuing.loan_store import add_loan
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.compliance.gifts import record
from tests.engines import ON_SQLITE
from tests.proof.books import Desk
from tests.treasury.political_desk import BASE_URL, QUARTER, PoliticalDesk, political_desk
from tests.web.samples import pages
from treasury.donation_reports.jobs import donation_report_handler
from treasury.donation_reports.known import known_reports

KEY = (ReportKind.QUARTERLY, date(2026, 10, 1), date(2026, 12, 31))
JANUARY = datetime(2027, 1, 10, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    """The tenth of January 2027: the fourth quarter is over, and its report is due in twenty days."""
    return FixedClock(JANUARY)


@pytest.fixture
def party(engine: Engine, clock: FixedClock, desk: Desk) -> PoliticalDesk:
    """A party's desk."""
    return political_desk(engine, clock, desk)


def seen(page: str) -> str:
    """The digest of the report that stands on a page."""
    [digest] = re.findall(r'name="seen" value="([0-9a-f]{64})"', page)
    return str(digest)


def file_now(party: PoliticalDesk, signature: str = "Grace Hopper") -> str:
    """File the quarter as it is now; where its version stands."""
    treasurer = party.visit()
    digest = seen(treasurer.get(QUARTER).text)
    answer = treasurer.post(f"{QUARTER}/file", data={"seen": digest, "signature": signature})
    return str(answer.headers["location"])


@ON_SQLITE
def test_a_report_is_filed_as_it_was_seen_and_signed(party: PoliticalDesk) -> None:
    """Not without a name, and not when something came between the page and the button; filed again, it is refused."""
    party.accept(1, 1_200_000)
    treasurer = party.visit()
    page = treasurer.get(QUARTER).text
    assert ("Due on 30 January 2027, in 20 days" in page, "£12,000.00" in page) == (True, True)
    unsigned = treasurer.post(f"{QUARTER}/file", data={"seen": seen(page), "signature": " "})
    assert (unsigned.status_code, "Type the name of the responsible person" in unsigned.text) == (422, True)
    assert treasurer.post(f"{QUARTER}/file", data={"seen": "0" * 64, "signature": "Grace"}).status_code == 409

    assert file_now(party) == f"{QUARTER}/versions/1"
    first = treasurer.get(f"{QUARTER}/versions/1").text
    assert all(words in first for words in ("Grace Hopper", seen(page), "Ada Byron", "£12,000.00"))
    assert "What is known today says the same" in treasurer.get(QUARTER).text
    again = treasurer.post(f"{QUARTER}/file", data={"seen": seen(page), "signature": "Grace Hopper"})
    assert (again.status_code, "Nothing has changed" in again.text) == (422, True)


def test_an_amendment_says_what_changed_and_the_first_version_never_moves(party: PoliticalDesk, engine: Engine) -> None:
    """What would change is shown before; every version is kept, and each is an act."""
    party.accept(1, 1_200_000)
    file_now(party)
    before = party.visit().get(f"{QUARTER}/versions/1").text
    late = party.accept(2, 1_500_000, name="Ben Okri", address="2 Mill Lane, Leeds")
    treasurer = party.visit()
    changed = treasurer.get(QUARTER).text
    assert "What would change now" in changed
    assert f"Gift {late[:8].upper()} is new in the report." in changed
    assert "Something has changed since" in treasurer.get("/desk/reports").text

    assert file_now(party) == f"{QUARTER}/versions/2"
    assert f"Gift {late[:8].upper()} is new in the report." in treasurer.get(f"{QUARTER}/versions/2").text
    kept = treasurer.get(f"{QUARTER}/versions/1").text
    assert ("has taken its place" in kept, "Ben Okri" in kept, "Ada Byron" in kept) == (True, False, True)
    assert "Ben Okri" not in before
    with reading(engine) as conn:
        acts = acts_on(conn, Subject("donation_report", "quarterly 2026-10-01 2026-12-31"))
    assert {(act.what, (act.after or {})["version"]) for act in acts} == {("report.file", 1), ("report.file", 2)}


@ON_SQLITE
def test_what_is_missing_leads_to_its_check_and_keeps_a_quarter_from_being_filed(
    party: PoliticalDesk, engine: Engine
) -> None:
    """Each line leads to its check and its gift; a gift that went back without its donor's address waits for it."""
    accepted = party.accept(1, 1_200_000)
    lacking = party.send_back(2, 60_000, name="Ada")
    open_check = party.check(3, 60_000, record(name="Ada"))
    treasurer = party.visit()
    page = treasurer.get(QUARTER).text

    assert f'<a href="/desk/checks/{accepted}">Check</a> · <a href="/desk/gifts/{accepted}">' in page
    wanted = f"Gift {lacking[:8].upper()}: record address as the electoral register shows it"
    assert f'<a href="/desk/checks/{lacking}">{wanted}' in page
    assert ("Donations that went back" in page, open_check in page) == (True, False)
    assert ("It can be filed when these facts are recorded" in page, "File the report" in page) == (True, False)
    with reading(engine) as conn:
        due = known_reports(conn, "Wren & Sons", date(2027, 1, 10)).report(KEY)
    assert due is not None
    typed = {"seen": report_digest(due.report), "signature": "Grace Hopper"}
    refused = treasurer.post(f"{QUARTER}/file", data=typed)
    assert (refused.status_code, "It was not filed" in refused.text) == (422, True)
    assert treasurer.get(f"{QUARTER}/versions/1").status_code == 404


@ON_SQLITE
def test_a_report_s_page_names_the_loans_that_are_reported_beside_it(party: PoliticalDesk, engine: Engine) -> None:
    """With the gift that passes the threshold together with one; the report's own lines stay gifts."""
    gift = party.accept(1, 600_000)
    with booking(engine) as conn:
        whole = gift_by_id(conn, gift)
        assert whole is not None
        lent = Loan("loan-1", whole.donor_id or "", Money(600_000, GBP), date(2026, 12, 1), "Without interest.")
        add_loan(conn, lent, "asha", JANUARY)
    page = " ".join(re.sub(r"<[^>]+>", " ", party.visit().get(QUARTER).text).split())
    assert "Donor 1 lent £6,000.00 on 1 December 2026. Report it : with what is named here it comes to" in page
    assert "Reported beside it: the gift of £6,000.00, 21 November 2026" in page


@ON_SQLITE
def test_the_calendar_says_what_waits_what_comes_and_what_was_not_needed(party: PoliticalDesk) -> None:
    """A party's quarters: one is to be filed, three are late, three come; one was due before records began."""
    page = party.visit(Role.AUDITOR).get("/desk/reports").text

    assert page.count("<strong>Late:</strong>") == 3
    assert "Due on 30 January 2027, in 20 days. Nothing to report: a nil report is due." in page
    assert "30 October 2026, 72 days late" in page
    assert "Registered party, since 1 January 2020" in page
    assert page.count("Runs until 31 March 2027") == 1
    nil = party.visit(Role.AUDITOR).get(QUARTER).text
    assert ("This is a nil report" in nil, "File the nil report" in nil) == (True, False)
    assert party.visit().get(QUARTER).text.count("File the nil report") == 1


@ON_SQLITE
def test_who_is_under_no_rules_reads_what_a_regime_is(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """And where it is chosen; there is no report."""
    charity = political_desk(engine, clock, desk, None).visit()
    page = charity.get("/desk/reports").text

    assert ("What a regime is" in page, 'href="/desk/rules"' in page) == (True, True)
    assert charity.get(QUARTER).status_code == 404
    assert charity.get(f"{QUARTER}/versions/1").status_code == 404
    assert charity.get("/desk/reports/daily/2026-10-01/2026-12-31").status_code == 400


@ON_SQLITE
def test_a_members_association_reports_gift_by_gift(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """Thirty days beginning with the acceptance: on 20 December, so that it is late in January."""
    association = political_desk(engine, clock, desk, Regime.MEMBERS_ASSOCIATION)
    association.accept(1, 1_200_000)
    page = association.visit().get("/desk/reports").text

    assert "/desk/reports/accepted/2026-11-21/2026-11-21" in page
    assert "was due on 20 December 2026, 21 days late" in page


@ON_SQLITE
def test_a_file_has_the_commissions_columns_and_no_formula(party: PoliticalDesk, engine: Engine) -> None:
    """CSV field by field; the workbook has the amount as a number and the days as days; the log says who took them."""
    gift = party.accept(1, 1_200_000, name="=HYPERLINK(1)", address="1 Mill Lane, Leeds", number="01234567")
    treasurer = party.visit()
    file = treasurer.get(f"{QUARTER}/draft.csv")
    headings, line = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))

    assert headings == list(COLUMNS.values())
    assert dict(zip(COLUMNS, line, strict=True)) == {
        "reference": gift,
        "donor": "'=HYPERLINK(1)",
        "participant": "Wren & Sons",
        "received_by": "Wren & Sons",
        "nature": "Cash",
        "value": "12000.00",
        "received_on": "2026-11-21",
        "accepted_on": "2026-11-21",
        "donor_type": "Individual",
        "address": "1 Mill Lane, Leeds",
        "number": "01234567",
        "other_facts": "",
        "is_aggregated": "No",
        "returned_on": "",
        "returned_to": "",
        "manner": "",
        "reason": "",
    }
    sheet = treasurer.get(f"{QUARTER}/draft.xlsx")
    with ZipFile(io.BytesIO(sheet.content)) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in cells
    assert re.search(r'<c r="F2"[^>]*><v>12000(?:\.0+)?</v>', cells)
    assert re.search(rf'<c r="G2"[^>]*><v>{(date(2026, 11, 21) - date(1899, 12, 30)).days}</v>', cells)
    with reading(engine) as conn:
        acts = acts_on(conn, Subject("donation_report", "quarterly 2026-10-01 2026-12-31"))
    taken = [(act.after or {}) for act in acts]
    assert {(after["version"], after["as"]) for after in taken} == {(0, "csv"), (0, "xlsx")}


@ON_SQLITE
def test_the_sheet_is_printed_by_the_worker_draft_and_version(
    party: PoliticalDesk, engine: Engine, clock: FixedClock
) -> None:
    """Until it is, a page that reloads itself; a draft of other facts is another sheet; a version is printed once."""
    sheets: list[str] = []

    def print_html(html: str) -> bytes:
        sheets.append(html)
        return f"%PDF {len(sheets)}".encode()

    handle = donation_report_handler(engine, pages("test", BASE_URL), print_html, clock)
    gift, treasurer = party.accept(1, 1_200_000), party.visit()
    draft = {"kind": "quarterly", "first": "2026-10-01", "last": "2026-12-31"}
    waiting = treasurer.get(f"{QUARTER}/draft.pdf")
    assert (waiting.status_code, waiting.headers["refresh"]) == (202, f"1; url={QUARTER}/draft.pdf?look=1")
    for _ in range(2):
        handle(draft)
    assert treasurer.get(f"{QUARTER}/draft.pdf?look=1").content == b"%PDF 1"
    assert "Draft, not filed" in sheets[0]

    file_now(party)
    assert treasurer.get(f"{QUARTER}/versions/1.pdf").status_code == 202
    for _ in range(2):
        handle({"filed": 1})
    assert treasurer.get(f"{QUARTER}/versions/1.pdf").content == b"%PDF 2"
    assert all(words in sheets[1] for words in ("Grace Hopper", "Version 1, filed 10 January 2027", "£12,000.00"))
    assert (len(sheets), gift in sheets[1]) == (2, False)
    party.accept(2, 1_500_000)
    assert treasurer.get(f"{QUARTER}/draft.pdf").status_code == 202
    handle({"filed": 99})


@ON_SQLITE
def test_the_overview_says_what_is_late_and_what_is_due_within_a_fortnight(
    party: PoliticalDesk, clock: FixedClock
) -> None:
    """The quarter's twenty days are far off; in twelve days it is there, with its link, until it is filed."""
    treasurer = party.visit()
    far_off = treasurer.get("/desk").text
    assert far_off.count("A report to the Electoral Commission is late") == 3
    assert QUARTER not in far_off
    clock.now = datetime(2027, 1, 18, 9, tzinfo=UTC)
    near = party.visit().get("/desk").text
    assert "File a report to the Electoral Commission by 30 January 2027" in near
    assert (f'href="{QUARTER}"' in near, "in 12 days; nothing to report, and a nil report is due." in near) == (
        True,
        True,
    )
    file_now(party)
    assert QUARTER not in party.visit().get("/desk").text
