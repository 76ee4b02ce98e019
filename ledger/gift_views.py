"""What the books hold of one gift. Writes nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.money import Money, currency
from ledger.tables import entry

_e = entry.c


def campaigns_with_entries(conn: Connection, gift: str) -> list[int]:
    """The campaigns that entries of a gift are about, wherever its shares were moved."""
    return list(conn.scalars(sa.select(_e.campaign_id).distinct().where(_e.gift_id == gift).order_by(_e.campaign_id)))


def held_of_gift(
    conn: Connection, gift: str, campaign: int, accounts: Sequence[Account]
) -> list[tuple[Account, Money]]:
    """What a campaign has of a gift: credits less debits of each of these accounts, by currency."""
    held = []
    for account in accounts:
        minor = sa.func.sum(sa.case((_e.credit == account.value, _e.amount_minor), else_=-_e.amount_minor))
        rows = conn.execute(
            sa.select(_e.currency, minor)
            .where(_e.gift_id == gift, _e.campaign_id == campaign)
            .where(sa.or_(_e.credit == account.value, _e.debit == account.value))
            .group_by(_e.currency)
            .order_by(_e.currency)
        )
        held += [(account, Money(int(total), currency(code))) for code, total in rows if total]
    return held
