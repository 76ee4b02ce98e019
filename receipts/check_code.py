"""The check code on a paper, and the address that it makes with the paper's number.

The code is random, not a hash of what is printed: of an erased donor nothing can be worked out from it. It is frozen in
the snapshot, so that whoever has the paper, and nobody else, opens the public page about it.
"""

import base64
import hmac
import secrets

VERIFY_PATH = "/verify"
CODE_BYTES = 10
_GROUP = 4
_LONGEST_LINE = 72  # letters of an address that have room beside the code


def verify_base(base_url: str) -> str:
    """The public page at which papers of an installation at this address are checked."""
    return base_url + VERIFY_PATH


def new_check_code() -> str:
    """80 random bits as people can type them: `7Q2M-K4XD-PQRT-VW3H`, without 0, 1, 8 and 9."""
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def verify_address(base: str, number: str) -> str:
    """The public address about a document that is issued now; nothing where there is no public address."""
    return f"{base}/{number}/{new_check_code()}" if base else ""


def address_lines(address: str) -> tuple[str, str]:
    """A public address as it is printed: a long one has its number and code, which people type, in a second line."""
    base, path, own = address.partition(f"{VERIFY_PATH}/")
    return (base + path, own) if len(address) > _LONGEST_LINE else (address, "")


def is_check_code(typed: str, frozen: str) -> bool:
    """Whether somebody typed this code, with or without hyphens, spaces and capitals. A paper without one has none."""
    return bool(frozen) and hmac.compare_digest(_bare(typed).encode(errors="replace"), _bare(frozen).encode())


def _bare(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())
