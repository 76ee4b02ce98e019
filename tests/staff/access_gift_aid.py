"""Who may do what with Gift Aid."""

from collections.abc import Mapping

from staff.permissions import Permission

READ, CHANGE = Permission.READ_MONEY, Permission.CHANGE_MONEY
GIFT_AID_ACCESS: Mapping[str, Permission] = {
    "GET /desk/gift-aid": READ,
    "POST /desk/gift-aid/claims": CHANGE,
    "GET /desk/gift-aid/claims/{number}": READ,
    "GET /desk/gift-aid/claims/{number}/schedule-{part}.ods": READ,
    "POST /desk/gift-aid/claims/{number}/back": CHANGE,
    "GET /desk/gift-aid/declarations/{identity}": READ,
    "POST /desk/gift-aid/declarations/{identity}/withdraw": CHANGE,
}
