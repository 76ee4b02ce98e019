"""The worker's part of credit notes: the job that a return of money queues, and a look at all gifts each hour."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import booking, reading, writing
from outbox.worker import Chore, Handler
from payments.crediting.credit_notes import credit_gift
from payments.crediting.views import gifts_without_note
from receipts.document import DocumentIssuer
from receipts.jobs import CREDIT, queue_credits

LOOK_EVERY = timedelta(hours=1)

NamesIssuer = Callable[[], DocumentIssuer]


def crediting_jobs(engine: Engine, issuer: NamesIssuer, clock: Clock) -> dict[str, Handler]:
    """The handler of CREDIT. Doing it twice issues nothing twice."""

    def credit(payload: Any) -> None:
        with booking(engine) as conn:
            credit_gift(conn, payload["of"], issuer(), clock())

    return {CREDIT: credit}


def crediting(engine: Engine, issuer: NamesIssuer, clock: Clock) -> Callable[[str], str | None]:
    """Credits a gift at once, for the letter about its refund; gives the number of the newest note that holds."""

    def credit(gift_id: str) -> str | None:
        with booking(engine) as conn:
            return credit_gift(conn, gift_id, issuer(), clock())

    return credit


def looking_for_returns(engine: Engine, clock: Clock) -> Chore:
    """Have notes issued for what went back without one: of versions before there were notes, and after a restore."""

    def look_for_returns() -> None:
        with reading(engine) as conn:
            gifts = gifts_without_note(conn)
        with writing(engine) as conn:
            queue_credits(conn, gifts, clock())

    return Chore(LOOK_EVERY, look_for_returns)
