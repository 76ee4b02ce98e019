"""What members of staff sign in with: passwords, second factors and recovery codes, each hashed or encrypted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows, put_rows
from staff.tables import recovery_code, second_factor, staff_member, staff_password


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a member of staff has set up: the hash of a password, the sealed secret of an app, recovery codes left."""

    password_hash: str | None
    sealed_secret: str | None
    codes_left: int

    @property
    def are_complete(self) -> bool:
        """Whether there are both a password and a second factor."""
        return self.password_hash is not None and self.sealed_secret is not None


def credentials_of(conn: Connection, member_id: str) -> Credentials:
    """What this member has set up."""
    r = recovery_code.c
    left = sa.select(sa.func.count()).where(r.staff_id == member_id, r.used_at.is_(None))
    password = sa.select(staff_password.c.password_hash).where(staff_password.c.staff_id == member_id)
    secret = sa.select(second_factor.c.secret).where(second_factor.c.staff_id == member_id)
    row = conn.execute(sa.select(password.scalar_subquery(), secret.scalar_subquery(), left.scalar_subquery())).one()
    return Credentials(*row)


def password_hash_by_email(conn: Connection, email: str) -> tuple[str | None, str | None]:
    """The id and the password's hash of the member who may sign in with this address: one question, known or not."""
    m = staff_member.c
    members = staff_member.outerjoin(staff_password, staff_password.c.staff_id == m.id)
    question = sa.select(m.id, staff_password.c.password_hash).select_from(members)
    row = conn.execute(question.where(m.email == email, m.disabled_at.is_(None), m.removed_at.is_(None))).one_or_none()
    return (None, None) if row is None else (row[0], row[1])


def set_password(conn: Connection, member_id: str, password_hash: str, now: datetime) -> None:
    """Keep a password's hash in the place of the one before."""
    row = {"staff_id": member_id, "password_hash": password_hash, "set_at": now}
    put_rows(
        conn, staff_password, [row], "DO UPDATE SET password_hash = excluded.password_hash, set_at = excluded.set_at"
    )


def set_second_factor(conn: Connection, member_id: str, sealed_secret: str, step: int, now: datetime) -> None:
    """Keep a secret in the place of the one before; the code that proved it was of this step."""
    row = {"staff_id": member_id, "secret": sealed_secret, "last_step": step, "set_at": now}
    changes = ", ".join(f"{name} = excluded.{name}" for name in ("secret", "last_step", "set_at"))
    put_rows(conn, second_factor, [row], f"DO UPDATE SET {changes}")


def take_step(conn: Connection, member_id: str, step: int) -> bool:
    """Use up the code of a step; False when it, or a later one, was used before. Of two at once one gets True."""
    f = second_factor.c
    unused = sa.update(second_factor).where(f.staff_id == member_id, f.last_step < step)
    return conn.execute(unused.values(last_step=step)).rowcount == 1


def set_recovery_codes(conn: Connection, member_id: str, salt: bytes, hashes: Sequence[bytes]) -> None:
    """Keep a new set of recovery codes in the place of the one before."""
    conn.execute(sa.delete(recovery_code).where(recovery_code.c.staff_id == member_id))
    rows = [{"staff_id": member_id, "code_hash": code_hash, "salt": salt, "used_at": None} for code_hash in hashes]
    insert_rows(conn, recovery_code, rows)


def salt_of_codes(conn: Connection, member_id: str) -> bytes | None:
    """The salt of a member's recovery codes; None when there are none."""
    salts = sa.select(recovery_code.c.salt).where(recovery_code.c.staff_id == member_id).limit(1)
    return conn.scalar(salts)


def use_recovery_code(conn: Connection, member_id: str, code_hash: bytes, now: datetime) -> bool:
    """Use a recovery code up; False when there is no such code, or it was used. Of two at once one gets True."""
    r = recovery_code.c
    unused = sa.update(recovery_code).where(r.staff_id == member_id, r.code_hash == code_hash, r.used_at.is_(None))
    return conn.execute(unused.values(used_at=now)).rowcount == 1


def forget_credentials(conn: Connection, member_id: str) -> None:
    """Forget password, second factor and recovery codes."""
    for credential in (staff_password, second_factor, recovery_code):
        conn.execute(sa.delete(credential).where(credential.c.staff_id == member_id))
