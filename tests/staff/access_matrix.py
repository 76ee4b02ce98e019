"""Who may do what on the web: every route, and what it asks for. A route without a row here turns the suite red.

`PUBLIC` routes are open to everybody; whoever asks for something of their own there shows a token of its own (a
receipt's link) or only what everybody sees. `DONOR` asks for a donor's session, and shows only what is theirs.
`ANYBODY_AT_THE_DESK` asks for a session that is open, of whatever role. Of the rest a row names the permission;
staff/permissions.py says which roles have it.

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
    DONOR = "a donor's own page"


PUBLIC, ANYBODY_AT_THE_DESK, DONOR = Open.PUBLIC, Open.ANYBODY_AT_THE_DESK, Open.DONOR
READ, CHANGE = Permission.READ_MONEY, Permission.CHANGE_MONEY
MANAGE = Permission.MANAGE_STAFF
READ_CAMPAIGNS, EDIT_CAMPAIGNS = Permission.READ_CAMPAIGNS, Permission.EDIT_CAMPAIGNS
ADD_CAMPAIGNS = Permission.ADD_CAMPAIGNS
READ_LETTERS, SEND_LETTERS = Permission.READ_LETTERS, Permission.SEND_LETTERS
READ_ORGANISATION, EDIT_ORGANISATION = Permission.READ_ORGANISATION, Permission.EDIT_ORGANISATION

ACCESS: Mapping[str, Open | Permission] = {
    "GET /": PUBLIC,
    "GET /c/{slug}": PUBLIC,
    "GET /c/{slug}/progress": PUBLIC,
    "GET /c/{slug}/give": PUBLIC,
    "POST /c/{slug}/give": PUBLIC,
    "POST /c/{slug}/give/letter": PUBLIC,
    # Whoever has the ticket: it leads to Stripe's page for its gift, and shows the amount and the place in the queue.
    "GET /c/{slug}/payment/{ticket}": PUBLIC,
    "POST /c/{slug}/payment/{ticket}": PUBLIC,
    "GET /c/{slug}/payment/{ticket}/place": PUBLIC,
    "GET /thanks": PUBLIC,
    "POST /thanks/receipt": PUBLIC,
    "POST /thanks/letter": PUBLIC,
    "GET /receipts/{token}": PUBLIC,
    "GET /receipts/{token}.pdf": PUBLIC,
    "GET /c/{slug}/qr.{kind}": PUBLIC,
    "POST /receipts/{token}/letter": PUBLIC,
    "GET /privacy": PUBLIC,
    "POST /updates": PUBLIC,
    # The token of the letter.
    "GET /updates/confirm/{token}": PUBLIC,
    "POST /updates/confirm/{token}": PUBLIC,
    "GET /updates/stop/{token}": PUBLIC,
    "POST /updates/stop/{token}": PUBLIC,
    "GET /desk/sign-ups": READ_LETTERS,
    "GET /desk/sign-ups/list.csv": SEND_LETTERS,
    "POST /desk/sign-ups/opt-outs": SEND_LETTERS,
    "GET /desk/campaigns/{number}/updates/{update_id}/send": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/updates/{update_id}/send": EDIT_CAMPAIGNS,
    "GET /look/{colour}.css": PUBLIC,
    "GET /giving/sign-in": PUBLIC,
    "POST /giving/sign-in": PUBLIC,
    "GET /giving/link/{token}": PUBLIC,
    "GET /giving/link": PUBLIC,
    "POST /giving/link": PUBLIC,
    "POST /giving/sign-out": PUBLIC,
    "GET /giving": DONOR,
    "GET /giving/receipts/{gift_id}": DONOR,
    "GET /giving/recurring/{identity}": DONOR,
    "POST /giving/recurring/{identity}/amount": DONOR,
    "POST /giving/recurring/{identity}/resume": DONOR,
    "GET /giving/recurring/{identity}/stop": DONOR,
    "POST /giving/recurring/{identity}/stop": DONOR,
    # On loopback; at a public host they ask for READ_LETTERS inside (tests/test_sandbox_panel.py).
    "GET /sandbox/inbox": PUBLIC,
    "GET /sandbox/inbox/{letter_id}": PUBLIC,
    "GET /sandbox/inbox/{letter_id}/letter.html": PUBLIC,
    "GET /sandbox/inbox/{letter_id}/{filename}": PUBLIC,
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
    "GET /desk/campaigns/new": ADD_CAMPAIGNS,
    "POST /desk/campaigns/new": ADD_CAMPAIGNS,
    "GET /desk/campaigns/{number}/edit": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/edit": EDIT_CAMPAIGNS,
    "GET /desk/campaigns/{number}/amounts": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/amounts": EDIT_CAMPAIGNS,
    "GET /desk/campaigns/{number}/picture": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/picture": EDIT_CAMPAIGNS,
    "GET /desk/campaigns/{number}/updates/new": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/updates/new": EDIT_CAMPAIGNS,
    "GET /desk/campaigns/{number}/updates/{update_id}": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/updates/{update_id}": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/updates/{update_id}/remove": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/publish": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/pause": EDIT_CAMPAIGNS,
    "GET /desk/campaigns/{number}/close": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/close": EDIT_CAMPAIGNS,
    "GET /desk/campaigns/{number}/reopen": EDIT_CAMPAIGNS,
    "POST /desk/campaigns/{number}/reopen": EDIT_CAMPAIGNS,
    "GET /desk/campaigns/{number}/groups": READ_CAMPAIGNS,
    "POST /desk/campaigns/{number}/groups": ADD_CAMPAIGNS,
    "POST /desk/campaigns/{number}/groups/share": ADD_CAMPAIGNS,
    "GET /desk/campaigns/{number}/groups/list": ADD_CAMPAIGNS,
    "POST /desk/campaigns/{number}/groups/list": ADD_CAMPAIGNS,
    "GET /desk/campaigns": READ_CAMPAIGNS,
    "GET /desk/campaigns/{number}": READ_CAMPAIGNS,
    "GET /desk/campaigns/{number}/preview": READ_CAMPAIGNS,
    "GET /desk/campaigns/{number}/match": READ_CAMPAIGNS,
    "POST /desk/campaigns/{number}/match": CHANGE,
    "POST /desk/campaigns/{number}/match/{pot}/end": CHANGE,
    "POST /desk/campaigns/{number}/match/{pot}/paid": CHANGE,
    "POST /desk/campaigns/{number}/match/{pot}/paid/withdraw": CHANGE,
    "GET /desk/organisation": READ_ORGANISATION,
    "GET /desk/organisation/preview": EDIT_ORGANISATION,
    "GET /desk/organisation/preview/{what}": EDIT_ORGANISATION,
    "POST /desk/organisation/save": EDIT_ORGANISATION,
    "POST /desk/organisation/discard": EDIT_ORGANISATION,
    "GET /desk/organisation/{section}": EDIT_ORGANISATION,
    "POST /desk/organisation/look": EDIT_ORGANISATION,
    "POST /desk/organisation/details": EDIT_ORGANISATION,
    "POST /desk/organisation/notices": EDIT_ORGANISATION,
    "POST /desk/organisation/giving": EDIT_ORGANISATION,
    # On this machine; at a public host a door stands before it (tests/test_sandbox_panel.py).
}
