"""Who may do what with reports to the Electoral Commission, and with the rules that they go by."""

from collections.abc import Mapping

from staff.permissions import Permission

READ, CHANGE = Permission.READ_MONEY, Permission.CHANGE_MONEY
REPORT = "/desk/reports/{kind}/{first}/{last}"
REPORT_ACCESS: Mapping[str, Permission] = {
    "GET /desk/reports": READ,
    f"GET {REPORT}": READ,
    f"POST {REPORT}/file": CHANGE,
    f"GET {REPORT}/draft.{{ending}}": READ,
    f"GET {REPORT}/versions/{{version}}": READ,
    f"GET {REPORT}/versions/{{version}}.{{ending}}": READ,
}
