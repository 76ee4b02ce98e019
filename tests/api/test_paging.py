"""Paging gives every row exactly once, whatever comes meanwhile."""

import random

from api.tokens import TokenScope
from tests.api.conftest import Site
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, LIBRARIES

SEED, GIFTS = 16, 205


def test_every_gift_stands_on_one_page_while_new_ones_arrive(site: Site) -> None:
    """Of random days and campaigns; a cursor belongs to its list and its filter."""
    chance = random.Random(SEED)
    for n in range(1, GIFTS + 1):
        site.desk.give(n, chance.randrange(100, 9999), chance.choice((LIBRARIES, BUSES)), days_ago=chance.randrange(60))
    secret = site.token(TokenScope.GIFTS)
    seen: list[str] = []
    cursor, new = "", GIFTS
    for _ in range(10):
        page = site.read("/api/v1/gifts", secret, **({"cursor": cursor} if cursor else {}))
        rows = page["data"]
        assert len(rows) <= 100
        assert [row["received_on"] for row in rows] == sorted(row["received_on"] for row in rows)
        seen += [row["id"] for row in rows]
        if (cursor := page["next"]) is None:
            break
        assert site.ask("/api/v1/gifts", secret, cursor=cursor, campaign="buses").status_code == 422
        new += 1
        site.desk.give(new, 100, days_ago=chance.randrange(60))

    assert len(seen) == len(set(seen))
    assert set(seen) >= {gift_id(n) for n in range(1, GIFTS + 1)}
