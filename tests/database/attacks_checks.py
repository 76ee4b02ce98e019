"""Attacks on checks of donors: who ends one, what was done about it, and what was filed."""

from tests.database.attacks import LONE_GIFT, Attack, changed, copied, removed


def _step(**changes: str) -> str:
    """Another step of the check that is open."""
    return copied("check_step", "id = 'step-1'", **({"id": "'step-9'", "n": "2"} | changes))


_FILE = f"sha256 = '{'0' * 64}'"
_ANOTHER_BODY = "body = (SELECT body FROM picture_file)"
_ACCEPTED = {"kind": "'acceptance'", "ends": "gift_id"}

CHECKS = (
    changed("donor_check", "value_minor = 1", "gift_id = 'gift-1'", "donor_check_no_update"),
    changed("donor_check", "days = 90", "gift_id = 'gift-1'", "donor_check_no_update"),
    Attack(
        "donor_check: delete", "donor_check", "DELETE FROM donor_check WHERE gift_id = 'gift-3'",
        ("donor_check_keep",), (LONE_GIFT, copied("donor_check", "gift_id = 'gift-1'", gift_id="'gift-3'")),
    ),
    changed("check_step", "staff_name = 'another'", "id = 'step-1'", "check_step_no_update"),
    changed("check_step", "choices = '[]'", "id = 'step-2'", "check_step_no_update"),
    Attack(
        "check_step: delete", "check_step", "DELETE FROM check_step WHERE id = 'step-2'", ("check_step_keep",)
    ),
    Attack(
        "check_step: accepted by nobody", "check_step", _step(staff_id="NULL", staff_name="NULL", **_ACCEPTED),
        ("ck_check_step_by_a_person",),
    ),
    Attack(
        "check_step: accepted by somebody without a name", "check_step", _step(staff_name="''", **_ACCEPTED),
        ("ck_check_step_by_name",),
    ),
    Attack(
        "check_step: a lookup that accepts", "check_step", _step(kind="'lookup'", ends="gift_id"),
        ("ck_check_step_ends",),
    ),
    Attack(
        "check_step: an acceptance that ends nothing", "check_step", _step(kind="'acceptance'"),
        ("ck_check_step_ends",),
    ),
    Attack(
        "check_step: after the end", "check_step",
        copied("check_step", "id = 'step-2'", id="'x'", n="2", kind="'record'", ends="NULL"),
        ("check_step_after_the_end",),
    ),
    changed("check_text", "text = 'another'", "step_id = 'step-1'", "check_text_goes"),
    changed("check_text", "name = 'town'", "name = 'name'", "check_text_frozen"),
    removed("check_text", "step_id = 'step-1'"),
    changed("check_evidence", _ANOTHER_BODY, _FILE, "check_evidence_goes"),
    Attack(
        "check_evidence: filled again", "check_evidence",
        "UPDATE check_evidence SET body = (SELECT body FROM picture_file) WHERE kind = 'pdf'",
        ("check_evidence_goes",), ("UPDATE check_evidence SET body = NULL WHERE body IS NOT NULL",),
    ),
    changed("check_evidence", "kind = 'png'", _FILE, "check_evidence_frozen"),
    changed("check_evidence", "staff_id = 'owner-1'", _FILE, "check_evidence_frozen"),
    removed("check_evidence", _FILE),
    changed("regime_period", "regime = 'none'", "id = 1", "regime_period_no_update"),
    removed("regime_period", "id = 1"),
    changed("added_rule", "value = '9000'", "id = 1", "added_rule_no_update"),
    removed("added_rule", "id = 1"),
    Attack(
        "check_wait: of another gift", "check_wait",
        "UPDATE check_wait SET gift_id = 'gift-3' WHERE gift_id = 'gift-1'", ("check_wait_frozen",), (LONE_GIFT,),
    ),
    removed("check_wait", "gift_id = 'gift-1'"),
    changed("pound_value", "value_minor = 1", "id = 1", "pound_value_no_update"),
    removed("pound_value", "id = 1"),
    changed("linked_donors", "is_joined = 1", "id = 1", "linked_donors_frozen"),
    changed("linked_donors", "why = 'another'", "id = 1", "linked_donors_text_goes"),
    removed("linked_donors", "id = 1"),
    changed("filed_report", "report = '[]'", "id = 1", "filed_report_no_update"),
    changed("filed_report", "filed_on = '2020-01-01'", "id = 1", "filed_report_no_update"),
    changed("filed_report", "signed_by = 'another'", "id = 1", "filed_report_no_update"),
    Attack(
        "filed_report: delete", "filed_report", "DELETE FROM filed_report WHERE id = 9", ("filed_report_keep",),
        (copied("filed_report", "id = 1", id="9", version="9"),),
    ),
    Attack(
        "filed_report: signed by nobody", "filed_report",
        copied("filed_report", "id = 1", id="9", version="9", signed_by="''"), ("filed_report_signed",),
    ),
    changed("filed_report_pdf", f"sha256 = '{'1' * 64}'", "report_id = 1", "filed_report_pdf_no_update"),
    removed("filed_report_pdf", "report_id = 1"),
    changed("election", "polling_day = '2030-01-01'", "id = 1", "election_no_update"),
    removed("election", "id = 1"),
    changed("commission_address", "address = 'another'", "id = 1", "commission_address_no_update"),
    removed("commission_address", "id = 1"),
    changed("accounting_unit", "is_unit = 1 - is_unit", "id = 1", "accounting_unit_no_update"),
    removed("accounting_unit", "id = 1"),
)  # fmt: skip
