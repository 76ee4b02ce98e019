"""Words that were kept before letters such as ł were folded are found as they are typed now."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from database.engine import open_database
from database.transactions import reading, writing
from donors.word_store import donors_called
from tests.database.killing import upgrade
from tests.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'before.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


def test_words_of_before_are_folded(empty_url: str) -> None:
    """The word of before goes, so that erasure and search know one form."""
    upgrade(empty_url, "0067")
    engine = open_database(empty_url, durable=False)
    with writing(engine) as conn:
        insert = (
            "INSERT INTO donor (id, email_key, email, name, language, created_at) VALUES ('d', 'd', 'd', '', '', :at)"
        )
        conn.execute(sa.text(insert), {"at": "2026-11-21T12:00:00.000000+00:00"})
        for word in ("łukasz", "bjørn", "smith"):
            conn.execute(sa.text("INSERT INTO donor_word (word, donor_id) VALUES (:word, 'd')"), {"word": word})
    upgrade(empty_url, "0069")
    with reading(engine) as conn:
        for text in ("lukasz", "Łukasz", "bjorn", "smith"):
            assert conn.scalars(donors_called(conn, text)).all() == ["d"]
        assert sorted(conn.scalars(sa.text("SELECT word FROM donor_word"))) == ["bjorn", "lukasz", "smith"]
    engine.dispose()
