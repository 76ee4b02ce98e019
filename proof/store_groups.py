"""The audit's question about campaigns with groups: whether each gift counts once."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from ledger.accounts import INCOME, Account
from ledger.tables import entry, total
from proof.store_audit import Difference

_e, _t = entry.c, total.c


def gifts_unlike_families(conn: Connection) -> list[Difference]:
    """Campaigns whose kept count of gifts, with their groups', is not the number of gifts among their entries.

    An entry of income is a gift, unless it has a sibling: an entry of the same gift and fact, of one of the campaign's
    groups. That is asked of campaigns, not of the account that it was booked to.
    """
    income, of, group = [account.value for account in INCOME], campaign.c, campaign.alias().c
    sibling = entry.alias().c
    in_group = sa.exists().where(
        sibling.gift_id == _e.gift_id, sibling.kind == _e.kind, sibling.subject == _e.subject,
        sibling.occurred_at == _e.occurred_at, group.id == sibling.campaign_id, group.parent_id == _e.campaign_id,
        sibling.debit == _e.debit,
    )  # fmt: skip
    root = sa.func.coalesce(of.parent_id, of.id)
    has_groups = of.id.in_(sa.select(group.parent_id).where(group.parent_id.is_not(None)))
    once = sa.case((sa.and_(has_groups, in_group), 0), (_e.credit.in_(income), 1), else_=-1)
    counted = sa.select(root.label("family"), _e.currency.label("currency"), once.label("gifts")).where(
        of.id == _e.campaign_id, sa.or_(_e.credit.in_(income), _e.debit.in_(income))
    )
    kept = sa.select(root, _t.currency, _t.debits - _t.credits).where(
        of.id == _t.campaign_id, _t.account == Account.GIFTS.value
    )
    both = sa.union_all(counted, kept).subquery().c
    gifts = sa.func.sum(both.gifts)
    rows = conn.execute(
        sa.select(both.family, both.currency, gifts)
        .group_by(both.family, both.currency)
        .having(gifts != 0)
        .order_by(both.family, both.currency)
    )
    return [Difference("gifts", str(row[0]), row[1], int(row[2])) for row in rows]


def group_counts(conn: Connection) -> tuple[int, int]:
    """How many campaigns have groups, and how many groups there are."""
    of = campaign.c.parent_id
    parents, groups = conn.execute(sa.select(sa.func.count(of.distinct()), sa.func.count(of))).one()
    return int(parents), int(groups)
