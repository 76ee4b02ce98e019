"""Sign printed documents, so that whoever has the public key checks one without asking us (Ed25519, RFC 8032).

The signature stands in the PDF itself, as a comment before its last `startxref`: no place in the file moves, every
reader passes over it, and removing the line gives the bytes that were signed.
"""

import base64
import re
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

PURPOSE = b"farthing: signatures of documents"
MARK = b"%Farthing-Ed25519 "
_END = b"startxref"
_LINE = re.compile(rb"%Farthing-Ed25519 ([A-Za-z0-9+/]{86}==)\n(?=startxref\s)")
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)

SignsPdf = Callable[[bytes], bytes]


class NoPublicKey(ValueError):
    """A file without an Ed25519 public key in it."""


def unsigned(pdf: bytes) -> bytes:
    """The PDF as it is."""
    return pdf


class DocumentSigner:
    """Signs with a key made of FARTHING_SECRET_KEY: another secret signs otherwise."""

    def __init__(self, secret_key: bytes) -> None:
        seed = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret_key)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, pdf: bytes) -> bytes:
        """The PDF with its signature; the same bytes for the same PDF."""
        before, end, after = pdf.rpartition(_END)
        if not end:
            return pdf  # no PDF: tests print other things
        return before + MARK + base64.b64encode(self._key.sign(pdf)) + b"\n" + end + after

    @property
    def public_key(self) -> bytes:
        """What others check signatures with, as PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def is_signed_by(pdf: bytes, public_keys: bytes) -> bool:
    """Whether one of these keys signed exactly these bytes. `public_keys` holds one or more, as PEM.

    Raises NoPublicKey.
    """
    keys = [_public_key(pem) for pem in _PEM.findall(public_keys)]
    if not keys:
        raise NoPublicKey
    lines = list(_LINE.finditer(pdf))
    if not lines:
        return False
    line = lines[-1]
    signed, signature = pdf[: line.start()] + pdf[line.end() :], base64.b64decode(line[1])
    return any(_holds(key, signature, signed) for key in keys)


def _public_key(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise NoPublicKey from None
    if not isinstance(key, Ed25519PublicKey):
        raise NoPublicKey
    return key


def _holds(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
