"""The chart of accounts is written once per currency and completed when it grows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from database.transactions import booking, reading
from ledger import store, tables
from ledger.accounts import ACCOUNT_TYPES, Account
from ledger.money import CURRENCIES


def test_every_account_is_of_one_kind() -> None:
    """An account that is of none could not be opened."""
    assert set(ACCOUNT_TYPES) == set(Account)


def test_every_currency_has_every_account(conn: Connection) -> None:
    """With the exponent that Stripe counts in."""
    accounts = {(row.currency, row.code) for row in conn.execute(sa.select(tables.account))}
    exponents = {row.code: row.exponent for row in conn.execute(sa.select(tables.currency))}

    assert accounts == {(code, account.value) for code in CURRENCIES for account in Account}
    assert exponents == {code: currency.exponent for code, currency in CURRENCIES.items()}


def test_opening_the_accounts_again_adds_nothing(conn: Connection) -> None:
    """It is done at every start."""
    before = conn.scalar(sa.select(sa.func.count()).select_from(tables.account))

    store.open_accounts(conn)

    assert conn.scalar(sa.select(sa.func.count()).select_from(tables.account)) == before


def test_an_account_that_a_new_version_brings_is_added(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also to currencies that were opened by the version before."""
    grown = dict(ACCOUNT_TYPES)
    monkeypatch.setattr(
        store, "ACCOUNT_TYPES", {account: kind for account, kind in ACCOUNT_TYPES.items() if account != "fx"}
    )
    with booking(engine) as conn:
        store.open_accounts(conn)
    monkeypatch.setattr(store, "ACCOUNT_TYPES", grown)

    with booking(engine) as conn:
        store.open_accounts(conn)

    with reading(engine) as conn:
        opened = conn.scalars(sa.select(tables.account.c.currency).where(tables.account.c.code == "fx"))
        assert set(opened) == set(CURRENCIES)


def test_two_starts_at_once_open_the_accounts_once(engine: Engine) -> None:
    """Web and worker may start together on a new database."""

    def start(_n: int) -> None:
        with booking(engine) as conn:
            store.open_accounts(conn)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))

    with reading(engine) as conn:
        count = conn.scalar(sa.select(sa.func.count()).select_from(tables.account))
        assert count == len(CURRENCIES) * len(Account)
