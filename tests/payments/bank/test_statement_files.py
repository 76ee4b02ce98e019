"""OFX and camt.053 files: each line is read, or said why not, and nothing in them is expanded or fetched."""

import pytest

from payments.bank.camt_file import is_camt, read_camt
from payments.bank.line import NotAStatement, Statement
from payments.bank.ofx_file import is_ofx, read_ofx
from tests.payments.bank.files import BATCH, OFX_1, camt, camt_entry


def figures(statement: Statement) -> list[tuple[int, str, int, str, str | None]]:
    """Number, day, minor units, words and the bank's own id."""
    return [
        (line.number, line.day.isoformat(), line.amount.minor, line.description, line.file_id)
        for line in statement.lines
    ]


def test_an_ofx_file_with_lines_that_cannot_be_read() -> None:
    """The bank's own day whatever its time zone, a comma, and the entities of the format."""
    statement = read_ofx(OFX_1)
    assert is_ofx(OFX_1)
    assert figures(statement) == [
        (1, "2026-11-24", 1442, "STRIPE PAYMENTS UK STRIPE", "A1"),
        (2, "2026-11-25", -750, "M&S <LEEDS>", "A2"),
    ]
    assert [(line.number, line.text, line.why) for line in statement.unread] == [
        (3, "NO SUCH DAY", "Its day is not in the calendar."),
        (4, "NO AMOUNT", "It has no amount that can be read."),
        (5, "NOTHING", "It moves no money."),
    ]


def test_a_camt_entry_is_one_line_of_its_own_amount() -> None:
    """Also a batch whose details say other amounts, or none; what is not booked yet waits."""
    content = camt(
        [
            camt_entry("25.00", details=BATCH),
            camt_entry("7.5", sign="DBIT", ref="R2"),
            camt_entry("1.00", status="PDNG", ref="R3"),
            camt_entry("1.005", ref="R4"),
        ]
    )
    statement = read_camt(content)
    assert is_camt(content)
    assert figures(statement) == [
        (1, "2026-11-24", 2500, "Mary Seacole K7QM4R", "R1"),
        (2, "2026-11-24", -750, "", "R2"),
    ]
    assert [line.number for line in statement.unread] == [3, 4]
    assert statement.lines[0].reference == "E1"


def test_a_camt_file_with_a_prefix_is_read() -> None:
    """Some banks write `ns2:Document`."""
    assert figures(read_camt(camt([camt_entry("25.00")], prefix="ns2"))) == [(1, "2026-11-24", 2500, "", "R1")]


@pytest.mark.parametrize(
    "content",
    [
        camt([camt_entry("1.00")], before='<!DOCTYPE x [<!ENTITY a "b">]>'),
        camt([camt_entry("1.00")]).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        camt([camt_entry("1.00")]).replace(b"UTF-8", b"UTF-7"),
        camt([camt_entry("1.00")])[:-20],
        b"<camt.053>",
    ],
    ids=["doctype", "utf-16", "utf-7", "cut off", "no statement"],
)
def test_a_camt_file_that_is_refused(content: bytes) -> None:
    """With a sentence, before anything is parsed that could expand."""
    with pytest.raises(NotAStatement):
        read_camt(content)


@pytest.mark.parametrize(
    "content",
    [
        OFX_1[:200],
        OFX_1.replace(b"CURDEF>GBP", b"CURDEF>XYZ"),
        OFX_1.replace(b"<DTSTART>", b"</STMTRS></OFX></OFX></OFX></OFX></OFX></OFX></OFX><DTSTART>"),
        OFX_1.replace(b"</BANKTRANLIST>", b"<BANKACCTFROM><ACCTID>9</BANKACCTFROM></BANKTRANLIST>"),
        b"OFXHEADER:100\n" + b"\xff" * 100,
    ],
    ids=["cut off", "a currency of nobody", "closed too often", "two accounts", "no text"],
)
def test_an_ofx_file_that_is_refused(content: bytes) -> None:
    """With a sentence."""
    with pytest.raises(NotAStatement):
        read_ofx(content)


def test_words_in_cdata_are_read_each_by_itself() -> None:
    """Several on a line, which the library takes for one; one that is never closed is no file."""
    cdata = b"<NAME><![CDATA[A & <B>]]></NAME><MEMO><![CDATA[C]]></MEMO>"
    content = OFX_1.replace(b"<NAME>STRIPE PAYMENTS UK<MEMO>STRIPE\n", cdata)
    assert read_ofx(content).lines[0].description == "A & <B> C"
    with pytest.raises(NotAStatement):
        read_ofx(content.replace(b"]]>", b""))
