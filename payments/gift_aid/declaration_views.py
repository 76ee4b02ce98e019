"""Declarations that count: made with a gift that was received, or by a donor on their own page. Writes nothing.

Whoever types somebody else's address and never pays has declared nothing for them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from payments.gift_aid.declaration_store import read_gift_aid_declarations
from payments.gift_aid.gift_aid_declaration import GiftAidDeclaration
from payments.gift_aid.tables import gift_aid_declaration
from payments.gifts.tables import gift

_d, _g = gift_aid_declaration.c, gift.c
_COUNTS = sa.or_(_d.gift_id.is_(None), sa.exists().where(_g.id == _d.gift_id, _g.received_on.is_not(None)))


def counting_declarations(conn: Connection) -> list[GiftAidDeclaration]:
    """Every declaration that counts, oldest first."""
    return read_gift_aid_declarations(conn, _COUNTS)


def counting_declarations_of(conn: Connection, donor_ids: Sequence[str]) -> list[GiftAidDeclaration]:
    """What these donors have declared, oldest first."""
    return read_gift_aid_declarations(conn, sa.and_(among(conn, _d.donor_id, donor_ids), _COUNTS))
