"""Attacks on what gifts are worth, and on loans."""

from tests.database.attacks import Attack, changed, removed

_TAKEN_BACK = "UPDATE loan SET taken_back_at = entered_at, taken_back_by = 'x', why = 'x' WHERE id = 'loan-1'"

VALUING = (
    changed("gift_valuation", "market_value_minor = 1", "gift_id = 'gift-1'", "gift_valuation_frozen"),
    changed("gift_valuation", "benefit = 'another'", "gift_id = 'gift-1'", "gift_valuation_text_goes"),
    changed("loan", "terms = 'others'", "id = 'loan-1'", "loan_text_goes"),
    removed("gift_valuation", "gift_id = 'gift-1'"),
    changed("loan", "amount_minor = 1", "id = 'loan-1'", "loan_frozen"),
    Attack(
        "loan: lent after all", "loan",
        "UPDATE loan SET taken_back_at = NULL, taken_back_by = NULL, why = NULL WHERE id = 'loan-1'",
        ("loan_set_once", "loan_text_goes"), (_TAKEN_BACK,),
    ),
    removed("loan", "id = 'loan-2'"),
)  # fmt: skip
VALUING_TABLES = ("gift_valuation", "loan")
