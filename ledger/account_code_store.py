"""What another accounting program knows our accounts by. Kept as it is now; the acts say how it was."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from ledger import tables
from ledger.accounts import Account

LONGEST_CODE = 159
_c = tables.account_code.c


def account_codes(conn: Connection, program: str) -> dict[Account, str]:
    """The codes or names of the accounts that have one."""
    rows = conn.execute(sa.select(_c.account, _c.code).where(_c.program == program))
    return {Account(account): code for account, code in rows}


def save_account_codes(conn: Connection, program: str, codes: Mapping[Account, str]) -> None:
    """Keep these codes instead of all that were there; an empty one is none."""
    conn.execute(sa.delete(tables.account_code).where(_c.program == program))
    rows = [{"program": program, "account": account.value, "code": code} for account, code in codes.items() if code]
    insert_rows(conn, tables.account_code, rows)
