"""Hostile statements leave the guarded tables as they were, because of the guards and nothing else."""

import pytest

from tests.database.attacks import COPIES, EVERYWHERE, Attack
from tests.database.attacks_bank import BANK, COPIES_OF_BANK
from tests.database.attacks_checks import CHECKS
from tests.database.attacks_documents import COPIES_OF_DOCUMENTS, DOCUMENTS
from tests.database.attacks_every_penny import COPIES_OF_MONEY, FILLED_ONCE, WRITTEN_ONCE
from tests.database.attacks_gift_aid import COPIES_OF_GIFT_AID, GIFT_AID
from tests.database.attacks_groups import GROUPS
from tests.database.attacks_postgresql import ONLY_POSTGRESQL
from tests.database.attacks_sqlite import ONLY_SQLITE
from tests.database.attacks_valuing import VALUING
from tests.database.identities import IDENTITIES
from tests.database.raw import Raw, RawPostgresql, RawSqlite

ON_EITHER = (*EVERYWHERE, *WRITTEN_ONCE, *FILLED_ONCE, *GROUPS, *BANK, *DOCUMENTS, *GIFT_AID, *CHECKS, *VALUING)
_COPIES = (*COPIES, *COPIES_OF_MONEY, *COPIES_OF_BANK, *COPIES_OF_DOCUMENTS, *COPIES_OF_GIFT_AID)
ON_SQLITE = (*ON_EITHER, *_COPIES, *ONLY_SQLITE)
ON_POSTGRESQL = (*ON_EITHER, *_COPIES, *ONLY_POSTGRESQL)
# On SQLite a copy meets two guards, of which one, a UNIQUE, cannot be taken from a table.
PROVABLE_ON_SQLITE = (*ON_EITHER, *ONLY_SQLITE)


@pytest.mark.parametrize("attack", ON_SQLITE, ids=str)
def test_an_attack_leaves_a_sqlite_table_as_it_was(sqlite_house: RawSqlite, attack: Attack) -> None:
    """Whatever the statement does or says, the rows are the same afterwards."""
    assert not _changes(sqlite_house, attack)


@pytest.mark.parametrize("attack", ON_POSTGRESQL, ids=str)
def test_an_attack_leaves_a_postgresql_table_as_it_was(postgresql_house: RawPostgresql, attack: Attack) -> None:
    """Even a superuser's statement changes nothing."""
    assert not _changes(postgresql_house, attack)


@pytest.mark.parametrize("attack", PROVABLE_ON_SQLITE, ids=str)
def test_without_its_guards_the_attack_succeeds_on_sqlite(sqlite_house: RawSqlite, attack: Attack) -> None:
    """So it is these guards that hold, and the test above can fail."""
    _lose(sqlite_house, attack)

    assert _changes(sqlite_house, attack)


@pytest.mark.parametrize("attack", ON_POSTGRESQL, ids=str)
def test_without_its_guards_the_attack_succeeds_on_postgresql(postgresql_house: RawPostgresql, attack: Attack) -> None:
    """So it is these guards that hold, and the test above can fail."""
    _lose(postgresql_house, attack)

    assert _changes(postgresql_house, attack)


def test_every_sqlite_trigger_is_attacked(sqlite_house: RawSqlite) -> None:
    """A guard that no attack meets is not known to work."""
    found = sqlite_house.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    triggers = {str(name) for (name,) in found}

    assert triggers == _named(PROVABLE_ON_SQLITE, triggers)


def test_every_postgresql_trigger_is_attacked(postgresql_house: RawPostgresql) -> None:
    """A guard that no attack meets is not known to work."""
    found = postgresql_house.connection.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    triggers = {str(name) for (name,) in found}

    assert triggers == _named(ON_POSTGRESQL, triggers)


@pytest.mark.parametrize("table", IDENTITIES)
def test_replacing_is_tried_by_every_unique_key(sqlite_house: RawSqlite, table: str) -> None:
    """OR REPLACE removes rows by any unique index and by the rowid; none is forgotten here."""
    ask = sqlite_house.connection.execute
    indexes = ask('SELECT name FROM pragma_index_list(?) WHERE "unique"', (table,)).fetchall()
    keys = {tuple(name for (name,) in ask("SELECT name FROM pragma_index_info(?)", index)) for index in indexes}
    whole = ask("SELECT name FROM pragma_table_info(?) WHERE pk AND type = 'INTEGER'", (table,)).fetchall()
    rowid = whole[0] if len(whole) == 1 and not any(whole[0][0] in key for key in keys) else ("rowid",)

    assert set(IDENTITIES[table].keys) == keys | {rowid}


def _changes(house: Raw, attack: Attack) -> bool:
    """Whether the attack changes the table."""
    for statement in attack.before:
        house.tell(statement)
    before = house.rows(attack.table)
    house.attempt(attack.statement)
    return house.rows(attack.table) != before


def _lose(house: Raw, attack: Attack) -> None:
    for guard in attack.guards:
        # CASCADE empties other tables, too: theirs are the only guards of other tables that an attack meets.
        truncated = guard.removeprefix("always:").removesuffix("_no_truncate")
        house.lose(truncated if guard.endswith("_no_truncate") else attack.table, guard)


def _named(attacks: tuple[Attack, ...], triggers: set[str]) -> set[str]:
    return {guard for attack in attacks for guard in attack.guards if guard in triggers}
