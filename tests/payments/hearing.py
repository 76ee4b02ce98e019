"""A process of its own that hears every gift's two halves: `python -m tests.payments.hearing URL SEED GIFTS`."""

import random
import sys
from zoneinfo import ZoneInfo

from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from tests.payments.house import Books, gift_id
from tests.payments.messages import charged, completed


def main() -> None:
    """Hear all deliveries in this seed's order, a few a batch."""
    url, seed, gifts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    books = Books(
        open_database(url, durable=False), Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test"))
    )
    told = [charged(str(n)) for n in range(1, gifts + 1)]
    told += [completed(str(n), gift=gift_id(n)) for n in range(1, gifts + 1)]
    chance = random.Random(seed)
    chance.shuffle(told)
    while told:
        size = chance.randint(1, 7)
        books.hear(*told[:size])
        told = told[size:]


if __name__ == "__main__":
    main()
