"""Attacks on lines of the bank, and on what they are matched to."""

from tests.database.attacks import Attack, changed, copied, removed

_UNDONE = (
    "UPDATE bank_match SET undone_at = matched_at, undone_by = 'x', holds_line = NULL, holds_target = NULL"
    " WHERE id = 'match-1'"
)
_HOLDS = {"undone_at": "NULL", "undone_by": "NULL", "holds_target": "'gift-2'"}
_LARGER = copied("bank_line", "id = 'line-1'", id="'line-9'", key="'key-9'", amount_minor="9900")
_STRUCK = "UPDATE bank_line SET struck_at = '2026-12-01 12:00:00+00:00', key = NULL WHERE id = 'line-1'"

BANK = (
    changed("bank_import", "account = 'x'", "id = 'import-1'", "bank_import_frozen"),
    Attack(
        "bank_import: undone by somebody else", "bank_import", "UPDATE bank_import SET undone_by = 'y'",
        ("bank_import_set_once",), ("UPDATE bank_import SET undone_at = imported_at, undone_by = 'x'",),
    ),
    removed("bank_import", "id = 'import-1'"),
    changed("bank_line", "amount_minor = 1", "id = 'line-1'", "bank_line_frozen"),
    changed("bank_line", "description = 'x'", "id = 'line-1'", "bank_line_text_goes"),
    changed("bank_line", "key = 'x'", "id = 'line-1'", "bank_line_key_goes"),
    Attack(
        "bank_line: counted again", "bank_line",
        "UPDATE bank_line SET struck_at = NULL, key = 'x' WHERE id = 'line-1'",
        ("bank_line_set_once", "bank_line_key_goes"), (_STRUCK,),
    ),
    removed("bank_line", "id = 'line-1'"),
    changed("bank_match", "who = 'x'", "id = 'match-1'", "bank_match_frozen"),
    Attack(
        "bank_match: holds again", "bank_match",
        "UPDATE bank_match SET undone_at = NULL, undone_by = NULL, holds_line = line_id, holds_target = gift_id"
        " WHERE id = 'match-2'",
        ("bank_match_set_once",), (_UNDONE,),
    ),
    removed("bank_match", "id = 'match-1'"),
    Attack(
        "bank_match: another amount", "bank_match",
        copied("bank_match", "id = 'match-1'", id="'x'", line_id="'line-9'", holds_line="'line-9'", **_HOLDS),
        ("bank_match_equal",), (_LARGER, _UNDONE),
    ),
    Attack(
        "bank_match: of a line that is struck", "bank_match",
        copied("bank_match", "id = 'match-1'", id="'x'", line_id="'line-1'", holds_line="'line-1'", **_HOLDS),
        ("bank_match_equal",), (_STRUCK, _UNDONE),
    ),
)  # fmt: skip

COPIES_OF_BANK = (
    Attack("bank_line: again", "bank_line", copied("bank_line", "id = 'line-1'", id="'x'"), ("uq_bank_line_key",)),
    Attack(
        "bank_match: a line that is two things", "bank_match",
        copied(
            "bank_match", "id = 'match-1'", id="'x'", kind="'not_gift'", gift_id="NULL", why="'x'", holds_target="NULL"
        ),
        ("uq_bank_match_holds_line",),
    ),
    Attack(
        "bank_match: a gift that came twice", "bank_match",
        copied("bank_match", "id = 'match-1'", id="'x'", line_id="'line-1'", holds_line="'line-1'"),
        ("uq_bank_match_holds_target",),
    ),
)  # fmt: skip
