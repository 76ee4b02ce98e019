"""A PDF is checked without asking whoever issued it."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from receipts.commands import add_receipt_commands
from receipts.pdf import Printer
from receipts.signature import DocumentSigner, NoPublicKey, is_signed_by
from tests.receipts.samples import receipt

SIGNER = DocumentSigner(b"a secret of tests")


@pytest.fixture(scope="module")
def signed(printer: Printer) -> bytes:
    """A signed receipt."""
    return SIGNER.sign(printer.print(receipt()))


def test_what_was_signed_is_genuine(signed: bytes) -> None:
    """By its key, also among several, and by no other."""
    other = DocumentSigner(b"another secret").public_key

    assert is_signed_by(signed, SIGNER.public_key)
    assert is_signed_by(signed, other + SIGNER.public_key)
    assert not is_signed_by(signed, other)


def test_signing_moves_nothing_in_the_file(printer: Printer, signed: bytes) -> None:
    """The place of the table of contents, which the file names at its end, is where it was."""
    plain = printer.print(receipt())
    place = int(signed.rpartition(b"startxref")[2].split()[0])

    assert signed[:place] == plain[:place]
    assert plain.rpartition(b"startxref")[2] == signed.rpartition(b"startxref")[2]


@pytest.mark.parametrize("change", ["a byte", "a line after it", "no signature", "signed twice"])
def test_what_was_changed_is_not_genuine(printer: Printer, signed: bytes, change: str) -> None:
    """Not a byte may differ."""
    altered = {
        "a byte": signed.replace(b"/Catalog", b"/Katalog", 1) if b"/Catalog" in signed else b"\0" + signed[1:],
        "a line after it": signed + b"% 100.00",
        "no signature": printer.print(receipt()),
        "signed twice": DocumentSigner(b"another secret").sign(signed),
    }[change]

    assert not is_signed_by(altered, SIGNER.public_key)


def test_a_file_without_a_key_is_refused(signed: bytes) -> None:
    """And one with a key of another kind, or a broken one."""
    for keys in (b"", b"-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----"):
        with pytest.raises(NoPublicKey):
            is_signed_by(signed, keys)


def test_the_command_says_whether_a_file_is_genuine(signed: bytes, tmp_path: Path) -> None:
    """Exit 0 for genuine, 1 for anything else."""
    app = typer.Typer()
    add_receipt_commands(app)
    (tmp_path / "receipt.pdf").write_bytes(signed)
    (tmp_path / "altered.pdf").write_bytes(signed + b" ")
    (tmp_path / "key.pem").write_bytes(SIGNER.public_key)

    def verify(file: str) -> tuple[int, str]:
        answer = CliRunner().invoke(
            app, ["receipts", "verify", str(tmp_path / file), "--key", str(tmp_path / "key.pem")]
        )
        return answer.exit_code, answer.output

    assert verify("receipt.pdf")[0] == 0
    assert (verify("altered.pdf")[0], "changed since" in verify("altered.pdf")[1]) == (1, True)
