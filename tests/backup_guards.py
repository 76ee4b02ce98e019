"""The guards of backups and of what a restore leaves behind, as tests/guards.py lists those of everything else."""

from tests.guard import Cut, Guard

BACKUP_GUARDS: dict[str, Guard] = {
    "packed-digests": Guard(
        "a backup that a disk has changed could be restored",
        (Cut("backup/archive.py", "    if (written, digest.hexdigest()) != (listed.length, listed.sha256):\n",
             "    if False:\n"),),
        ("tests/backup/test_taking.py",),
    ),
    "never-over-books": Guard(
        "a restore could overwrite the books that are in use",
        (Cut("backup/filling.py", "            if path.exists() and (path.stat().st_size or suffix):\n",
             "            if False:\n"),
         Cut("backup/filling.py", "        elif tables:\n", "        elif False:\n")),
        ("tests/backup/test_restoring.py",),
    ),
    "half-restored": Guard(
        "a Farthing could give receipt numbers out while a backup is restored, or after that was cut off",
        (Cut("database/migrating.py", "    if sa.inspect(conn).has_table(RESTORING):\n        return RESTORING\n"),),
        ("tests/backup/test_restoring.py",),
    ),
    "noted-numbers": Guard(
        "a second restore from one backup would give the numbers of the first out again",
        (Cut("backup/restoring.py", "            notes.write(ever)\n", "            pass\n"),),
        ("tests/backup/test_restoring.py",),
    ),
}  # fmt: skip
