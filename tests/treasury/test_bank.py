"""A bank's statement at the desk: looked at, saved whole or not at all, matched, and taken back."""

import re
from collections.abc import Iterable
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

import treasury.bank.import_routes
from database.transactions import booking, reading
from ledger.accounts import Account
from ledger.money import GBP
from ledger.store import balance
from payments.bank.tables import bank_import, bank_line, bank_match
from payments.bank.views import proved_to_bank
from payments.erasing.jobs import erase_person
from payments.standing_orders.tables import standing_order
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.payments.bank.files import OFX_1, camt, camt_entry
from tests.proof.books import Desk
from tests.proof.settled_books import everything
from tests.speed import within
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build
from tests.treasury.test_standing_orders import add
from tests.web.samples import pages
from treasury.bank.statement_file import FIELDS, csv_statement_table, have_amount, read_csv_statement
from web.csv_columns import fits, guess_columns

PATH = "/desk/bank"
BARCLAYS = "Number,Date,Account,Amount,Subcategory,Memo\n"
PAYOUT = ",21/11/2026,20-00-00 12345678,14.42,FT,STRIPE PAYMENTS UK\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Lines of the bank are guarded on both engines (tests/database)."""
    return sqlite_url


@pytest.fixture
def treasurer(desk: Desk, clock: FixedClock) -> TestClient:
    """Ada, over £14.42 that was paid out on 21 November."""
    everything(desk)
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def upload(browser: TestClient, content: str | bytes, account: str = "Main") -> str:
    """The path of what the file would do, or the page that says why not."""
    files = {"file": ("statement.csv", content if isinstance(content, bytes) else content.encode())}
    answer = browser.post(
        f"{PATH}/import", data={"account": account, "currency": "GBP"}, files=files, follow_redirects=False
    )
    return answer.headers.get("location", answer.text)


def save(browser: TestClient, content: str | bytes, account: str = "Main") -> str:
    """Save a file, with the button pressed twice; the path of its import."""
    path = upload(browser, content, account)
    form = {"account": account, "currency": "GBP"}
    answers = [browser.post(f"{path.partition('?')[0]}/save", data=form, follow_redirects=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], answers[0].text
    return answers[1].headers["location"]


def rows(desk: Desk, table: sa.Table) -> int:
    """How many rows a table has."""
    with reading(desk.books.engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def at_the_bank(desk: Desk) -> int:
    """What the books say is at the bank, in pence."""
    with reading(desk.books.engine) as conn:
        return balance(conn, Account.BANK, GBP).minor


def test_a_payout_is_proved_by_its_line(treasurer: TestClient, desk: Desk) -> None:
    """Looked at first; then its page, its trace and the bank's page say so; taken back it is open again."""
    page = treasurer.get(upload(treasurer, BARCLAYS + PAYOUT)).text
    assert '<a href="/desk/payouts/po_1">New: a payout of Stripe' in page
    assert rows(desk, bank_line) == 0
    path = save(treasurer, BARCLAYS + PAYOUT)
    assert '<a href="/desk/payouts/po_1">Payout</a>' in treasurer.get(path).text
    with reading(desk.books.engine) as conn:
        [proved] = proved_to_bank(conn, date(2026, 11, 1))
    assert (proved.per_cent, proved.proved.minor) == (100, 1442)
    for shown in ("/desk/payouts/po_1", "/desk/trace/po_1"):
        assert "STRIPE PAYMENTS UK" in treasurer.get(shown).text

    again = treasurer.get(upload(treasurer, BARCLAYS + PAYOUT)).text
    assert "nothing new in this file" in again
    undone = treasurer.post(f"{path}/undo").text
    assert ("Taken back" in undone, "<del>" in undone) == (True, True)
    assert "STRIPE" not in treasurer.get("/desk/payouts/po_1").text
    save(treasurer, BARCLAYS + PAYOUT)
    assert (rows(desk, bank_line), rows(desk, bank_match)) == (2, 2)


UK_FILES = {
    "HSBC": "Date,Type,Description,Paid out,Paid in,Balance\n"
    "21 Nov 26,CR,STRIPE,,14.42,99\n21 Nov 26,DD,RENT,5.00,,9\n",
    "Lloyds": "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,"
    "Credit Amount,Balance\n21/11/2026,FPI,'11-11-11,1,STRIPE,,14.42,99\n21/11/2026,DD,'11-11-11,1,RENT,5.00,,94\n",
    "NatWest": "Date, Type, Description, Value, Balance, Account Name, Account Number\n"
    '21/11/2026,BAC,"STRIPE",14.42,99,"\'CLUB","\'1"\n21/11/2026,D/D,"RENT",-5.00,94,"\'CLUB","\'1"\n',
    "Nationwide": '"Account Name:","Club ****1"\n"Account Balance:","£94"\n\n'
    '"Date","Transaction type","Description","Paid out","Paid in","Balance"\n'
    '"21 Nov 2026","Bank credit","STRIPE","","£14.42","£99"\n"21 Nov 2026","Direct debit","RENT","£5.00","","£94"\n',
    "Monzo": "Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,"
    "Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In\n"
    "tx_1,21/11/2026,09:00:00,Faster payment,STRIPE,,Income,14.42,GBP,14.42,GBP,,,,STRIPE,,,14.42\n"
    "tx_2,21/11/2026,09:00:00,Direct debit,RENT,,Bills,-5.00,GBP,-5.00,GBP,,,,RENT,,-5.00,\n",
    "Starling": "Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Spending Category,Notes\n"
    "21/11/2026,STRIPE,STRIPE,FASTER PAYMENT,14.42,99,INCOME,\n21/11/2026,RENT,R,DIRECT DEBIT,-5.00,94,BILLS,\n",
    "Co-operative": "Date,Description,Type,Money In,Money Out,Balance\n2026-11-21,STRIPE,CR,14.42,,99\n"
    "2026-11-21,RENT,DD,,5.00,94\n",
    "Unity Trust": "Date,Type,Details,Debit,Credit,Balance\n"
    "21/11/2026,FP,STRIPE,,14.42,99\n21/11/2026,DD,RENT,5.00,,9\n",
    "Metro": "Date,Details,Transaction Type,In,Out,Balance\n"
    "21/11/2026,STRIPE,Inward,14.42,,9\n21/11/2026,RENT,DD,,5,4\n",
}  # fmt: skip


STYLE = pages("test", "http://127.0.0.1").wording.number_style(GBP)


@pytest.mark.parametrize("content", UK_FILES.values(), ids=UK_FILES)
def test_the_usual_files_of_uk_banks_are_read_without_a_question(content: str) -> None:
    """One column with signs, or one for what came and one for what went; with lines above the header."""
    table = csv_statement_table(content.encode())
    assert table is not None
    columns = guess_columns(table, FIELDS)
    assert fits(columns, table, FIELDS)
    assert have_amount(columns)
    lines = read_csv_statement(table, columns, GBP, STYLE).statement.lines
    assert [(line.day, line.amount.minor) for line in lines] == [(date(2026, 11, 21), 1442), (date(2026, 11, 21), -500)]
    assert [line.description.split()[0] for line in lines] == ["STRIPE", "RENT"]


def test_columns_are_chosen_once_for_every_file_of_a_shape(treasurer: TestClient) -> None:
    """HSBC's file has no header; two banks are never mixed up by it."""
    content = "21/11/2026,STRIPE,14.42\n21/11/2026,CARD,-5.00\n"
    path = upload(treasurer, content)
    assert "Which column is what?" in treasurer.get(path).text
    form = {"account": "Main", "currency": "GBP", "column-day": "0", "column-description": "1"}
    asked = treasurer.post(f"{path.partition('?')[0]}/columns", data=form)
    assert "Choose the column of the amount" in asked.text
    page = treasurer.post(f"{path.partition('?')[0]}/columns", data=form | {"column-amount": "2"}).text
    assert ("2 new lines" in page, "/desk/payouts/po_1" in page) == (True, True)
    assert "2 new lines" in treasurer.get(upload(treasurer, content)).text


def test_ofx_and_camt_are_saved_as_well(treasurer: TestClient, desk: Desk) -> None:
    """What cannot be read is left out and named; no other file is taken."""
    assert "Its day is not in the calendar." in treasurer.get(upload(treasurer, OFX_1)).text
    save(treasurer, OFX_1)
    save(treasurer, camt([camt_entry("25.00"), camt_entry("25.00", ref="R2")]))
    assert rows(desk, bank_line) == 4
    assert "DOCTYPE" in upload(treasurer, camt([camt_entry("1.00")], before="<!DOCTYPE x>"))
    assert "There is a problem" in upload(treasurer, b"\x00\x01")


def many(lines: Iterable[int]) -> str:
    """A large statement: every 25th line is bad."""
    says = (f",{1 + n % 28:02}/10/2026,1,{'x' if n % 25 == 0 else f'{n}.00'},FT,Line {n}\n" for n in lines)
    return BARCLAYS + "".join(says)


def test_a_large_statement_is_quick_and_names_every_line(treasurer: TestClient, desk: Desk) -> None:
    """5,000 lines, 200 of them bad and 300 here already: looked at and saved in five seconds' work."""
    save(treasurer, many(range(1, 313)))
    with within(5):
        path = upload(treasurer, many(range(1, 5001)))
        page = treasurer.get(path).text
        treasurer.post(
            f"{path.partition('?')[0]}/save", data={"account": "Main", "currency": "GBP"}, follow_redirects=False
        )
    assert "4,500 new lines" in page
    assert (page.count("Here already"), page.count(",x,") + page.count(" x FT")) == (300, 200)
    assert rows(desk, bank_line) == 4800


def test_a_statement_that_fails_midway_leaves_nothing(
    treasurer: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines, matches, gifts and act are one transaction: the file can be saved again."""
    path = upload(treasurer, BARCLAYS + PAYOUT).partition("?")[0]
    form = {"account": "Main", "currency": "GBP"}

    def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(treasury.bank.import_routes, "forget_upload", killed)
        with pytest.raises(ConnectionError):
            treasurer.post(f"{path}/save", data=form)
    assert [rows(desk, table) for table in (bank_import, bank_line, bank_match)] == [0, 0, 0]
    treasurer.post(f"{path}/save", data=form)
    assert [rows(desk, table) for table in (bank_import, bank_line, bank_match)] == [1, 1, 1]


def order_reference(treasurer: TestClient) -> str:
    """A standing order of £5 a month; its reference as the bank shows it."""
    path = add(treasurer)
    return str(re.findall(r"<strong>(\w{3}-\w{3})</strong>", treasurer.get(path).text)[0])


def test_a_transfer_becomes_the_gift_that_was_expected(treasurer: TestClient, desk: Desk) -> None:
    """By the payer's reference; read twice it is one gift; taken back the gift is reversed."""
    reference, before = order_reference(treasurer), at_the_bank(desk)
    statement = BARCLAYS + f",02/10/2026,1,5.00,FT,MARY {reference.lower()}\n,02/10/2026,1,6.00,FT,MARY {reference}\n"
    assert "due on 1 October 2026" in treasurer.get(upload(treasurer, statement)).text
    path = save(treasurer, statement)
    assert at_the_bank(desk) - before == 500
    page = treasurer.get(path).text
    waits = r'href="([^"]+)">[^<]*</a></th><td[^>]*>[^<]*</td><td[^>]*><a[^>]*>Nothing yet[^<]*</a></td>'
    [unmatched] = re.findall(waits + '<td class="money">£6.00', page)
    assert ("nothing yet: say" in page, "it would count twice" in treasurer.get(unmatched).text) == (True, True)
    assert "nothing new in this file" in treasurer.get(upload(treasurer, statement)).text
    treasurer.post(f"{path}/undo")
    assert at_the_bank(desk) == before


def test_the_banks_words_go_with_the_donor(treasurer: TestClient, desk: Desk, clock: FixedClock) -> None:
    """Of a line that is their gift, or was taken for it; day and amount stay."""
    reference = order_reference(treasurer)
    save(treasurer, BARCLAYS + f",02/10/2026,1,5.00,FT,MARY {reference}\n" + PAYOUT)
    with booking(desk.books.engine) as conn:
        donor = conn.scalar(sa.select(standing_order.c.donor_id))
        assert donor is not None
        erase_person(conn, [donor], [], clock)
        lines = {tuple(row) for row in conn.execute(sa.select(bank_line.c.description, bank_line.c.amount_minor))}
    assert lines == {("removed", 500), ("STRIPE PAYMENTS UK", 1442)}


def test_the_rest_is_matched_by_hand(treasurer: TestClient, desk: Desk) -> None:
    """An offline gift that is here, a new one from the line, and a line that is no gift; each can be undone."""
    gift = {"means": "bank_transfer", "amount": "20", "day": "2026-11-20", "campaign": "1", "name": "Mary"}
    key = re.findall(r'name="key" value="([^"]*)"', treasurer.get("/desk/offline/new").text)[0]
    treasurer.post("/desk/offline/new", data=gift | {"key": key})
    save(
        treasurer,
        BARCLAYS + ",20/11/2026,1,20.00,FT,M SEACOLE\n,19/11/2026,1,30.00,FT,B FRANKLIN\n,18/11/2026,1,0.42,X,I\n",
    )
    lines = dict(re.findall(r'/lines/([\w-]+)"><strong>([^<]+)', treasurer.get(PATH).text))
    of = {words: f"{PATH}/lines/{line}" for line, words in lines.items()}

    treasurer.post(f"{of['M SEACOLE']}/match", data={"kind": "gift", "target": key})
    assert f"/desk/offline/{key}" in treasurer.get(of["M SEACOLE"]).text
    assert treasurer.post(f"{of['B FRANKLIN']}/match", data={"kind": "gift", "target": key}).status_code == 422
    assert "Take this back" not in treasurer.post(f"{of['M SEACOLE']}/undo").text

    form = treasurer.get(f"/desk/offline/new?line={of['B FRANKLIN'].rpartition('/')[2]}").text
    typed = dict(re.findall(r'name="(key|line|amount|day|reference)"[^>]* value="([^"]*)"', form))
    assert (typed["amount"], typed["day"], typed["reference"]) == ("30.00", "2026-11-19", "B FRANKLIN")
    treasurer.post("/desk/offline/new", data=typed | {"means": "bank_transfer", "campaign": "1", "name": "Ben"})
    assert "Offline gift" in treasurer.get(of["B FRANKLIN"]).text
    other = typed | {"key": str(uuid4()), "line": of["I"].rpartition("/")[2], "amount": "99", "campaign": "1"}
    treasurer.post("/desk/offline/new", data=other | {"means": "cash"})
    assert "Nothing yet" in treasurer.get(of["I"]).text

    assert treasurer.post(f"{of['I']}/not-a-gift", data={"why": ""}).status_code == 422
    assert treasurer.post(f"{of['I']}/not-a-gift", data={"why": "Interest"}).url.path == PATH
    assert "Not a gift: Interest" in treasurer.get(of["I"]).text
    with reading(desk.books.engine) as conn:
        acts = conn.scalar(sa.select(sa.func.count()).select_from(act).where(act.c.what == "bank.match"))
    assert acts == 3
