"""The tables of the twin's database. Objects are JSON text; each field that a list filters by has an index.

`object` holds every API object, `fact` single values (the clock, the seed, switches), `due` the scheduled tasks,
`failed_task` those that failed and were set aside, `answered` the responses of idempotency keys, `delivery` and
`attempt` the webhooks, and `holding` the balance.
The names of tables and columns are older than the names in the code: state files keep them.
"""

import sqlite3

TABLES = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS object_by_kind ON object (kind, seq, created);

CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS due (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS due_by_time ON due (at, seq);
CREATE INDEX IF NOT EXISTS due_by_subject ON due (subject);

CREATE TABLE IF NOT EXISTS failed_task (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, error TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS answered (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    request TEXT NOT NULL, at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answered_by_time ON answered (at);

CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL, planned REAL NOT NULL, due REAL,
    attempts INTEGER NOT NULL, state TEXT NOT NULL, habits TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS delivery_by_due ON delivery (due, seq) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS delivery_by_event ON delivery (event);

CREATE TABLE IF NOT EXISTS attempt (
    delivery INTEGER NOT NULL, n INTEGER NOT NULL, at REAL NOT NULL, status INTEGER, answer TEXT NOT NULL,
    PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS holding (
    currency TEXT PRIMARY KEY, net INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

# Kind of object: the fields that its list can be filtered by. A field with an underscore is never shown.
FILTERS: dict[str, tuple[str, ...]] = {
    "balance_transaction": ("source", "_payout", "available_on"),
    "charge": ("payment_intent", "customer"),
    "checkout.session": ("payment_intent", "customer", "subscription"),
    "customer": ("email",),
    "dispute": ("charge", "payment_intent"),
    "event": ("type",),
    "invoice": ("customer", "_subscription", "status"),
    "invoice_payment": ("invoice", "_intent"),
    "payment_intent": ("customer",),
    "payment_method": ("customer",),
    "payout": ("status",),
    "refund": ("charge", "payment_intent"),
    "subscription": ("customer",),
}


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables and indexes that do not exist yet."""
    connection.executescript(TABLES)
    for kind, fields in FILTERS.items():
        for field in fields:
            name = f"{kind}_by_{field}".replace(".", "_").replace("__", "_")
            connection.execute(
                f"CREATE INDEX IF NOT EXISTS {name} ON object (json_extract(body, '$.{field}'), seq)"
                f" WHERE kind = '{kind}'"
            )
