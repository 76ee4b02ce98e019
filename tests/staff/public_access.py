"""The rows of the access matrix that need no member of staff: what is open to all, to donors, to programs."""

from collections.abc import Mapping
from enum import Enum


class Open(Enum):
    """What needs no permission."""

    PUBLIC = "public"
    ANYBODY_AT_THE_DESK = "anybody at the desk"
    DONOR = "a donor's own page"
    PROGRAM = "a token of a program"


PUBLIC, ANYBODY_AT_THE_DESK, DONOR, PROGRAM = Open.PUBLIC, Open.ANYBODY_AT_THE_DESK, Open.DONOR, Open.PROGRAM

# `PUBLIC` and the others are words of the table; tests/staff/access_matrix.py says what they mean.
OPEN_ACCESS: Mapping[str, Open] = {
    "GET /": PUBLIC,
    "GET /c/{slug}": PUBLIC,
    "GET /c/{slug}/progress": PUBLIC,
    "GET /c/{slug}/supporters": PUBLIC,
    "GET /c/{slug}/share.png": PUBLIC,
    "GET /c/{slug}/poster.pdf": PUBLIC,
    "GET /c/{slug}/screen": PUBLIC,
    "GET /c/{slug}/screen/now": PUBLIC,
    "GET /c/{slug}/widget": PUBLIC,
    "GET /c/{slug}/give": PUBLIC,
    "POST /c/{slug}/give": PUBLIC,
    "POST /c/{slug}/give/letter": PUBLIC,
    "GET /give": PUBLIC,
    "POST /give": PUBLIC,
    "POST /give/letter": PUBLIC,
    "GET /payment/{ticket}": PUBLIC,
    "POST /payment/{ticket}": PUBLIC,
    "GET /payment/{ticket}/place": PUBLIC,
    # Whoever has the ticket: it leads to Stripe's page for its gift, and shows the amount and the place in the queue.
    "GET /c/{slug}/payment/{ticket}": PUBLIC,
    "POST /c/{slug}/payment/{ticket}": PUBLIC,
    "GET /c/{slug}/payment/{ticket}/place": PUBLIC,
    "GET /thanks": PUBLIC,
    "POST /thanks/receipt": PUBLIC,
    "POST /thanks/letter": PUBLIC,
    "GET /receipts/{token}": PUBLIC,
    "GET /receipts/{token}.pdf": PUBLIC,
    "GET /receipts/{token}/{number}.pdf": PUBLIC,
    "GET /verify": PUBLIC,
    "GET /verify/key.pem": PUBLIC,
    "GET /verify/{number}/{code}": PUBLIC,
    "GET /c/{slug}/qr.{kind}": PUBLIC,
    "POST /receipts/{token}/letter": PUBLIC,
    "GET /privacy": PUBLIC,
    "GET /robots.txt": PUBLIC,
    "POST /updates": PUBLIC,
    # The token of the letter.
    "GET /updates/confirm/{token}": PUBLIC,
    "POST /updates/confirm/{token}": PUBLIC,
    "GET /updates/stop/{token}": PUBLIC,
    "POST /updates/stop/{token}": PUBLIC,
    "GET /api": PUBLIC,
    "GET /api/openapi.json": PUBLIC,
    # Which scope each needs: tests/api/test_reading.py.
    "GET /api/v1/campaigns": PROGRAM,
    "GET /api/v1/campaigns/{slug}": PROGRAM,
    "GET /api/v1/totals": PROGRAM,
    "GET /api/v1/gifts": PROGRAM,
    "GET /api/v1/gifts/{gift_id}": PROGRAM,
    "GET /api/v1/donors": PROGRAM,
    "GET /api/v1/donors/{donor_id}": PROGRAM,
    "GET /look/{colour}.css": PUBLIC,
    "GET /giving/sign-in": PUBLIC,
    "POST /giving/sign-in": PUBLIC,
    "GET /giving/link/{token}": PUBLIC,
    "GET /giving/link": PUBLIC,
    "POST /giving/link": PUBLIC,
    "POST /giving/sign-out": PUBLIC,
    "GET /giving": DONOR,
    "GET /giving/receipts/{gift_id}": DONOR,
    "POST /giving/consents/{channel}": DONOR,
    "POST /giving/gifts/{gift_id}/hide-name": DONOR,
    "GET /giving/statement/{year}": DONOR,
    "GET /giving/statement/{year}.csv": DONOR,
    "GET /giving/data.json": DONOR,
    "GET /giving/data.csv": DONOR,
    "GET /giving/gift-aid": DONOR,
    "POST /giving/gift-aid": DONOR,
    "POST /giving/gift-aid/withdraw": DONOR,
    "GET /giving/address": DONOR,
    "POST /giving/address": DONOR,
    "GET /giving/erase": DONOR,
    "POST /giving/erase": DONOR,
    "GET /giving/erased": PUBLIC,
    "GET /giving/recurring/{identity}": DONOR,
    "POST /giving/recurring/{identity}/amount": DONOR,
    "POST /giving/recurring/{identity}/day": DONOR,
    "POST /giving/recurring/{identity}/pause": DONOR,
    "POST /giving/recurring/{identity}/skip": DONOR,
    "POST /giving/recurring/{identity}/card": DONOR,
    "POST /giving/recurring/{identity}/receipts": DONOR,
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
}
