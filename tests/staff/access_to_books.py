"""Who may read the books, close a month and open it again: rows of `access_matrix`."""

from collections.abc import Mapping

from staff.permissions import Permission

READ, CHANGE, REOPEN = Permission.READ_MONEY, Permission.CHANGE_MONEY, Permission.REOPEN_MONTHS

BOOKS: Mapping[str, Permission] = {
    "GET /desk/books": READ,
    "GET /desk/books/exports": READ,
    "GET /desk/books/exports/journal/{kind}": READ,
    "GET /desk/books/exports/month/{program}": READ,
    "POST /desk/books/exports/{program}/accounts": CHANGE,
    "GET /desk/books/trial-balance": READ,
    "GET /desk/books/income": READ,
    "GET /desk/books/income.csv": READ,
    "GET /desk/books/accounts": READ,
    "GET /desk/books/accounts/{account}": READ,
    "GET /desk/books/accounts/{account}.csv": READ,
    "GET /desk/books/accounts/{account}.xlsx": READ,
    "GET /desk/books/{month}": READ,
    "GET /desk/books/{month}/report.pdf": READ,
    "GET /desk/books/{month}/later": READ,
    "POST /desk/books/{month}/close": CHANGE,
    "POST /desk/books/{month}/reopen": REOPEN,
}
