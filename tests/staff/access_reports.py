"""Who may do what with reports to the Electoral Commission, and with the rules that they go by."""

from collections.abc import Mapping

from staff.permissions import Permission

READ, CHANGE = Permission.READ_MONEY, Permission.CHANGE_MONEY
EDIT = Permission.EDIT_RULES
REPORT = "/desk/reports/{kind}/{first}/{last}"
REPORT_ACCESS: Mapping[str, Permission] = {
    "GET /desk/reports": READ,
    f"GET {REPORT}": READ,
    f"POST {REPORT}/file": CHANGE,
    f"GET {REPORT}/draft.{{ending}}": READ,
    f"GET {REPORT}/versions/{{version}}": READ,
    f"GET {REPORT}/versions/{{version}}.{{ending}}": READ,
    "GET /desk/rules": READ,
    "GET /desk/rules/new": EDIT,
    "POST /desk/rules/new": EDIT,
    "GET /desk/rules/regime": EDIT,
    "POST /desk/rules/regime": EDIT,
    "GET /desk/rules/elections": READ,
    "POST /desk/rules/elections": EDIT,
    "POST /desk/rules/elections/withdraw": EDIT,
    "GET /desk/rules/addresses": EDIT,
    "POST /desk/rules/addresses": EDIT,
    "GET /desk/rules/units": EDIT,
    "POST /desk/rules/units": EDIT,
}
