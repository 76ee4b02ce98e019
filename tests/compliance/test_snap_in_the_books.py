"""The snap election on a smaller scale through the real receiving path: every clock and sum is the plain model's.

Gifts come by card through the bookkeeper and offline through the desk's function, in batches of a day; donors are
joined on the way; people accept and return. The calendar year, over which small gifts are added up, turns in its midst.
"""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from compliance.check_steps import Acceptance, ReturnProof
from compliance.donor_links import DonorLink
from compliance.gate import CheckGate
from compliance.held_views import held_by_campaign
from compliance.offline_receiving import receive_offline_gift
from compliance.store import checks_of, take_check_step
from compliance.tables import donor_check
from database.transactions import booking
from donors.store import find_or_add_donor
from ledger.money import GBP, Money
from organisation.store import add_version
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.notice import Notice
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.store import add_gifts
from payments.reading.happenings import ChargeSucceeded, RefundAgreed
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, decision, lookup, record
from tests.compliance.plain_model import Gift as PlainGift
from tests.compliance.plain_model import PlainModel
from tests.compliance.snap_election import DAY, EDGES, FIRST
from tests.compliance.test_gate import PARTY
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row
from tests.payments.organisation_books import Books, gift_id

LONDON = ZoneInfo("Europe/London")
GATE = CheckGate(LONDON)
DAYS, DONORS, A_DAY = 72, 24, 4
JOINED = {20: (0, 1), 45: (2, 3), 70: (1, 4)}  # on which day which donors are found to be one household


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The gate is proved on both engines elsewhere (test_gate.py)."""
    return sqlite_url


class Election:
    """What happens, told to the books and to the plain model alike."""

    def __init__(self, conn: Connection, books: Books) -> None:
        self.conn, self.bookkeeper = conn, Bookkeeper(books.bookkeeper.rules, GATE.look_after_booking)
        self.model = PlainModel()
        self.ids = [find_or_add_donor(conn, f"D{n}", f"d{n}@example.org", _noon(0)).id for n in range(DONORS)]
        self.family = list(range(DONORS))
        self.number = 0

    def receive(self, day: int) -> None:
        """The gifts of a day: by card in one batch, and one that was entered by hand."""
        cards = []
        for _ in range(A_DAY):
            self.number += 1
            n = self.number
            donor, pence = (n * 7) % DONORS, EDGES[n % len(EDGES)] if n % 3 == 0 else 7_000 + 1_300 * (n % 17)
            amount, details = Money(pence, GBP), DonorDetails(f"D{donor}", f"d{donor}@example.org")
            shares = (Allocation(0, n % 3 + 1, amount),)
            new = Gift(gift_id(n), GiftState.PENDING, amount, shares, details, _noon(day), donor_id=self.ids[donor])
            if n % A_DAY:
                add_gifts(self.conn, [new])
                charge = ChargeSucceeded(f"ch_{n}", f"pi_{n}", f"pi_{n}", amount, "Visa", _noon(day), new.id)
                cards.append(Notice(charge, "evt"))
            else:
                offline = OfflineGift(new, Means.CHEQUE, FIRST + DAY * day, "", counts=True, who="asha")
                receive_offline_gift(self.conn, offline, None, (_noon(day), LONDON))
            self.model.gifts.append(PlainGift(new.id, str(self.family[donor]), pence, FIRST + DAY * day, ""))
        self.bookkeeper.apply(self.conn, cards, _noon(day))
        for family in {gift.family for gift in self.model.gifts[-A_DAY:]}:
            self.model.flag([gift for gift in self.model.gifts if gift.family == family])

    def join(self, day: int) -> None:
        """Two donors are joined."""
        first, second = JOINED[day]
        link = DonorLink(self.ids[first], self.ids[second], True, ASHA, _noon(day), "one household")
        GATE.join_donors(self.conn, link, _noon(day))
        one, other = self.family[first], self.family[second]
        self.family = [one if family == other else family for family in self.family]
        for gift in self.model.gifts:
            gift.family = str(one) if gift.family == str(other) else gift.family
        self.model.flag([gift for gift in self.model.gifts if gift.family == str(one)])

    def decide(self, day: int) -> None:
        """People end what has been open for a while: most is accepted, some goes back, some is left."""
        today = FIRST + DAY * day
        for gift in self.model.gifts:
            age, number = (today - gift.day).days, int(gift.id[-4:], 16)
            if gift.last_day is None or gift.accepted or gift.returned or age != 5 + number % 20 or number % 11 == 0:
                continue
            if number % 5:
                for step in (record(), lookup(today), Acceptance(ASHA, today)):
                    take_check_step(self.conn, gift.id, step, _noon(day), today=today)
                gift.accepted = today
            elif number % A_DAY:
                self._give_back(gift, day)

    def _give_back(self, gift: PlainGift, day: int) -> None:
        today, n = FIRST + DAY * day, int(gift.id[-12:], 16)
        refund = RefundAgreed(f"re_{n}", f"pi_{n}", Money(gift.pence, GBP), _noon(day))
        self.bookkeeper.apply(self.conn, [Notice(refund, "evt")], _noon(day))
        for step in (record(), decision(today), ReturnProof(ASHA, today, f"re_{n}")):
            take_check_step(self.conn, gift.id, step, _noon(day), today=today)
        gift.returned = today

    def held(self) -> int:
        """Pence that the product says are not to be spent."""
        return sum(amount.minor for amount in held_by_campaign(self.conn).values())


def _noon(day: int) -> datetime:
    return datetime.combine(FIRST + DAY * day, time(12), tzinfo=UTC)


def test_every_clock_and_sum_is_that_of_the_plain_model(books: Books) -> None:
    """Each day: which gifts are checked, and what may not be spent; at the end every clock."""
    with booking(books.engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        add_version(conn, PARTY, "settings", _noon(0) - timedelta(days=400))
        election = Election(conn, books)
        for day in range(DAYS):
            election.receive(day)
            if day in JOINED:
                election.join(day)
            election.decide(day)
            assert election.held() == election.model.on_hold(), day
        checks = checks_of(conn, list(conn.scalars(sa.select(donor_check.c.gift_id))))
    clocks = {check.gift.gift_id: check.clock.last_day for check in checks}
    assert clocks == {gift.id: gift.last_day for gift in election.model.gifts if gift.last_day}
    ends: defaultdict[tuple[str, str], int] = defaultdict(int)
    for check in checks:
        ends[check.state.value, check.reason.value] += 1
    assert {state for state, _ in ends} == {"open", "accepted", "returned"}
    assert {reason for _, reason in ends} == {"above_threshold", "linked_total"}
