"""Reads a bank's OFX or QFX file. ofxtools finds the elements; each line is then read by itself.

ofxtools would refuse a whole file for one line that its specification forbids, and moves days into UTC: so only its
tree is taken. It reads with a pattern and knows no entities, so nothing is expanded or fetched.
"""

import html
import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from xml.etree.ElementTree import Element

from ofxtools.Parser import OFXTree

from ledger.money import CURRENCIES, Currency
from payments.bank.line import BankStatementLine, NotAStatement, Statement, StatementFormat, UnreadLine
from payments.bank.statement_values import BadLine, read_file_amount, statement_line

_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_BAD_FILE = "This OFX file is damaged. Export it from the bank once more. Nothing was saved."


def is_ofx(content: bytes) -> bool:
    """Whether a file says that it is OFX."""
    start = content[:2000].upper()
    return b"OFXHEADER" in start or b"<OFX>" in start


def read_ofx(content: bytes) -> Statement:
    """The lines of an OFX file, version 1 or 2. Raises NotAStatement."""
    root = _root(content)
    accounts = {(each.text or "").strip() for each in root.iter("ACCTID")}
    if len(accounts) > 1:
        raise NotAStatement("This file holds several accounts. Export one account at a time. Nothing was saved.")
    of = _currency(root)
    lines: list[BankStatementLine] = []
    unread: list[UnreadLine] = []
    for number, element in enumerate(root.iter("STMTTRN"), 1):
        try:
            lines.append(_line(number, element, of))
        except BadLine as why:
            unread.append(UnreadLine(number, _text(element, "NAME", "MEMO")[:60], str(why)))
    return Statement(StatementFormat.OFX, tuple(lines), tuple(unread))


def _root(content: bytes) -> Element:
    try:
        root: Element = OFXTree().parse(BytesIO(_without_cdata(content)))
    except (SyntaxError, ValueError, AssertionError, IndexError) as damage:
        raise NotAStatement(_BAD_FILE) from damage
    return root


def _without_cdata(content: bytes) -> bytes:
    """The same with what stands in CDATA escaped: the library's pattern would take several on a line for one."""
    first, *parts = content.split(b"<![CDATA[")
    plain = [first]
    for part in parts:
        text, end, after = part.partition(b"]]>")
        if not end:
            raise ValueError("CDATA that is never closed")
        plain += [text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;"), after]
    return b"".join(plain)


def _currency(root: Element) -> Currency:
    codes = {(each.text or "").strip().upper() for each in root.iter("CURDEF")}
    if len(codes) == 1 and (code := codes.pop()) in CURRENCIES:
        return CURRENCIES[code]
    raise NotAStatement("This file does not say its currency, or several. Nothing was saved.")


def _line(number: int, element: Element, of: Currency) -> BankStatementLine:
    match = _DAY.match(_text(element, "DTPOSTED"))
    if match is None:
        raise BadLine("It has no day.")
    try:
        day = date(*map(int, match.groups()))
    except ValueError:
        raise BadLine("Its day is not in the calendar.") from None
    amount = read_file_amount(_text(element, "TRNAMT"), of)
    return statement_line(
        number, day, amount, _text(element, "NAME", "MEMO"), _text(element, "CHECKNUM", "REFNUM"),
        _text(element, "FITID"),
    )  # fmt: skip


def _text(element: Element, *tags: str) -> str:
    """What these elements hold, one after the other. Of entities OFX has `&amp;` and its like."""
    parts: Sequence[str] = [html.unescape((element.findtext(f".//{tag}") or "").strip()) for tag in tags]
    return " ".join(dict.fromkeys(part for part in parts if part))
