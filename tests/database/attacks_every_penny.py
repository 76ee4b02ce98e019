"""Hostile statements against what Stripe's money did: refunds, disputes, payouts, lines, recurring gifts."""

from tests.database.attacks import LONE_GIFT, Attack, changed, copied, removed

LONE_RECURRING = copied("recurring", "id = 'rec-1'", id="'rec-3'", subscription="NULL", first_gift_id="'gift-3'")

WRITTEN_ONCE = (
    changed("payment_failure", "amount_minor = 1", "charge = 'ch_1'", "payment_failure_no_update"),
    removed("payment_failure", "charge = 'ch_1'"),
    changed("dispute_move", "amount_minor = 1", "line_id = 'txn_1'", "dispute_move_no_update"),
    removed("dispute_move", "line_id = 'txn_1'"),
    changed("invoice", "recurring_id = 'rec-2'", "id = 'in_1'", "invoice_recurring_id_once"),
    changed("invoice", "is_first = 1", "id = 'in_1'", "invoice_recurring_id_once"),
    removed("invoice", "id = 'in_1'"),
    changed("invoice_payment", "invoice_id = 'in_2'", "payment = 'pi_1'", "invoice_payment_no_update"),
    removed("invoice_payment", "payment = 'pi_1'"),
    changed("recurring_share", "weight = 99", "n = 1", "recurring_share_no_update"),
    removed("recurring_share", "n = 1"),
    changed("settled_discrepancy", "who = 'nobody'", "charge = 'ch_3'", "settled_discrepancy_no_update"),
    removed("settled_discrepancy", "charge = 'ch_3'"),
)

FILLED_ONCE = (
    changed("gift", "recurring_id = 'rec-2'", "id = 'gift-1'", "gift_set_once_recurring"),
    changed("gift", "invoice_id = NULL", "id = 'gift-1'", "gift_set_once_recurring"),
    changed("refund", "amount_minor = 1", "id = 're_1'", "refund_frozen"),
    changed("refund", "payment = 'pi_9'", "id = 're_1'", "refund_frozen"),
    changed("refund", "agreed_at = NULL", "id = 're_1'", "refund_set_once"),
    changed("refund", "undone_at = NULL", "id = 're_1'", "refund_set_once"),
    changed("refund", "failure_reason = NULL", "id = 're_1'", "refund_failure_reason_once"),
    removed("refund", "id = 're_1'"),
    changed("dispute", "payment = 'pi_9'", "id = 'du_1'", "dispute_frozen"),
    removed("dispute", "id = 'du_1'"),
    changed("payout", "amount_minor = 1", "id = 'po_1'", "payout_frozen"),
    changed("payout", "currency = 'EUR'", "id = 'po_1'", "payout_frozen"),
    changed("payout", "arrived_at = NULL", "id = 'po_1'", "payout_set_once"),
    changed("payout", "returned_at = NULL", "id = 'po_1'", "payout_set_once"),
    removed("payout", "id = 'po_1'"),
    changed("balance_line", "amount_minor = 1", "id = 'txn_1'", "balance_line_frozen"),
    changed("balance_line", "fee_minor = 1", "id = 'txn_1'", "balance_line_frozen"),
    changed("balance_line", "subject = 'pi_9'", "id = 'txn_1'", "balance_line_frozen"),
    changed("balance_line", "ours = 0", "id = 'txn_1'", "balance_line_ours_rises"),
    changed("balance_line", "payout_id = 'po_9'", "id = 'txn_1'", "balance_line_set_once"),
    removed("balance_line", "id = 'txn_1'"),
    changed("recurring", "currency = 'EUR'", "id = 'rec-1'", "recurring_frozen"),
    changed("recurring", "interval = 'year'", "id = 'rec-1'", "recurring_frozen"),
    changed("recurring", "subscription = 'sub_9'", "id = 'rec-1'", "recurring_set_once"),
    removed("recurring", "id = 'rec-3'", LONE_GIFT, LONE_RECURRING),
    changed("recurring_act", "who = 'nobody'", "id = 'act-1'", "recurring_act_frozen"),
    changed("recurring_act", "act = 'pause'", "id = 'act-1'", "recurring_act_frozen"),
    changed("recurring_act", "done_at = NULL", "id = 'act-1'", "recurring_act_set_once"),
    removed("recurring_act", "id = 'act-1'"),
    changed("receipt_choice", "letters = 'yearly'", "recurring_id = 'rec-1'", "receipt_choice_no_update"),
    removed("receipt_choice", "recurring_id = 'rec-1'"),
)

COPIES_OF_MONEY = (
    Attack("refund: again", "refund", copied("refund", "id = 're_1'"), ("pk_refund",)),
    Attack("dispute: moved twice", "dispute_move", copied("dispute_move", "line_id = 'txn_1'"), ("pk_dispute_move",)),
    Attack("payout: again", "payout", copied("payout", "id = 'po_1'"), ("pk_payout",)),
    Attack("line: again", "balance_line", copied("balance_line", "id = 'txn_1'"), ("pk_balance_line",)),
    Attack(
        "invoice: paid twice by one payment", "invoice_payment", copied("invoice_payment", "payment = 'pi_1'"),
        ("pk_invoice_payment",),
    ),
    Attack(
        "gift: one invoice is two gifts", "gift",
        copied("gift", "id = 'gift-1'", id="'gift-3'", session_id="NULL", payment="NULL"), ("uq_gift_invoice_id",),
    ),
)  # fmt: skip

MONEY_TABLES = (
    "payment_failure", "dispute_move", "invoice", "invoice_payment", "recurring_share", "settled_discrepancy",
    "refund", "dispute", "payout", "balance_line", "recurring", "recurring_act", "receipt_choice",
)  # fmt: skip
