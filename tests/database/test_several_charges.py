"""The way from one charge a payment to several: nothing is lost, and nothing else is let in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from database.engine import open_database
from database.migrating import MIGRATIONS, REVISION, WrongVersion, migrate, revision_of
from database.transactions import reading, writing
from tests.postgres import Cluster

GIFT = (
    "INSERT INTO gift (id, state, currency, amount_minor, donor_name, donor_email, message, created_at, attempts,"
    " attempted_at, return_token) VALUES ('gift-1', 'pending', 'GBP', 2500, 'Ada', 'ada@example.org', '', {at}, 1,"
    " {at}, 'return')"
)
CHARGE = (
    "INSERT INTO charge (id, payment, payment_intent, currency, amount_minor, method, succeeded_at, gift_id)"
    " VALUES ('{id}', '{payment}', '{payment}', 'GBP', 2500, 'Bacs Direct Debit', {at}, 'gift-1')"
)
DISCREPANCY = (
    "INSERT INTO discrepancy (charge, gift_id, asked_minor, asked_currency, charged_minor, charged_currency, noted_at,"
    " why) VALUES ('{id}', 'gift-1', 2400, 'GBP', 2500, 'GBP', {at}, 'amount')"
)
NOON = {"sqlite": "'2026-11-21T12:00:00.000000Z'", "postgresql": "'2026-11-21T12:00:00Z'"}


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of the version before, with two charges that have been found odd."""
    if request.param == "sqlite":
        yield from _furnished(f"sqlite:///{tmp_path / 'before.db'}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield from _furnished(cluster.url(name))
    cluster.drop(name)


def _furnished(url: str) -> Iterator[Engine]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "0003")
    engine = open_database(url, durable=False)
    _tell(engine, "INSERT INTO currency (code, exponent) VALUES ('GBP', 2)", GIFT)
    for n in (2, 1):
        _tell(engine, CHARGE.format(id=f"py_{n}", payment=f"pi_{n}", at="{at}"))
        _tell(engine, DISCREPANCY.format(id=f"py_{n}", at="{at}"))
    yield engine
    engine.dispose()


def test_every_charge_is_there_afterwards(before: Engine) -> None:
    """With what refers to it: foreign keys are never switched off."""
    kept = _charges(before)
    _migrate(before)

    assert len(kept) == 2
    assert _charges(before) == kept
    with reading(before) as conn:
        assert revision_of(conn) == REVISION
        assert conn.scalar(sa.text("SELECT count(*) FROM discrepancy JOIN charge ON charge.id = charge")) == 2
    with pytest.raises(DatabaseError):
        _tell(before, DISCREPANCY.format(id="py_9", at="{at}"))


def test_a_database_of_before_the_release_is_refused(before: Engine) -> None:
    """Its entries have other keys: money could be booked twice. It stays as it is."""
    _tell(before, "DROP TABLE walk", "CREATE TABLE walk (name text PRIMARY KEY CHECK (name in ('events', 'balance')))")

    with pytest.raises(WrongVersion, match="never released"):
        _migrate(before)
    with reading(before) as conn:
        assert revision_of(conn) == "0003"


def test_a_payment_may_have_a_second_charge_and_no_charge_comes_twice(before: Engine) -> None:
    """What the version before refuses, and what both refuse."""
    again = CHARGE.format(id="py_3", payment="pi_1", at="{at}")
    with pytest.raises(DatabaseError):
        _tell(before, again)
    _migrate(before)

    _tell(before, again)

    for forbidden in (again, "DELETE FROM charge", "UPDATE charge SET amount_minor = 1"):
        with pytest.raises(DatabaseError):
            _tell(before, forbidden)


def _migrate(engine: Engine) -> None:
    migrate(engine.url.render_as_string(hide_password=False))
    engine.dispose()


def _tell(engine: Engine, *statements: str) -> None:
    with writing(engine) as conn:
        for statement in statements:
            conn.exec_driver_sql(statement.format(at=NOON[engine.dialect.name]))


def _charges(engine: Engine) -> list[tuple[object, ...]]:
    with reading(engine) as conn:
        return [tuple(row) for row in conn.exec_driver_sql("SELECT * FROM charge ORDER BY id")]
