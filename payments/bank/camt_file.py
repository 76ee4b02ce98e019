"""Reads a bank's camt.053 file (ISO 20022). pycamt finds the entries; each of them is one line of the statement.

Its parser resolves no entities and fetches nothing; what could still expand them, a DOCTYPE, is refused beforehand.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pycamt.parser import Camt053ParseError, Camt053Parser

from ledger.money import CURRENCIES
from payments.bank.line import BankStatementLine, NotAStatement, Statement, StatementFormat, UnreadLine
from payments.bank.statement_values import BadLine, read_file_amount, statement_line

_BAD_FILE = "This camt.053 file is damaged. Export it from the bank once more. Nothing was saved."
_ENCODING = re.compile(rb"<\?xml[^>]*\sencoding\s*=\s*[\"'](?!(?i:utf-8|us-ascii|iso-8859-1)[\"'])")
_OF_THE_WHOLE_LINE = ("Amt", "AmtDtls", "CdtDbtInd")


def is_camt(content: bytes) -> bool:
    """Whether a file says that it is camt.053."""
    return b"camt.053" in content[:4000]


def read_camt(content: bytes) -> Statement:
    """The lines of a camt.053 file. Raises NotAStatement."""
    if b"\0" in content or _ENCODING.search(content[:200]) or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise NotAStatement("This is no plain camt.053 file: banks write it in UTF-8 and without a DOCTYPE.")
    entries = _entries(content)
    if len({entry.get("AccountIBAN") for entry in entries}) > 1:
        raise NotAStatement("This file holds several accounts. Export one account at a time. Nothing was saved.")
    lines: list[BankStatementLine] = []
    unread: list[UnreadLine] = []
    for number, entry in enumerate(entries, 1):
        try:
            lines.append(_line(number, entry))
        except BadLine as why:
            unread.append(UnreadLine(number, _description(entry)[:60], str(why)))
    return Statement(StatementFormat.CAMT, tuple(lines), tuple(unread))


def _entries(content: bytes) -> list[Mapping[str, Any]]:
    try:
        parser = Camt053Parser(content)
        parser.namespaces = {None: parser.tree.tag.partition("}")[0].lstrip("{")}  # some banks write a prefix
        _make_one_line_each(parser)
        entries: list[Mapping[str, Any]] = parser.get_transactions()
    except (SyntaxError, Camt053ParseError, ValueError, TypeError) as damage:
        raise NotAStatement(_BAD_FILE) from damage
    return entries


def _make_one_line_each(parser: Camt053Parser) -> None:
    """Leave each entry its own amount and its first details' words.

    pycamt makes a line of each detail: without an amount of its own it would count the whole entry's again, and the
    first amount in it may be what the payer's bank was told, in another currency.
    """
    for entry in parser.tree.findall(".//Ntry", parser.namespaces):
        details = entry.findall(".//TxDtls", parser.namespaces)
        for detail in details[1:]:
            detail.getparent().remove(detail)
        for tag in _OF_THE_WHOLE_LINE if details else ():
            for element in details[0].findall(f".//{tag}", parser.namespaces):
                element.getparent().remove(element)


def _line(number: int, entry: Mapping[str, Any]) -> BankStatementLine:
    if entry.get("Status") not in (None, "BOOK"):
        raise BadLine("The bank has not booked it yet. It comes with a later statement.")
    of = CURRENCIES.get((entry.get("Currency") or "").upper())
    sign = {"CRDT": 1, "DBIT": -1}.get(entry.get("CreditDebitIndicator") or "")
    if of is None or sign is None:
        raise BadLine("It does not say its currency, or whether the money came or went.")
    amount = read_file_amount(entry.get("Amount") or "", of)
    if amount.minor < 0:
        raise BadLine("Its amount is below zero, which this format does not have.")
    return statement_line(
        number, _day(entry), amount if sign > 0 else -amount, _description(entry), _reference(entry),
        entry.get("TransactionID"),
    )  # fmt: skip


def _day(entry: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat((entry.get("BookingDate") or entry.get("ValueDate") or "")[:10])
    except ValueError:
        raise BadLine("It has no day that is in the calendar.") from None


def _description(entry: Mapping[str, Any]) -> str:
    """Who it is from or for, and what they wrote."""
    came = entry.get("CreditDebitIndicator") == "CRDT"
    parts = [
        entry.get("DebtorName" if came else "CreditorName"),
        entry.get("RemittanceInformationFull") or entry.get("RemittanceInformation"),
        entry.get("AdditionalEntryInformation"),
    ]
    return " ".join(dict.fromkeys(part.strip() for part in parts if part))


def _reference(entry: Mapping[str, Any]) -> str:
    reference = entry.get("EndToEndId") or ""
    return "" if reference.upper() in ("NOTPROVIDED", "NONREF") else reference
