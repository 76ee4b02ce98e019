"""Alembic's entry: one history for SQLite and PostgreSQL."""

import sqlalchemy as sa
from alembic import context

import api.tables
import campaigns.tables
import compliance.tables
import donors.tables
import ledger.tables
import mailing.tables
import organisation.tables
import outbox.tables
import payments.adopting.tables
import payments.bank.tables
import payments.books.tables
import payments.gift_aid.tables
import payments.gifts.tables
import payments.giving.tables
import payments.inbox.tables
import payments.refunding.tables
import payments.settlement.tables
import payments.standing_orders.tables
import payments.valuing.tables
import receipts.tables
import staff.tables
import web.tables
import webhooks.tables
from database.engine import open_database
from database.migrating import installation
from database.tables import metadata
from database.transactions import booking

TABLES = (
    api,
    campaigns,
    compliance,
    donors,
    ledger,
    mailing,
    organisation,
    outbox,
    payments,
    receipts,
    staff,
    web,
    webhooks,
    installation,
)


# `booking` lets a transaction take a minute and a statement half of it, because others wait, and has its few rows read
# by their indexes. A migration reads and writes whole tables, and nobody works meanwhile.
_NO_LIMITS = (
    "SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),"
    " CASE WHEN current_setting('server_version_num')::integer >= 170000"
    " THEN set_config('transaction_timeout', '0', true) END,"
    " set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true),"
    " set_config('enable_mergejoin', 'on', true)"
)


def run(connection: sa.Connection) -> None:
    """Run the migrations on an open connection, all in its transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_NO_LIMITS)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        transaction_per_migration=False,
        compare_type=True,
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()


# SQLite is migrated as safely as it is written; how safe a PostgreSQL is, is asked before gifts are taken.
address: str = context.config.attributes["url"]
engine = open_database(address, durable=address.startswith("sqlite"))
try:
    with booking(engine) as opened:  # of two that start at once, one waits and finds it done
        run(opened)
finally:
    engine.dispose()
