"""Words of donors in the database: kept when a name or an address is, so that no name has to be read to find one."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import among
from donors.donor import ERASED
from donors.donor_words import is_whole, name_words
from donors.tables import donor, donor_word

_w = donor_word.c
MANY_DONORS = 2000
LISTED_DONORS = 20_000
"""So many ids PostgreSQL looks up by an index: to join them it would read every gift. SQLite joins them faster."""
_AFTER_ALL = "\U0010ffff"


def add_words(conn: Connection, texts: Iterable[tuple[str, str]]) -> None:
    """Keep the words of names and addresses, each beside its donor's id. Those that are there stay."""
    words = sorted({(word, donor_id) for donor_id, text in texts for word in name_words(text)})
    put_rows(conn, donor_word, [{"word": word, "donor_id": donor_id} for word, donor_id in words], "DO NOTHING")


def add_name(conn: Connection, donor_id: str, name: str) -> None:
    """Let a donor be found by another name, which their documents have from now on; nothing for one who was erased."""
    email = conn.scalar(sa.select(donor.c.email).where(donor.c.id == donor_id))
    if email is not None and not email.endswith(ERASED):
        add_words(conn, [(donor_id, name)])


def remove_words(conn: Connection, donor_ids: Sequence[str]) -> None:
    """Forget the words of donors who are erased."""
    conn.execute(sa.delete(donor_word).where(_w.donor_id.in_(donor_ids)))


def is_called(conn: Connection, column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    """The condition that a column holds the id of a donor of whom every word of a text begins a word."""
    called = _called(conn, text)
    ids = _if_few(conn, called, MANY_DONORS if conn.dialect.name == "sqlite" else LISTED_DONORS)
    return column.in_(called) if ids is None else among(conn, column, ids)


def asked_whether_called(conn: Connection, column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool] | None:
    """`is_called` as a row can be asked for it by itself, where many donors are called so; None where few are."""
    words = sorted(name_words(text))
    if not words or not are_many(conn, _called(conn, text)):
        return None
    if len(words) == 1 and is_whole(words[0]):
        return sa.exists().where(_w.donor_id == column, _w.word == words[0])
    return sa.and_(*(sa.exists().where(_w.donor_id == column, _begins(_w.word, word)) for word in words))


def donors_called(conn: Connection, text: str) -> sa.Select[Any]:
    """The ids of these donors."""
    called = _called(conn, text)
    ids = _if_few(conn, called, MANY_DONORS)
    return called if ids is None else sa.select(donor.c.id).where(among(conn, donor.c.id, ids))


def _called(conn: Connection, text: str) -> sa.Select[Any]:
    """By the word that the fewest donors have. One or two Latin letters alone have to be a whole word."""
    words = sorted(name_words(text))
    if not words:
        return sa.select(_w.donor_id).where(sa.false())
    if len(words) == 1 and is_whole(words[0]):
        return sa.select(_w.donor_id).where(_w.word == words[0])
    rarest, *others = sorted(words, key=lambda word: _how_many(conn, word)) if len(words) > 1 else words
    called = sa.select(_w.donor_id).where(_begins(_w.word, rarest))
    for other in others:
        also = donor_word.alias()
        called = called.where(sa.exists().where(also.c.donor_id == _w.donor_id, _begins(also.c.word, other)))
    return called


def _if_few(conn: Connection, called: sa.Select[Any], most: int) -> list[str] | None:
    """These donors, where they are few: PostgreSQL takes whoever has a word that begins so for a third of all."""
    ids = conn.scalars(called.limit(most + 1)).all()
    return None if len(ids) > most else sorted(set(ids))


def are_many(conn: Connection, called: sa.Select[Any]) -> bool:
    """Whether these donors are so many that to look up all that is theirs takes long."""
    some = called.limit(MANY_DONORS + 1)
    return (conn.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0) > MANY_DONORS


def _how_many(conn: Connection, word: str) -> int:
    """How many words begin so, counted no further than some."""
    some = sa.select(_w.word).where(_begins(_w.word, word)).limit(MANY_DONORS)
    return conn.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def _begins(column: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    return sa.and_(column >= word, column < word + _AFTER_ALL)
