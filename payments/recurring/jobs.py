"""The worker's handler of what was asked for about recurring gifts."""

from sqlalchemy.engine import Engine

from database.instants import Clock
from outbox.jobs import Payload
from outbox.worker import Handler
from payments.recurring.acting import ACT, Acting
from payments.settlement.contact import asking


def recurring_jobs(engine: Engine, acting: Acting, clock: Clock) -> dict[str, Handler]:
    """What Stripe does not agree to, or is away for, is raised, and the outbox tries again later."""

    def act(payload: Payload) -> None:
        with asking(engine, clock):
            acting.act(payload["recurring"])

    return {ACT: act}
