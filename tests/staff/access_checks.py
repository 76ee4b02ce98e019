"""The rows of the access matrix for checks of donors."""

from collections.abc import Mapping

from staff.permissions import Permission

READ, CHANGE, END = Permission.READ_MONEY, Permission.CHANGE_MONEY, Permission.END_CHECKS

CHECK_ACCESS: Mapping[str, Permission] = {
    "GET /desk/checks": READ,
    "GET /desk/checks.csv": READ,
    "GET /desk/checks.xlsx": READ,
    "GET /desk/checks/links": READ,
    "POST /desk/checks/links": CHANGE,
    "GET /desk/waiting-gifts": READ,
    "POST /desk/waiting-gifts/{gift_id}": CHANGE,
    "POST /desk/waiting-gifts/{gift_id}/value": CHANGE,
    "GET /desk/checks/{gift_id}": READ,
    "GET /desk/checks/{gift_id}/sheet": READ,
    "GET /desk/checks/{gift_id}/evidence/{digest}": READ,
    "GET /desk/checks/{gift_id}/donor": CHANGE,
    "POST /desk/checks/{gift_id}/donor": CHANGE,
    "GET /desk/checks/{gift_id}/lookup": CHANGE,
    "POST /desk/checks/{gift_id}/lookup": CHANGE,
    "GET /desk/checks/{gift_id}/accept": END,
    "POST /desk/checks/{gift_id}/accept": END,
    "GET /desk/checks/{gift_id}/return": END,
    "POST /desk/checks/{gift_id}/return": END,
    "GET /desk/checks/{gift_id}/returned": END,
    "POST /desk/checks/{gift_id}/returned": END,
}
