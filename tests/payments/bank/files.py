"""Bank statements as banks write them, for tests."""

from collections.abc import Iterable

OFX_1 = b"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261128<LANGUAGE>ENG</SONRS>
</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>GBP
<BANKACCTFROM><BANKID>200000<ACCTID>12345678<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261128
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261124000000[+1:CET]<TRNAMT>14.42<FITID>A1<NAME>STRIPE PAYMENTS UK<MEMO>STRIPE
</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261125<TRNAMT>-7,50<FITID>A2<NAME>M&amp;S &lt;LEEDS&gt;</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261331<TRNAMT>1.00<FITID>A3<NAME>NO SUCH DAY</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261125<TRNAMT>a lot<FITID>A4<NAME>NO AMOUNT</STMTTRN>
<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20261125<TRNAMT>0.00<FITID>A5<NAME>NOTHING</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""

_ENTRY = """<Ntry><Amt Ccy="GBP">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef>{details}</Ntry>"""


def camt_entry(
    amount: str, day: str = "2026-11-24", ref: str = "R1", sign: str = "CRDT", status: str = "BOOK", details: str = ""
) -> str:
    """An entry of a camt.053 file."""
    return _ENTRY.format(amount=amount, sign=sign, status=status, day=day, ref=ref, details=details)


def camt(entries: Iterable[str], before: str = "", prefix: str = "") -> bytes:
    """A camt.053 file of these entries."""
    body = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Acct><Id>'
        f"<IBAN>GB33BUKB20201555555555</IBAN></Id></Acct>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )
    if prefix:
        body = (
            body.replace("</", f"</{prefix}:")
            .replace("<", f"<{prefix}:")
            .replace(f"<{prefix}:/{prefix}", f"</{prefix}")
        )
        body = body.replace("xmlns=", f"xmlns:{prefix}=")
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}{body}'.encode()


BATCH = """<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs>
<AmtDtls><InstdAmt><Amt Ccy="EUR">99.00</Amt></InstdAmt></AmtDtls>
<RltdPties><Dbtr><Nm>Mary Seacole</Nm></Dbtr></RltdPties><RmtInf><Ustrd>K7QM4R</Ustrd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs></TxDtls></NtryDtls>"""
