"""Who may do what on the web: every route, and what it asks for. A route without a row here turns the suite red.

`PUBLIC` routes are open to everybody; whoever asks for something of their own there shows a token of its own (a
receipt's link) or only what everybody sees. `ANYBODY_AT_THE_DESK` asks for a session that is open, of whatever role.
Of the rest a row names the permission; staff/permissions.py says which roles have it.

Outside of the table, because no route of FastAPI: `/webhooks/stripe` (a signature, payments/stripe/signature.py),
`/static` (public files), and in a sandbox `/sandbox` and `/v1` (sandbox/panel_guard.py, and the twin's API key).
"""

from collections.abc import Mapping
from enum import Enum

from staff.permissions import Permission


class Open(Enum):
    """What needs no permission."""

    PUBLIC = "public"
    ANYBODY_AT_THE_DESK = "anybody at the desk"


PUBLIC, ANYBODY_AT_THE_DESK = Open.PUBLIC, Open.ANYBODY_AT_THE_DESK
READ, CHANGE = Permission.READ_MONEY, Permission.CHANGE_MONEY
MANAGE = Permission.MANAGE_STAFF

ACCESS: Mapping[str, Open | Permission] = {
    "GET /": PUBLIC,
    "GET /c/{slug}": PUBLIC,
    "GET /c/{slug}/progress": PUBLIC,
    "GET /c/{slug}/give": PUBLIC,
    "POST /c/{slug}/give": PUBLIC,
    "GET /thanks": PUBLIC,
    "POST /thanks/receipt": PUBLIC,
    "GET /receipts/{token}": PUBLIC,
    "GET /receipts/{token}.pdf": PUBLIC,
    "GET /media/{name}-{width}.{extension}": PUBLIC,
    "GET /media/logo/{name}": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    # The way in: what each step needs is in the session, or in what is typed.
    "GET /desk/sign-in": PUBLIC,
    "POST /desk/sign-in": PUBLIC,
    "GET /desk/sign-in/code": PUBLIC,
    "POST /desk/sign-in/code": PUBLIC,
    "GET /desk/sign-in/forgotten": PUBLIC,
    "POST /desk/sign-in/forgotten": PUBLIC,
    "GET /desk/sign-in/link": PUBLIC,
    "POST /desk/sign-in/link": PUBLIC,
    "GET /desk/sign-in/password": PUBLIC,
    "POST /desk/sign-in/password": PUBLIC,
    "GET /desk/sign-in/second-factor": PUBLIC,
    "POST /desk/sign-in/second-factor": PUBLIC,
    "POST /desk/sign-out": PUBLIC,
    "GET /desk/confirm": ANYBODY_AT_THE_DESK,
    "POST /desk/confirm": ANYBODY_AT_THE_DESK,
    "GET /desk/account": ANYBODY_AT_THE_DESK,
    "POST /desk/account/sessions": ANYBODY_AT_THE_DESK,
    "GET /desk/account/password": ANYBODY_AT_THE_DESK,
    "POST /desk/account/password": ANYBODY_AT_THE_DESK,
    "GET /desk/account/second-factor": ANYBODY_AT_THE_DESK,
    "POST /desk/account/second-factor": ANYBODY_AT_THE_DESK,
    "GET /desk/account/recovery-codes": ANYBODY_AT_THE_DESK,
    "POST /desk/account/recovery-codes": ANYBODY_AT_THE_DESK,
    "GET /desk/staff": Permission.READ_STAFF,
    "GET /desk/staff/invite": MANAGE,
    "POST /desk/staff/invite": MANAGE,
    "GET /desk/staff/{identity}": Permission.READ_STAFF,
    "GET /desk/staff/{identity}/work": MANAGE,
    "POST /desk/staff/{identity}/work": MANAGE,
    "GET /desk/staff/{identity}/{act}": MANAGE,
    "POST /desk/staff/{identity}/{act}": MANAGE,
    "GET /desk/acts": Permission.READ_ACTS,
    "GET /desk/letters": Permission.READ_LETTERS,
    "GET /desk/letters/{letter_id}": Permission.READ_LETTERS,
    "GET /desk/letters/{letter_id}/letter.html": Permission.READ_LETTERS,
    "POST /desk/letters/{letter_id}/again": Permission.SEND_LETTERS,
    "POST /desk/letters/{letter_id}/settle": Permission.SEND_LETTERS,
    "GET /desk/setup": Permission.EDIT_ORGANISATION,
    "GET /desk/setup/mail": Permission.EDIT_ORGANISATION,
    "POST /desk/setup/mail": Permission.EDIT_ORGANISATION,
    "GET /desk/setup/stripe": Permission.EDIT_ORGANISATION,
    "POST /desk/setup/stripe": Permission.EDIT_ORGANISATION,
    "GET /desk": READ,
    "GET /desk/gifts": READ,
    "GET /desk/payouts": READ,
    "GET /desk/refunds": READ,
    "GET /desk/disputes": READ,
    "GET /desk/discrepancies": READ,
    "POST /desk/discrepancies/{charge}": CHANGE,
    "POST /desk/charges-without-gift/{charge}": CHANGE,
    "GET /desk/lost-gifts": READ,
    "POST /desk/lost-gifts": CHANGE,
    "POST /desk/lost-gifts/{identity}": CHANGE,
    "POST /desk/lost-gifts/{identity}/leave": CHANGE,
    "GET /desk/dead-letters": READ,
    "GET /desk/trace": READ,
    "GET /desk/trace/{identifier}": READ,
    "GET /desk/receipts/{number}": READ,
    "GET /desk/recurring": READ,
    "GET /desk/recurring/{identity}": READ,
    "GET /desk/recurring/{identity}/end-{when}": CHANGE,
    "POST /desk/recurring/{identity}/end-{when}": CHANGE,
    "POST /desk/recurring/{identity}/amount": CHANGE,
    "POST /desk/recurring/{identity}/{button}": CHANGE,
}
