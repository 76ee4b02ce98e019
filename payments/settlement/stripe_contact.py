"""Records whether Stripe answers, for the desk and the doctor."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import writing
from payments.settlement import store
from payments.stripe.gateway import StripeAway, StripeRefused, calls_answered
from payments.stripe.lists import NoSuchObject


@contextmanager
def recording_contact(engine: Engine, clock: Clock) -> Iterator[None]:
    """Wrap calls to Stripe: afterwards the database says that it answers, or since when it does not.

    Where nothing was asked, nothing is noted.
    """
    before = calls_answered()
    try:
        yield
    except NoSuchObject:
        _note_answer(engine, clock)
        raise
    except (StripeAway, StripeRefused) as error:
        with writing(engine) as conn:
            store.note_failure(conn, f"{type(error).__name__}: {error}", clock())
        raise
    if calls_answered() > before:
        _note_answer(engine, clock)


def _note_answer(engine: Engine, clock: Clock) -> None:
    with writing(engine) as conn:
        store.note_answer(conn, clock())
