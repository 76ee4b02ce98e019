"""Who may do what with Gift Aid, with what gifts are worth, and with loans."""

from collections.abc import Mapping

from staff.permissions import Permission

READ, CHANGE = Permission.READ_MONEY, Permission.CHANGE_MONEY
GIFT_AID_ACCESS: Mapping[str, Permission] = {
    "GET /desk/gifts/{gift_id}/worth": CHANGE,
    "POST /desk/gifts/{gift_id}/worth": CHANGE,
    "GET /desk/loans": READ,
    "GET /desk/loans/new": CHANGE,
    "POST /desk/loans/new": CHANGE,
    "POST /desk/loans/{identity}/back": CHANGE,
    "GET /desk/gift-aid": READ,
    "POST /desk/gift-aid/claims": CHANGE,
    "GET /desk/gift-aid/claims/{number}": READ,
    "GET /desk/gift-aid/claims/{number}/schedule-{part}.ods": READ,
    "POST /desk/gift-aid/claims/{number}/back": CHANGE,
    "GET /desk/gift-aid/restored": Permission.CONFIRM_CLAIMS,
    "POST /desk/gift-aid/restored": Permission.CONFIRM_CLAIMS,
    "POST /desk/gift-aid/restored/late": Permission.CONFIRM_CLAIMS,
    "GET /desk/gift-aid/declarations/new": CHANGE,
    "POST /desk/gift-aid/declarations/new": CHANGE,
    "GET /desk/gift-aid/declarations/{identity}": READ,
    "POST /desk/gift-aid/declarations/{identity}/withdraw": CHANGE,
}
