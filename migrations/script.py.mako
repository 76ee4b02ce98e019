"""${message}"""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Bytes, Code, Count, Flag, Instant, Json, Minor
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Forward."""
    ${upgrades if upgrades else "pass"}
