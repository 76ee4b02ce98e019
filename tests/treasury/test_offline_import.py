"""Offline gifts from a file: looked at line by line, entered all or none, once, and taken back."""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

import treasury.offline.import_routes
from campaigns.demo import DEMO_ORGANISATION
from compliance.offline_receiving import receive_offline_gifts
from database.transactions import booking, reading
from ledger.accounts import Account
from ledger.money import GBP, Money
from ledger.period_store import close_month
from ledger.store import balance
from ledger.tables import entry
from organisation.organisation import OrganisationProfile
from organisation.store import add_version
from payments.gifts.moving import GiftMove
from payments.gifts.moving_store import move_gift
from payments.gifts.offline import Means
from payments.gifts.offline_import import OfflineContent, are_here
from payments.gifts.offline_import_store import gifts_of_import
from payments.gifts.tables import offline_gift
from payments.valuing.valuation_store import valuations_of
from receipts.tables import receipt
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.ledger.samples import NOON
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build
from treasury.offline.import_file import ImportLine, ImportReader
from web.csv_columns import Columns
from web.csv_files import CsvTable
from web.tables import csv_upload

PATH = "/desk/offline/import"
HEADER = "Date,Amount,How it came,Campaign,Name,Email,Reference\n"
FILE = HEADER + (
    "21/11/2026,£25.00,Cash,1,Mrs Patel,patel@example.org,\n"
    '20/11/2026,"1,000.50",cheque,1,Rhys Morgan,,000451\n'
    "20/11/2026,5,Cash,1,,,bucket\n"
    "20/11/2026,5,Cash,1,,,bucket\n"
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is asked of both by the offline gifts of tests/payments."""
    return sqlite_url


@pytest.fixture
def treasurer(desk: Desk, clock: FixedClock) -> TestClient:
    """Ada."""
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    with booking(desk.books.engine) as conn:
        add_version(conn, OrganisationProfile(DEMO_ORGANISATION, "en_GB"), "a test", clock())
    return browser


def upload(browser: TestClient, content: str, **chosen: str) -> str:
    """The address of what the file would do."""
    answer = browser.post(
        PATH, data={"receipt": "yes", **chosen}, files={"file": ("gifts.csv", content.encode())}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def save(browser: TestClient, address: str) -> str:
    """Press the button; the address of the import."""
    path, _, query = address.partition("?")
    data = dict(part.split("=") for part in query.split("&"))
    answer = browser.post(f"{path}/save", data=data, follow_redirects=False)
    assert answer.status_code == 303, re.findall(r"<h1>.*", answer.text)
    return answer.headers["location"]


def kept(engine: Engine) -> tuple[int, int, int]:
    """How many offline gifts and receipts there are, and what is in cash and cheques."""
    with reading(engine) as conn:
        gifts = conn.scalar(sa.select(sa.func.count()).select_from(offline_gift))
        receipts = conn.scalar(sa.select(sa.func.count()).select_from(receipt))
        return gifts or 0, receipts or 0, balance(conn, Account.CASH, GBP).minor


def test_a_file_is_entered_once_and_taken_back(treasurer: TestClient, desk: Desk) -> None:
    """Two equal lines are two gifts; the same file again has nothing new; what was taken back may come again."""
    address = upload(treasurer, FILE)
    page = treasurer.get(address).text
    assert "4 new gifts; 0 here already; 0 are no gift" in page
    assert "line 5 as line 4. Each will be a gift of its own." in page
    assert kept(desk.books.engine) == (0, 0, 0)

    done = save(treasurer, address)
    assert save(treasurer, address) == done
    assert kept(desk.books.engine) == (4, 4, 2500 + 100050 + 500 + 500)
    assert "4 gifts were entered" in treasurer.get(done).text
    assert "4 gifts," in treasurer.get("/desk/offline").text
    again = upload(treasurer, FILE)
    assert "0 new gifts; 4 here already" in treasurer.get(again).text
    assert "a gift of its own" not in treasurer.get(again).text
    three = upload(treasurer, FILE + "20/11/2026,5,Cash,1,,,bucket\n")
    assert "1 new gift; 4 here already" in treasurer.get(three).text

    treasurer.post(f"{done}/back")
    assert kept(desk.books.engine) == (4, 4, 0)
    assert "Taken back" in treasurer.get(done).text
    assert "4 new gifts; 0 here already" in treasurer.get(again).text
    with reading(desk.books.engine) as conn:
        whats = conn.scalars(sa.select(act.c.what).where(act.c.subject_kind == "offline_import").order_by(act.c.at))
        assert sorted(whats) == ["gift.import", "gift.undo_import"]


def test_nothing_is_taken_back_while_a_gift_of_it_is_elsewhere(treasurer: TestClient, desk: Desk) -> None:
    """It is named, and what to do; the others stay as they are."""
    done = save(treasurer, upload(treasurer, FILE))
    engine = desk.books.engine
    with reading(engine) as conn:
        first = gifts_of_import(conn, done.rpartition("/")[2], 100)[0]
    with booking(engine) as conn:
        move_gift(conn, GiftMove("move-1", first, 0, 1, 2, "mistaken", "ada", NOON), date(2026, 11, 21))
    answer = treasurer.post(f"{done}/back")
    assert (answer.status_code, f"Gift {first} was moved" in answer.text) == (422, True)
    assert kept(engine)[2] == 103550


def test_each_bad_line_says_why_and_comes_back_as_a_file(treasurer: TestClient, desk: Desk) -> None:
    """The file of bad lines has the columns of the file that it came from; formulas stay text."""
    bad = {
        "31/02/2026,5,Cash,1,,,": "31/02/2026",
        "22/11/2027,5,Cash,1,,,": "still to come",
        "21/11/2026,five,Cash,1,,,": "in figures",
        "21/11/2026,-5,Cash,1,,,": "above zero",
        "21/11/2026,5,Pigeon,1,,,": "Pigeon",
        "21/11/2026,5,Cash,Nowhere,,,": "Nowhere",
        "21/11/2026,5,Cash,1,=1+1,not an address,": "name@example.org",
        "21/11/2026,5,In kind,1,,,": "what was given",
        "21/11/2026,5,Cash,,,,": "names no campaign",
    }
    address = upload(treasurer, HEADER + "\n".join(bad) + "\n" + FILE.removeprefix(HEADER))
    page = treasurer.get(address).text
    assert f"4 new gifts; 0 here already; {len(bad)} are no gift" in page

    rows = list(csv.reader(StringIO(treasurer.get(address.replace("?", "/bad.csv?")).text.lstrip("\ufeff"))))
    assert rows[0] == [*HEADER.strip().split(","), "Why not"]
    for row, words in zip(rows[1:], bad.values(), strict=True):
        assert words in row[-1], row
    assert rows[7][4] == "'=1+1"
    save(treasurer, address)
    assert kept(desk.books.engine)[0] == 4


def test_columns_are_chosen_once(treasurer: TestClient) -> None:
    """Of a file with names of its own; the next of its shape is read at once. Lines take what the form says."""
    content = "Wann,Wieviel,Wer\n21/11/2026,25,Mrs Patel\n"
    address = upload(treasurer, content, campaign="1", means="cheque", receipt="no")
    columns = treasurer.get(address, follow_redirects=False).headers["location"]
    assert "Wieviel" in treasurer.get(columns).text
    data = {"campaign": "1", "means": "cheque", "receipt": "no", "column-day": "0", "column-name": "2"}
    path = columns.partition("?")[0]
    refused = treasurer.post(path, data=data)
    assert (refused.status_code, "Choose the column that holds: amount." in refused.text) == (422, True)
    assert treasurer.post(path, data=data | {"column-amount": "1"}).status_code == 200
    page = treasurer.get(upload(treasurer, content, campaign="1", means="cheque", receipt="no")).text
    assert ("New: cheque" in page, "with a receipt" in page) == (True, False)


def test_a_month_that_is_closed_after_the_file_was_read_takes_nothing(
    treasurer: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its gifts would be booked on other days than the page said."""
    desk.give(1, 2500, days_ago=40)
    address, engine, read = upload(treasurer, FILE, receipt="no"), desk.books.engine, ImportReader.lines

    def closing(self: ImportReader, table: CsvTable, columns: Columns) -> list[ImportLine]:
        lines = read(self, table, columns)
        with booking(engine) as conn:
            close_month(conn, date(2026, 10, 1), ("{}", "0" * 64), "ada", (NOON, NOON.date()))
        return lines

    monkeypatch.setattr(ImportReader, "lines", closing)
    answer = treasurer.post(f"{address.partition('?')[0]}/save", data={"receipt": "no"})
    assert "A month was closed meanwhile. Nothing was entered." in answer.text
    assert kept(engine)[0] == 0


def test_nothing_is_half_done(treasurer: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut just before the commit, after every statement: no gift, no entry, no act, and the file is still there."""

    def cut(*args: object) -> None:
        receive_offline_gifts(*args)  # type: ignore[arg-type]
        raise InterruptedError

    address = upload(treasurer, FILE)
    monkeypatch.setattr(treasury.offline.import_routes, "receive_offline_gifts", cut)
    with pytest.raises(InterruptedError):
        save(treasurer, address)
    with reading(desk.books.engine) as conn:
        counts = [conn.scalar(sa.select(sa.func.count()).select_from(of)) for of in (offline_gift, entry, receipt)]
        assert (counts, conn.scalar(sa.select(sa.func.count()).select_from(csv_upload))) == ([0, 0, 0], 1)
    monkeypatch.undo()
    save(treasurer, address)
    assert kept(desk.books.engine)[0] == 4


def test_five_thousand_lines(treasurer: TestClient, desk: Desk) -> None:
    """With 300 that are here already and 200 bad ones: each is named, and the others are entered."""
    days = [date(2026, 11, 20) - timedelta(days=n % 60) for n in range(4800)]
    good = [
        f"{day:%d/%m/%Y},{n + 1}.00,Cash,1,Donor {n},donor{n % 3000}@example.org,B{n}" for n, day in enumerate(days)
    ]
    save(treasurer, upload(treasurer, HEADER + "\n".join(good[:300]), receipt="no"))
    bad = [f"{day:%d/%m/%Y},nothing,Cash,1,,,bad {n}" for n, day in enumerate(days[:200])]
    address = upload(treasurer, HEADER + "\n".join([*good, *bad]), receipt="no")
    page = treasurer.get(address).text
    assert "4,500 new gifts; 300 here already; 200 are no gift" in page
    assert len(re.findall(r"bad \d+", page)) == 200
    save(treasurer, address)
    assert kept(desk.books.engine) == (4800, 0, sum(range(1, 4801)) * 100)


def test_as_many_are_here_as_were_entered() -> None:
    """Capitals and spaces make no difference."""

    def content(donor: str) -> OfflineContent:
        return OfflineContent.of(date(2026, 11, 20), Money(500, GBP), Means.CASH, " Bucket ", donor)

    known = Counter([content("Ada Lovelace")] * 2)
    asked = [content("ada  lovelace"), content("Ben"), content("Ada Lovelace"), content("ADA LOVELACE")]
    assert are_here(asked, known) == [True, False, True, False]


def test_a_file_says_bequests_and_what_was_got_back(treasurer: TestClient, desk: Desk) -> None:
    """A loan is no gift; a nature that nobody knows is named."""
    lines = "20/11/2026,900,Bequest,,\n20/11/2026,80,,Dinner,£30\n20/11/2026,6000,loan,,\n20/11/2026,7,what,,\n"
    content = "Date,Amount,Nature,What they got back,Market value\n" + lines
    address = upload(treasurer, content, means="cheque", campaign="1", receipt="no")
    looked_at = treasurer.get(address).text
    assert "A loan is no gift" in looked_at
    assert "“what” is no nature of a gift" in looked_at
    save(treasurer, address)
    with reading(desk.books.engine) as conn:
        ids = list(conn.scalars(sa.select(offline_gift.c.gift_id)))
        noted = valuations_of(conn, ids).values()
    assert sorted((each.is_bequest, each.benefit, each.market_value.minor) for each in noted) == [
        (False, "Dinner", 3000),
        (True, "", 0),
    ]
