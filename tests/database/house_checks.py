"""Checks of donors, and what they and reports go by, for the house that tests attack."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from compliance.tables import (
    accounting_unit,
    added_rule,
    check_evidence,
    check_step,
    check_text,
    check_wait,
    commission_address,
    donor_check,
    election,
    filed_report,
    filed_report_pdf,
    linked_donors,
    pound_value,
    regime_period,
)

DONOR_CHECK = {"nature": "cash", "reason": "above_threshold"}
CHECK_EVIDENCE = {"gift_id": "gift-1", "kind": "pdf", "body": b"%PDF-1.7", "staff_id": "treasurer-1"}
CHECK_STEP = {"n": 1, "kind": "record", "staff_id": "treasurer-1", "ends": None}
# What a plain value of the column's type would not satisfy; everything else is filled in by `row`.
CHECK_FURNITURE: tuple[tuple[sa.Table, Mapping[str, Any]], ...] = (
    (donor_check, DONOR_CHECK | {"gift_id": "gift-1"}),
    (donor_check, DONOR_CHECK | {"gift_id": "gift-2"}),
    (check_step, CHECK_STEP | {"id": "step-1", "gift_id": "gift-1"}),
    (check_step, CHECK_STEP | {"id": "step-2", "gift_id": "gift-2", "kind": "acceptance", "ends": "gift-2"}),
    (check_text, {"step_id": "step-1", "name": "name"}),
    (check_text, {"step_id": "step-1", "name": "address"}),
    (check_evidence, CHECK_EVIDENCE | {"sha256": "0" * 64}),
    (check_evidence, CHECK_EVIDENCE | {"sha256": "1" * 64}),
    (regime_period, {"regime": "gb_party", "staff_id": "treasurer-1", "last_day": None}),
    (added_rule, {"staff_id": "treasurer-1", "value": "500", "last_day": None}),
    (check_wait, {"gift_id": "gift-1", "why": "value", "ended_at": None}),
    (check_wait, {"gift_id": "gift-2", "why": "facts"}),
    (pound_value, {"gift_id": "gift-1", "staff_id": "treasurer-1"}),
    (linked_donors, {"first_id": "donor-1", "second_id": "donor-3", "staff_id": "treasurer-1"}),
    (filed_report, {"kind": "weekly", "regime": "gb_party", "staff_id": "treasurer-1", "digest": "0" * 64}),
    (filed_report_pdf, {"sha256": "0" * 64}),
    (election, {"staff_id": "treasurer-1"}),
    (commission_address, {"way": "post", "staff_id": "treasurer-1"}),
    (accounting_unit, {"staff_id": "treasurer-1"}),
)
