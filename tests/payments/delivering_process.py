"""A process that delivers a charge and a session of every gift.

`python -m tests.payments.delivering_process URL SEED GIFTS`.
"""

import random
import sys
from zoneinfo import ZoneInfo

from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from tests.payments.messages import charged, completed
from tests.payments.organisation_books import Books, gift_id


def main() -> None:
    """Deliver everything in this seed's order, in small batches."""
    url, seed, gifts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    books = Books(
        open_database(url, durable=False), Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test"))
    )
    deliveries = [charged(str(n)) for n in range(1, gifts + 1)]
    deliveries += [completed(str(n), gift=gift_id(n)) for n in range(1, gifts + 1)]
    chance = random.Random(seed)
    chance.shuffle(deliveries)
    while deliveries:
        size = chance.randint(1, 7)
        books.deliver(*deliveries[:size])
        deliveries = deliveries[size:]


if __name__ == "__main__":
    main()
