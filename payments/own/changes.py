"""What a donor wishes for a recurring gift: read, kept at once, and carried out at Stripe by the worker."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.engine import Connection, Engine
from starlette.responses import Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.door import OWN_PAGE, DonorVisit
from ledger.money import BadAmount, Money
from outbox.jobs import last_error
from payments.gifts.recurring import LAST_CHOSEN_DAY, Interval, Recurring
from payments.gifts.recurring_changes import (
    CHANGE_RECURRING,
    LONGEST_PAUSE,
    ChangeKind,
    NotRunning,
    RecurringChange,
    StopReason,
    pause_until,
    skip_until,
)
from payments.gifts.recurring_store import changes_of, recurring_of, request_change
from payments.gifts.recurring_views import RecurringRow, recurring_row
from payments.giving.form import AmountWords, read_amount
from payments.own.own_page import OwnRecurring, own_recurring_words
from payments.own.own_views import recurring_is_of
from web.errors import NotFound, Refusal, Trouble
from web.language import to_translate, translated
from web.pages import Pages
from web.typed import compact

BY_DONOR = "donor"
SKIP = "skip"


class HasEnded(Refusal):
    """A recurring gift that has ended, so that nothing can be changed in it."""

    trouble = Trouble(
        409,
        to_translate("This regular donation has ended"),
        to_translate("Nothing more is taken, so there is nothing left to change."),
        to_translate("Go back to your donations to see how it stands."),
    )


class BadWish(ValueError):
    """A wish that cannot be kept as it was typed; the message says what to type in the `field`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wish:
    """A button that was pressed, with what was typed beside it. `id` is of the page: pressed twice it is one wish."""

    id: str
    kind: ChangeKind
    typed: str = ""
    reason: StopReason | None = None


class OwnChanges:
    """Shows a donor's recurring gift, and keeps what they wish."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self,
        visit: DonorVisit,
        identity: str,
        wish: Wish | None = None,
        errors: dict[str, str] | None = None,
        status: int = 422,
    ) -> Response:
        """A recurring gift with everything that can be changed in it; `errors` say what is wrong with the wish."""
        with reading(self._engine) as conn:
            shown, why = self._shown(conn, visit, identity), last_error(conn, CHANGE_RECURRING, identity)
        return self._pages.page(
            "donors/own_recurring.html",
            private=True,
            status=status if errors else 200,
            shown=shown,
            why=why,
            typed={wish.kind.value: wish.typed} if wish else {},
            errors=errors or {},
            longest_pause=LONGEST_PAUSE,
            wish_id=uuid4().hex,
        )

    def ask_whether_to_stop(self, visit: DonorVisit, identity: str) -> Response:
        """The first of two pages; the second says that it is done."""
        with reading(self._engine) as conn:
            shown = self._shown(conn, visit, identity)
        if not shown.row.runs:
            raise HasEnded
        return self._pages.page("donors/stop.html", private=True, shown=shown, wish_id=uuid4().hex)

    def keep(self, visit: DonorVisit, identity: str, wish: Wish) -> None:
        """Keep a wish, and queue it for Stripe. Raises BadWish, and HasEnded."""
        now = self._clock()
        with writing(self._engine) as conn:
            recurring, row = self._recurring(conn, visit, identity), recurring_row(conn, identity)
            assert row is not None
            try:
                request_change(conn, recurring, self._change(recurring, row, wish, now))
            except NotRunning:
                raise HasEnded from None

    def subscription_of(self, visit: DonorVisit, identity: str) -> str:
        """What carries out a recurring gift of this donor at Stripe. Raises HasEnded."""
        with reading(self._engine) as conn:
            recurring, row = self._recurring(conn, visit, identity), recurring_row(conn, identity)
        if row is None or not row.runs or recurring.subscription is None:
            raise HasEnded
        return recurring.subscription

    def _change(self, recurring: Recurring, row: RecurringRow, wish: Wish, now: datetime) -> RecurringChange:
        if not row.runs:
            raise HasEnded
        return RecurringChange(
            wish.id,
            recurring.id,
            wish.kind,
            self._read_amount(recurring, wish.typed) if wish.kind is ChangeKind.AMOUNT else None,
            BY_DONOR,
            now,
            until=_read_pause(row, wish.typed, now) if wish.kind is ChangeKind.PAUSE else None,
            day=_read_day(row, wish.typed) if wish.kind is ChangeKind.DAY else None,
            reason=wish.reason,
        )

    def _read_amount(self, recurring: Recurring, typed: str) -> Money:
        wording, of = self._pages.wording, recurring.amount.currency
        try:
            return read_amount(typed, AmountWords(of, wording.money, wording.number_style(of)))
        except BadAmount as mistake:
            raise BadWish("amount", str(mistake)) from None

    def _shown(self, conn: Connection, visit: DonorVisit, identity: str) -> OwnRecurring:
        recurring, row = self._recurring(conn, visit, identity), recurring_row(conn, identity)
        assert row is not None
        return own_recurring_words(row, changes_of(conn, recurring), self._pages.wording)

    def _recurring(self, conn: Connection, visit: DonorVisit, identity: str) -> Recurring:
        """A recurring gift of this donor; anybody else's is not there."""
        if not recurring_is_of(conn, identity, visit.donor_ids):
            raise NotFound
        return recurring_of(conn, [identity])[identity]


def recurring_path(identity: str) -> str:
    """The path of a recurring gift on its donor's own pages."""
    return f"{OWN_PAGE}/recurring/{identity}"


def _read_pause(row: RecurringRow, typed: str, now: datetime) -> datetime:
    if row.next_at is None:
        raise BadWish("months", translated("No payment is to come, so there is nothing to leave out."))
    if typed == SKIP:
        return skip_until(row.next_at)
    months = _whole(typed)
    if not 1 <= months <= LONGEST_PAUSE:
        raise BadWish("months", translated("Choose from 1 to %(most)s months.", most=LONGEST_PAUSE))
    return pause_until(months, row.rhythm.interval, row.next_at, now)


def _read_day(row: RecurringRow, typed: str) -> int:
    day = _whole(typed)
    if row.rhythm.interval is not Interval.MONTH or not 1 <= day <= LAST_CHOSEN_DAY:
        raise BadWish("day", translated("Enter a day from 1 to %(last)s.", last=LAST_CHOSEN_DAY))
    return day


def _whole(typed: str) -> int:
    digits = compact(typed)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len("12") else 0
