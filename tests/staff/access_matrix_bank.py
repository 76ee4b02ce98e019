"""The rows of the access matrix for files that are read in: the bank's, and offline gifts."""

from collections.abc import Mapping

from staff.permissions import Permission

READ, CHANGE = Permission.READ_MONEY, Permission.CHANGE_MONEY

OFFLINE_IMPORT_ACCESS: Mapping[str, Permission] = {
    "GET /desk/offline/import": CHANGE,
    "POST /desk/offline/import": CHANGE,
    "GET /desk/offline/import/{upload}": CHANGE,
    "GET /desk/offline/import/{upload}/bad.csv": CHANGE,
    "GET /desk/offline/import/{upload}/columns": CHANGE,
    "POST /desk/offline/import/{upload}/columns": CHANGE,
    "POST /desk/offline/import/{upload}/save": CHANGE,
    "GET /desk/offline/imports/{identity}": READ,
    "POST /desk/offline/imports/{identity}/back": CHANGE,
}
BANK_ACCESS: Mapping[str, Permission] = {
    "GET /desk/bank": READ,
    "POST /desk/bank/match": CHANGE,
    "GET /desk/bank/import": CHANGE,
    "POST /desk/bank/import": CHANGE,
    "GET /desk/bank/import/{upload}": CHANGE,
    "GET /desk/bank/import/{upload}/columns": CHANGE,
    "POST /desk/bank/import/{upload}/columns": CHANGE,
    "POST /desk/bank/import/{upload}/save": CHANGE,
    "GET /desk/bank/imports/{identity}": READ,
    "POST /desk/bank/imports/{identity}/undo": CHANGE,
    "GET /desk/bank/lines/{line}": READ,
    "POST /desk/bank/lines/{line}/cash": CHANGE,
    "POST /desk/bank/lines/{line}/match": CHANGE,
    "POST /desk/bank/lines/{line}/not-a-gift": CHANGE,
    "POST /desk/bank/lines/{line}/undo": CHANGE,
}
