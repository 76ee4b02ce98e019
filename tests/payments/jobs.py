"""Which jobs wait."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading
from outbox.tables import job


def queued(engine: Engine) -> dict[str, Any]:
    """By key, what each job is about."""
    with reading(engine) as conn:
        return {row.key: row.payload for row in conn.execute(sa.select(job.c.key, job.c.payload))}
