"""The API key of a request, as Stripe reads it: a bearer token, or the user name of basic authentication."""

import base64
import binascii


def secret_key_of(authorization: str) -> str | None:
    """The key in this Authorization header; None where there is none. `curl -u KEY:` sends it as a user name."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
