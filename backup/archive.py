"""The file of a backup: a compressed tar with the manifest first, encrypted in the age format if there is a passphrase.

Every tar opens the one, every `age` the other: getting at a backup needs no Farthing.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pyrage

from backup.manifest import Manifest, NotABackup, PackedFile, read_manifest
from database.sqlite_files import PRIVATE_FILE

MANIFEST = "manifest.json"
AGE_HEADER = b"age-encryption.org/"
SHORTEST_PASSPHRASE = 12
LONGEST_MANIFEST = 1_000_000
_CHUNK = 1 << 20


class WrongPassphrase(RuntimeError):
    """The backup is encrypted, and the passphrase is missing or another one."""


class WeakPassphrase(ValueError):
    """A passphrase that could be guessed."""


class BackupExists(RuntimeError):
    """There is a file of this name already."""


def packed(name: str, path: Path) -> PackedFile:
    """A file as the manifest lists it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return PackedFile(name, path.stat().st_size, digest)


def pack(target: Path, manifest: Manifest, files: Mapping[str, Path], passphrase: str | None) -> None:
    """Write a backup: private, complete on the disk, and only then under its name. Raises BackupExists.

    Before it gets its name it is read back, as a restore would read it.
    """
    require_strong(passphrase)
    if target.exists():
        raise BackupExists(f"{target} is there already. Nothing was changed. Give the backup another name.")
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE), "w+b") as file:
            _write_tar(file, manifest, files)
            if passphrase is not None:
                _encrypt(file, passphrase)
            file.flush()
            os.fsync(file.fileno())
        check(part, passphrase)
        part.rename(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def require_strong(passphrase: str | None) -> None:
    """Raise WeakPassphrase for one that is too short."""
    if passphrase is not None and len(passphrase) < SHORTEST_PASSPHRASE:
        raise WeakPassphrase(
            f"A passphrase for backups needs at least {SHORTEST_PASSPHRASE} characters: four or five words are good."
            " Nothing was changed."
        )


def _write_tar(file: io.BufferedRandom, manifest: Manifest, files: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as tar:
        _add(tar, MANIFEST, manifest.made_at.timestamp(), content=manifest.as_json().encode())
        for name, path in files.items():
            _add(tar, name, manifest.made_at.timestamp(), path=path)


def _add(tar: tarfile.TarFile, name: str, at: float, *, content: bytes = b"", path: Path | None = None) -> None:
    """A member that says nothing of this machine: no user, no folder."""
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = PRIVATE_FILE, int(at)
    if path is None:
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
        return
    member.size = path.stat().st_size
    with path.open("rb") as file:
        tar.addfile(member, file)


def _encrypt(file: io.BufferedRandom, passphrase: str) -> None:
    """Encrypt in place. The whole archive is in memory meanwhile, twice."""
    file.seek(0)
    encrypted = pyrage.passphrase.encrypt(file.read(), passphrase)
    file.seek(0)
    file.truncate()
    file.write(encrypted)


def sync_folder(folder: Path) -> None:
    """Let the new name survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def is_encrypted(path: Path) -> bool:
    """Whether a backup needs its passphrase."""
    with path.open("rb") as file:
        return file.read(len(AGE_HEADER)) == AGE_HEADER


def check(path: Path, passphrase: str | None) -> Manifest:
    """Read the whole backup, and compare each file with its digest. Raises NotABackup or WrongPassphrase."""
    return unpack(path, passphrase, None)


def unpack(path: Path, passphrase: str | None, folder: Path | None) -> Manifest:
    """Write the files of a backup into a folder, each compared with its digest; without a folder only compare them.

    Raises NotABackup or WrongPassphrase.
    """
    try:
        with _opened(path, passphrase) as tar:
            manifest = _manifest_of(tar)
            expected = {file.name: file for file in manifest.files}
            for member in tar:
                _take_out(tar, member, expected.pop(member.name, None), folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NotABackup(f"{path.name} is damaged or cut short: {error}.") from None
    if expected:
        raise NotABackup(f"{path.name} lacks {', '.join(sorted(expected))}.")
    return manifest


def _opened(path: Path, passphrase: str | None) -> tarfile.TarFile:
    if not is_encrypted(path):
        return tarfile.open(path, "r:gz")
    if passphrase is None:
        raise WrongPassphrase(f"{path.name} is encrypted: give its passphrase.")
    try:
        content = pyrage.passphrase.decrypt(path.read_bytes(), passphrase)
    except pyrage.DecryptError:
        raise WrongPassphrase(f"{path.name} does not open with this passphrase, or it is damaged.") from None
    return tarfile.open(fileobj=io.BytesIO(content), mode="r:gz")


def _manifest_of(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    file = tar.extractfile(first) if first is not None and first.name == MANIFEST and first.isreg() else None
    if first is None or file is None or first.size > LONGEST_MANIFEST:
        raise NotABackup("It has no manifest: it is no backup of Farthing's.")
    try:
        return read_manifest(json.loads(file.read()))
    except ValueError as error:
        raise error if isinstance(error, NotABackup) else NotABackup("Its manifest is no JSON.") from None


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, listed: PackedFile | None, folder: Path | None) -> None:
    """Copy one file out. Its name is one that the manifest lists, so that it cannot lead out of the folder."""
    if member.name == MANIFEST:
        return
    content = tar.extractfile(member) if member.isreg() else None
    if listed is None or content is None or "/" in member.name:
        raise NotABackup(f"It holds {member.name}, which its manifest does not list.")
    digest, written = hashlib.sha256(), 0
    with _writable(folder, member.name) as target:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            written += target.write(chunk)
        target.flush()
        if folder is not None:
            os.fsync(target.fileno())
    if (written, digest.hexdigest()) != (listed.length, listed.sha256):
        raise NotABackup(f"{member.name} in it is not what was packed: its digest differs.")


def _writable(folder: Path | None, name: str) -> io.BufferedWriter:
    """A new private file in the folder; without one, a file that keeps nothing."""
    if folder is None:
        return Path(os.devnull).open("wb")
    return os.fdopen(os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb")
