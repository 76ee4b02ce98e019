# ruff: noqa: S608 (putting SQL together is an attacker's trade)
"""Hostile statements against groups and match pots."""

from tests.database.attacks import Attack, changed, copied, removed

TWO_LEVELS, FEW_GROUPS = ("campaign_two_levels",), ("campaign_has_few_groups",)


def _group(number: int, parent: str = "1", **changes: str) -> str:
    own = {"id": str(number), "slug": f"'group-{number}'", "parent_id": parent, "group_share": "NULL"}
    return copied("campaign", "id = 1", **(own | changes))


def _pot(name: str, **changes: str) -> str:
    later = {"first_day": "'2028-01-01'", "last_day": "'2028-01-31'"}
    return copied("match_pot", "id = 'pot-1'", id=f"'{name}'", **(later | changes))


_MANY_GROUPS = (
    "WITH RECURSIVE numbers(number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < 201) "
    + _group(0, id="number", slug="'group-' || number").replace("FROM campaign", "FROM campaign, numbers")
)

GROUPS = (
    Attack(
        "campaign: moved under another", "campaign", "UPDATE campaign SET parent_id = 1 WHERE id = 2",
        ("campaign_keeps_its_level",), (_group(2, "NULL"),),
    ),
    Attack("campaign: a group of a group", "campaign", _group(3, "2"), TWO_LEVELS, (_group(2),)),
    Attack("campaign: a group in another currency", "campaign", _group(2, currency="'EUR'"), TWO_LEVELS),
    Attack("campaign: one group too many", "campaign", _group(202), FEW_GROUPS, (_MANY_GROUPS,)),
    changed("match_pot", "amount_minor = 1", "id = 'pot-1'", "match_pot_frozen"),
    changed("match_pot", "counts = 1", "id = 'pot-1'", "match_pot_frozen"),
    Attack(
        "match_pot: begun again", "match_pot", "UPDATE match_pot SET ended_on = NULL WHERE id = 'pot-1'",
        ("match_pot_set_once",), ("UPDATE match_pot SET ended_on = first_day WHERE id = 'pot-1'",),
    ),
    Attack("match_pot: two at once", "match_pot", _pot("pot-2"), ("match_pot_at_once",), (_pot("pot-3"),)),
    Attack("match_pot: of a group", "match_pot", _pot("pot-2", campaign_id="2"), ("match_pot_of_a_group",),
           (_group(2),)),
    removed("match_pot", "id = 'pot-2'", _pot("pot-2")),
    changed("match_note", "pot_id = 'pot-2'", "gift_id = 'gift-1'", "match_note_no_update",
            "fk_match_note_pot_id"),
    removed("match_note", "gift_id = 'gift-1'"),
    changed("spending", "amount_minor = 1", "id = 'spending-1'", "spending_frozen"),
    Attack(
        "spending: counted again", "spending", "UPDATE spending SET withdrawn_at = NULL WHERE id = 'spending-1'",
        ("spending_set_once",), ("UPDATE spending SET withdrawn_at = noted_at WHERE id = 'spending-1'",),
    ),
    removed("spending", "id = 'spending-1'"),
    changed("api_token", "scopes = 'donors:read'", "id = 'token-1'", "api_token_frozen"),
    changed("api_token", "ends_on = NULL", "id = 'token-1'", "api_token_frozen"),
    Attack(
        "api_token: good again", "api_token",
        "UPDATE api_token SET revoked_at = NULL, revoked_by = NULL WHERE id = 'token-1'",
        ("api_token_set_once",),
        ("UPDATE api_token SET revoked_at = made_at, revoked_by = made_by WHERE id = 'token-1'",),
    ),
    removed("api_token", "id = 'token-1'"),
)  # fmt: skip

LATER_POT = _pot("pot-2")
