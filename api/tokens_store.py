"""Tokens of programs in the database: one function a question."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.tables import api_token
from api.tokens import ApiToken, TokenScope, scopes_text

_t = api_token.c


def add_token(conn: Connection, token: ApiToken, digest: bytes) -> None:
    """Keep a new token under the digest of its secret."""
    conn.execute(
        sa.insert(api_token).values(
            id=token.id,
            digest=digest,
            name=token.name,
            scopes=scopes_text(token.scopes),
            ending=token.ending,
            made_by=token.made_by,
            made_at=token.made_at,
            ends_on=token.ends_on,
        )
    )


def token_of_digest(conn: Connection, digest: bytes) -> ApiToken | None:
    """The token of a secret, by what is kept of it; also one that has ended or was revoked."""
    row = conn.execute(sa.select(api_token).where(_t.digest == digest)).one_or_none()
    return None if row is None else _token(row)


def token_by_id(conn: Connection, identity: str) -> ApiToken | None:
    """A token by its id."""
    row = conn.execute(sa.select(api_token).where(_t.id == identity)).one_or_none()
    return None if row is None else _token(row)


def all_tokens(conn: Connection) -> list[ApiToken]:
    """Every token that was ever made, the newest first."""
    return [_token(row) for row in conn.execute(sa.select(api_token).order_by(_t.made_at.desc(), _t.id))]


def note_use(conn: Connection, identity: str, today: date) -> None:
    """Note that a program came with this token today."""
    conn.execute(sa.update(api_token).where(_t.id == identity).values(used_on=today))


def revoke_token(conn: Connection, identity: str, who: str, now: datetime) -> bool:
    """End a token for good; False when it was revoked before."""
    good = sa.update(api_token).where(_t.id == identity, _t.revoked_at.is_(None))
    return conn.execute(good.values(revoked_at=now, revoked_by=who)).rowcount == 1


def _token(row: sa.Row[Any]) -> ApiToken:
    return ApiToken(
        row.id,
        row.name,
        frozenset(TokenScope(word) for word in row.scopes.split()),
        row.ending,
        row.made_by,
        row.made_at,
        row.ends_on,
        row.used_on,
        row.revoked_at,
    )
