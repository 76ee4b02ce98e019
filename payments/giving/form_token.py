"""A token in the form: when its page was loaded, signed with our key. Values only.

It is no proof of anything but that somebody asked for a page: a form without one is taken too (the campaign's page is
the same for everybody, so it has none), and counted more strictly.
"""

import hmac
import re
from datetime import datetime, timedelta
from secrets import token_hex

QUICKEST, OLDEST = timedelta(seconds=2), timedelta(hours=6)
_TOKEN = re.compile(r"([0-9a-f]{8})\.([0-9a-f]{16})\.([0-9a-f]{32})").fullmatch


def new_form_token(key: bytes, now: datetime) -> str:
    """A token for a page that is loaded now."""
    begun = f"{int(now.timestamp()):08x}.{token_hex(8)}"
    return f"{begun}.{_signature(key, begun)}"


def is_form_token(key: bytes, token: str, now: datetime) -> bool:
    """Whether we gave this token, not so lately that nobody can have filled in the form, and not long ago."""
    parts = _TOKEN(token)
    if parts is None or not hmac.compare_digest(parts[3], _signature(key, f"{parts[1]}.{parts[2]}")):
        return False
    age = now.timestamp() - int(parts[1], 16)
    return QUICKEST.total_seconds() <= age <= OLDEST.total_seconds()


def _signature(key: bytes, begun: str) -> str:
    return hmac.digest(key, f"form\n{begun}".encode(), "sha256").hex()[:32]
