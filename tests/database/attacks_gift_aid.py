"""Attacks on Gift Aid: what was declared, what was claimed, and what of it is paid back."""

from tests.database.attacks import Attack, changed, copied, removed

_WITHDRAWN = (
    "UPDATE gift_aid_declaration SET ends_on = declared_on, withdrawn_at = declared_at, withdrawn_by = 'x'"
    " WHERE id = 'declared-1'"
)
_TAKEN_BACK = "UPDATE gift_aid_claim SET taken_back_at = made_at, taken_back_by = 'x' WHERE number = 3"
_LET_GO = "UPDATE gift_aid_line SET holds_of = NULL WHERE claim = 1"
_ON_PAPER = copied(
    "gift_aid_declaration", "id = 'declared-1'",
    id="'declared-9'", brought="'paper'", entered_by="'x'", kept_where="'here'",
)  # fmt: skip

GIFT_AID = (
    changed("gift_aid_declaration", "words = 'others'", "id = 'declared-1'", "gift_aid_declaration_frozen"),
    changed("gift_aid_declaration", "declared_on = '2020-01-01'", "id = 'declared-1'", "gift_aid_declaration_frozen"),
    changed("gift_aid_declaration", "last_name = 'Other'", "id = 'declared-1'", "gift_aid_declaration_text_goes"),
    Attack(
        "gift_aid_declaration: kept elsewhere", "gift_aid_declaration",
        "UPDATE gift_aid_declaration SET kept_where = 'elsewhere' WHERE brought = 'paper'",
        ("gift_aid_declaration_text_goes",), (_ON_PAPER,),
    ),
    Attack(
        "gift_aid_declaration: withdrawn for other days", "gift_aid_declaration",
        "UPDATE gift_aid_declaration SET ends_on = '2030-01-01' WHERE id = 'declared-1'",
        ("gift_aid_declaration_set_once",), (_WITHDRAWN,),
    ),
    removed("gift_aid_declaration", "id = 'declared-2'"),
    changed("gift_aid_claim", "who = 'x'", "number = 1", "gift_aid_claim_frozen"),
    Attack(
        "gift_aid_claim: made again", "gift_aid_claim",
        "UPDATE gift_aid_claim SET taken_back_at = NULL, taken_back_by = NULL WHERE number = 3",
        ("gift_aid_claim_set_once",), (_TAKEN_BACK,),
    ),
    removed("gift_aid_claim", "number = 3"),
    changed("gift_aid_line", "amount_minor = 1", "claim = 1", "gift_aid_line_frozen"),
    changed("gift_aid_line", "house = '9'", "claim = 1", "gift_aid_line_text_goes"),
    Attack(
        "gift_aid_line: erased at another time", "gift_aid_line", "UPDATE gift_aid_line SET erased_at = NULL",
        ("gift_aid_line_set_once",), ("UPDATE gift_aid_line SET erased_at = '2030-01-01 12:00:00+00:00'",),
    ),
    Attack(
        "gift_aid_line: holds its gift again", "gift_aid_line",
        "UPDATE gift_aid_line SET holds_of = gift_id WHERE claim = 1", ("gift_aid_line_lets_go",), (_LET_GO,),
    ),
    Attack(
        "gift_aid_line: claimed again though nothing was paid back", "gift_aid_line",
        copied("gift_aid_line", "claim = 2", claim="3", n="9", holds_of="NULL"), ("gift_aid_line_again",),
    ),
    removed("gift_aid_line", "claim = 1"),
    changed("gift_aid_adjustment", "amount_minor = 1", "claim = 2", "gift_aid_adjustment_no_update"),
    removed("gift_aid_adjustment", "claim = 2"),
)  # fmt: skip

COPIES_OF_GIFT_AID = (
    Attack(
        "gift_aid_line: a gift that is claimed twice", "gift_aid_line",
        copied("gift_aid_line", "claim = 1", claim="2", n="9"), ("uq_gift_aid_line_holds_of",),
    ),
)  # fmt: skip
GIFT_AID_TABLES = ("gift_aid_declaration", "gift_aid_claim", "gift_aid_line", "gift_aid_adjustment")
