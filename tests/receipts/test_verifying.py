"""Whoever has a paper learns whether it is genuine and what is true of it, and nothing about its donor."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking
from receipts.check_code import is_check_code, new_check_code
from receipts.document_store import DueDocument, Void, credit_subject, issue_documents, void_document
from receipts.store import Issued, issue_receipts, receipt_by_number
from receipts.verify_routes import verify_routes
from receipts.void_store import AlreadyVoid, Reissue, reissue_receipt, void_receipt
from tests.receipts.samples import NOON, PAGES, PROFILE, TODAY, draft
from tests.receipts.test_documents import credit_note
from web.errors import install_errors

BASE = "https://give.faircount.example/verify"


@pytest.fixture
def bare(sqlite_url: str) -> Engine:
    """What is asked here is no matter of the database's kind."""
    return open_database(sqlite_url, durable=False)


@pytest.fixture
def visitor(bare: Engine) -> Iterator[TestClient]:
    """Somebody with a paper."""
    app = FastAPI()
    app.router.routes += verify_routes(bare, PAGES, lambda: b"a key").routes
    install_errors(app, PAGES)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def issued(bare: Engine) -> Issued:
    """A receipt of £25 for Zoë Ünal."""
    with booking(bare) as conn:
        [number] = issue_receipts(conn, [replace(draft(), verify_url=BASE)], issued_on=TODAY, now=NOON)
        receipt = receipt_by_number(conn, number)
    assert receipt is not None
    return receipt


def page(visitor: TestClient, issued: Issued) -> str:
    """Where the QR code leads."""
    answer = visitor.get(issued.receipt.verify_url.removeprefix("https://give.faircount.example"))
    assert answer.status_code == 200
    assert "Ünal" not in answer.text
    return " ".join(answer.text.split())


def credit(engine: Engine, pence: int) -> str:
    """A credit note of the receipt's gift."""
    note = replace(credit_note(pence), verify_url=BASE)
    with booking(engine) as conn:
        [frozen] = issue_documents(conn, [DueDocument(note, credit_subject("gift-1"))], issued_on=TODAY, now=NOON)
    return frozen.verify_url


def test_a_genuine_receipt_holds(visitor: TestClient, issued: Issued) -> None:
    """With its number, day and amount, so that an altered paper is seen."""
    text = page(visitor, issued)

    assert all(words in text for words in ("This paper is genuine", "It holds today.", "2026-000001", "£25.00"))


@pytest.mark.parametrize(("pence", "words"), [(1000, "£10.00 of the money"), (2500, "All of the money")])
def test_a_refunded_receipt_says_so(bare: Engine, visitor: TestClient, issued: Issued, pence: int, words: str) -> None:
    """And its credit note is genuine, too."""
    address = credit(bare, pence)

    assert f"{words} has gone back since." in page(visitor, issued)
    note = visitor.get(address.removeprefix("https://give.faircount.example")).text
    assert ("It holds today." in note, "Credit note CN2026-000001" in note) == (True, True)


def test_a_reissued_receipt_names_what_replaced_it(bare: Engine, visitor: TestClient, issued: Issued) -> None:
    """The new one holds, with the corrected name, the next edition and a code of its own."""
    put_right = Reissue("Zoë Ünal-Smith", ("1 Road",), "Her name was wrong", "treasurer", BASE)
    with booking(bare) as conn:
        number = reissue_receipt(conn, issued, put_right, PROFILE, today=TODAY, now=NOON)
        new = receipt_by_number(conn, number)

    assert "It holds no longer: 2026-000002 took its place." in page(visitor, issued)
    assert new is not None
    assert "It holds today." in page(visitor, new)
    assert (new.receipt.replaces, new.receipt.donor_name, new.receipt.lines) == (
        "2026-000001", "Zoë Ünal-Smith", issued.receipt.lines,
    )  # fmt: skip
    assert new.receipt.check_code != issued.receipt.check_code


def test_a_receipt_is_voided_once(bare: Engine, visitor: TestClient, issued: Issued) -> None:
    """The second time is refused, and so is a reissue of what is void."""
    void = Void("Entered by mistake", "treasurer", NOON)
    with booking(bare) as conn:
        void_receipt(conn, issued, void)
    for refused in (
        lambda conn: void_receipt(conn, issued, void),
        lambda conn: reissue_receipt(conn, issued, Reissue("", (), "why", "who", BASE), PROFILE, today=TODAY, now=NOON),
    ):
        with pytest.raises(AlreadyVoid), booking(bare) as conn:
            refused(conn)

    assert "It holds no longer: it was declared void." in page(visitor, issued)


def test_a_void_credit_note_says_so(bare: Engine, visitor: TestClient, issued: Issued) -> None:
    """The receipt holds whole again."""
    address = credit(bare, 1000)
    with booking(bare) as conn:
        assert void_document(conn, "CN2026-000001", Void("It failed", "the books", NOON))
        assert not void_document(conn, "CN2026-000001", Void("Again", "the books", NOON))

    assert "declared void" in visitor.get(address.removeprefix("https://give.faircount.example")).text
    assert "It holds today." in page(visitor, issued)


@pytest.mark.parametrize(
    "path",
    [
        "/verify/2026-000001/AAAA-AAAA-AAAA-AAAA", "/verify/2026-000009/{code}", "/verify/CN2026-000001/{code}",
        "/verify/x/y", "/verify/2026-000001/%00", "/verify/9999999-1/{code}",
    ],
)  # fmt: skip
def test_a_wrong_number_and_a_wrong_code_have_one_answer(visitor: TestClient, issued: Issued, path: str) -> None:
    """Which of the two is wrong nobody learns."""
    answer = visitor.get(path.format(code=issued.receipt.check_code))

    assert answer.status_code == 404
    assert "We have issued no paper with this number and code." in answer.text


def test_a_receipt_without_a_code_is_opened_by_none(bare: Engine, visitor: TestClient) -> None:
    """Those of before there were codes: an empty code is no code."""
    with booking(bare) as conn:
        issue_receipts(conn, [draft()], issued_on=TODAY, now=NOON)

    assert visitor.get("/verify/2026-000001/-").status_code == 404


def test_what_is_printed_can_be_typed(visitor: TestClient, issued: Issued) -> None:
    """The form leads to the same page, and forgives spaces, hyphens and small letters."""
    typed = issued.receipt.check_code.lower().replace("-", " ")
    answer = visitor.get("/verify", params={"number": " 2026-000001", "code": typed})

    assert ("It holds today." in answer.text, visitor.get("/verify").status_code) == (True, 200)


def test_codes_are_compared_without_their_hyphens() -> None:
    """80 bits in four groups of letters that are not mistaken for each other."""
    code = new_check_code()

    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert not set(code) & set("0189")
    assert (is_check_code(code.lower(), code), is_check_code("", ""), is_check_code("é", code)) == (True, False, False)
