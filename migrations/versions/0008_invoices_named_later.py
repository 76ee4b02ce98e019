"""An invoice that was reported without its recurring gift may be named later.

Old shapes of an invoice leave the subscription out. A row without a recurring gift gets one once, and then stays.
"""

from migrations.guards import name_once

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Let a nameless invoice be named."""
    name_once("invoice", "recurring_id", [["id"]])
