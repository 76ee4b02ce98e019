"""Migrate the database to this version's schema, and refuse one of another mode or version."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from database.columns import Code, Count
from database.tables import one_of, table
from database.transactions import booking, reading

# The newest migration. Kept here so that starting needs no Alembic (0.8 s); a test compares the two.
REVISION = "0069"
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
MODES = ("sandbox", "test", "live")
RESTORING = "farthing_restoring"
"""A table that stands in a PostgreSQL database while a backup is restored into it: nobody else may open it."""

# One row: the mode of the money in this database.
installation = table(
    "installation",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("mode", Code, nullable=False),
    one_of("mode", MODES),
    sa.CheckConstraint("id = 1", name="one"),
)


# One row: what our gifts carry at Stripe, so that another Farthing on the same account is not taken for us.
installation_mark = table(
    "installation_mark",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("mark", Code, nullable=False),
    sa.CheckConstraint("id = 1", name="one"),
    sa.CheckConstraint("length(mark) = 32", name="is_a_uuid"),
)


class WrongMode(RuntimeError):
    """The database was made for another mode. Sandbox, test and live money never share one."""


class WrongVersion(RuntimeError):
    """The database's schema is not the one that this version works with."""


def migrate(url: str) -> None:
    """Upgrade the database at this address to the newest schema. SQLite's file is made if there is none."""
    # Alembic takes 0.8 s to import and is needed only here, when the shape changes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def revision_of(conn: Connection) -> str | None:
    """The newest migration that the database has had; None when it has none of our tables.

    RESTORING while a backup is restored into it.
    """
    if sa.inspect(conn).has_table(RESTORING):
        return RESTORING
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    revision = conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if revision is None else str(revision)


def is_current(engine: Engine) -> bool:
    """Whether the database has this version's schema; raises WrongVersion for a newer one."""
    with reading(engine) as conn:
        revision = revision_of(conn)
    if revision is not None and revision > REVISION:
        require_revision(engine)
    return revision == REVISION


def require_revision(engine: Engine) -> None:
    """Raise WrongVersion, with what to do, unless the database has this version's schema."""
    with reading(engine) as conn:
        revision = revision_of(conn)
    if revision == REVISION:
        return
    if revision == RESTORING:
        raise WrongVersion(
            "A backup is being restored into this database, or that was cut off. Nothing was changed."
            " If it was cut off, run ./farthing restore FILE again: it begins anew."
        )
    if revision is None or revision < REVISION:
        raise WrongVersion(
            f"The database is at version {revision or 'none'}, this program needs {REVISION}."
            " Nothing was changed. Make a backup, then run: ./farthing migrate"
        )
    raise WrongVersion(
        f"The database is at version {revision}, newer than this program ({REVISION}). Nothing was changed."
        " Start the newer Farthing that wrote it, or restore a backup made before the upgrade."
    )


def require_mode(engine: Engine, mode: str) -> None:
    """Stamp a new database with its mode; raise WrongMode for a database with another stamp."""
    _require(mode, _mode_of(engine) or _stamp(engine, mode))


def refuse_other_mode(engine: Engine, mode: str) -> None:
    """Raise WrongMode for a database of another mode, and change nothing; a database without a stamp passes."""
    with reading(engine) as conn:
        stamped = sa.inspect(conn).has_table(installation.name)
    _require(mode, (_mode_of(engine) if stamped else None) or mode)


def mark_of(engine: Engine) -> str:
    """The mark of this installation, which its gifts carry at Stripe."""
    with reading(engine) as conn:
        return stamp_of(conn)[1]


def stamp_of(conn: Connection) -> tuple[str | None, str]:
    """The mode of the money in this database, if it is stamped, and the mark of its installation."""
    mode: str | None = conn.scalar(sa.select(installation.c.mode))
    mark: str = conn.scalars(sa.select(installation_mark.c.mark)).one()
    return mode, mark


def _mode_of(engine: Engine) -> str | None:
    with reading(engine) as conn:
        mode: str | None = conn.scalar(sa.select(installation.c.mode))
        return mode


def _require(mode: str, stamped: str) -> None:
    if stamped != mode:
        raise WrongMode(
            f"This database holds {stamped} money and Farthing was started in {mode} mode. Nothing was changed."
            f" Point DATABASE_URL at a {mode} database, or use the {stamped} key again."
        )


def _stamp(engine: Engine, mode: str) -> str:
    """Stamp a new database and return its mode. It is another's if another start was faster."""
    with booking(engine) as conn:
        stamped: str | None = conn.scalar(sa.select(installation.c.mode))
        if stamped is None:
            conn.execute(installation.insert().values(id=1, mode=mode))
        return stamped or mode
