"""`/desk/gifts/{id}`: one gift, from the donor's word to the bank, with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.engine import Connection, Engine
from starlette.responses import Response

from campaigns.store import campaign_titles
from compliance.store import checks_of
from database.instants import Clock
from database.transactions import reading
from ledger.kinds import EntryKind
from ledger.money import Money
from outbox.letter_views import letters_of_keys
from outbox.letters import PostedLetter
from payments.books.views import DisputeRow, disputes_of_payment
from payments.gift_aid.claim import ClaimedLine
from payments.gift_aid.claim_store import standing_lines
from payments.gifts.detail_views import GiftDetails, gift_details
from payments.gifts.gift import Gift
from payments.gifts.gift_list_views import went_back_of
from payments.gifts.offline_store import KeptOffline, offline_gift_of
from payments.gifts.recurring_views import RecurringRow, recurring_row
from payments.gifts.store import gift as gift_by_id
from payments.letters.gift_keys import letter_keys
from payments.valuing.valuation import Valuation
from payments.valuing.valuation_store import valuations_of
from proof.trace import Trace, trace
from proof.trace_missing import TraceWording
from receipts.document_store import standing_notes
from staff.act import Act, Subject
from staff.act_words import words_of
from staff.door import Door, SignedIn
from staff.notes_store import Note, Noted, notes_about
from staff.permissions import Permission
from staff.store import acts_on
from treasury.checks.words import StatedCheck, stated
from treasury.letters.names import STATE_NAMES
from treasury.lists.dispute_words import dispute_words
from treasury.lists.gifts_list import GIFT_STATES
from treasury.money.routes import NoSuchMoney
from treasury.recurring.names import NAMES
from treasury.refunds.routes import ShownRequest, shown_requests
from treasury.valuing.organisation_rules import asks_worth
from web.pages import Pages

GIFT_PATH = "/desk/gifts/{gift_id}"
GiftId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
DASHBOARDS = {"live": "https://dashboard.stripe.com", "test": "https://dashboard.stripe.com/test"}


@dataclass(frozen=True, slots=True)
class ShownGift:
    """A gift with everything that belongs to it. `shares` are its campaigns' titles, and how much each has of it.

    `claimed` is its line in the Gift Aid claim that holds it, if there is one; `check` that of its donor.
    """

    gift: Gift
    details: GiftDetails
    trace: Trace
    shares: Sequence[tuple[str, Money]]
    went_back: Money | None
    recurring: RecurringRow | None
    receipts: Sequence[str]
    credit_notes: Sequence[str]
    letters: Sequence[PostedLetter]
    acts: Sequence[Act]
    requests: Sequence[ShownRequest]
    notes: Sequence[Note]
    offline: KeptOffline | None
    disputes: Sequence[DisputeRow]
    claimed: Sequence[ClaimedLine]
    check: StatedCheck | None
    valuation: Valuation | None


def gift_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """The page of a gift."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(GIFT_PATH)
    def show_gift(reader: Reader, gift_id: GiftId) -> Response:
        with reading(engine) as conn:
            shown = _shown(conn, gift_id, pages.wording, pages.wording.local_day(clock()))
            asks = asks_worth(conn)
        if shown is None:
            raise NoSuchMoney(gift_id, reader.member)
        return pages.page(
            "treasury/gift.html",
            private=True,
            member=reader.member,
            shown=shown,
            asks_worth=asks,
            requests=shown.requests,
            notes=shown.notes,
            state_names=GIFT_STATES,
            recurring_names=NAMES,
            letter_names=STATE_NAMES,
            words_of=words_of,
            dispute_words=dispute_words,
            dashboard=_dashboard(pages.mode, shown.gift),
        )

    return router


def _shown(conn: Connection, gift_id: str, wording: TraceWording, today: date) -> ShownGift | None:
    gift, details = gift_by_id(conn, gift_id), gift_details(conn, gift_id)
    if gift is None or details is None:
        return None
    titles, traced = campaign_titles(conn), trace(conn, gift_id, wording)
    receipts = [step.receipt for step in traced.steps if step.receipt]
    credit_notes = [note.number for note in standing_notes(conn, gift_id)]
    refunds = {entry.subject for entry in traced.entries if entry.kind is EntryKind.REFUND}
    return ShownGift(
        gift,
        details,
        traced,
        [(titles[share.campaign], share.amount) for share in gift.allocations],
        went_back_of(conn, [gift_id]).get((gift_id, gift.amount.currency.code)),
        recurring_row(conn, gift.recurring_id) if gift.recurring_id else None,
        receipts,
        credit_notes,
        letters_of_keys(
            conn,
            [*letter_keys(gift_id, receipts, sorted(refunds)), *(f"document:{number}" for number in credit_notes)],
        ),
        acts_on(conn, Subject("gift", gift_id)),
        shown_requests(conn, gift_id),
        notes_about(conn, Noted.GIFT, [gift_id]),
        offline_gift_of(conn, gift_id) if gift.is_offline else None,
        disputes_of_payment(conn, gift.payment),
        standing_lines(conn, [gift_id]),
        next((stated(check, today) for check in checks_of(conn, [gift_id])), None),
        valuations_of(conn, [gift_id]).get(gift_id),
    )


def _dashboard(mode: str, gift: Gift) -> str | None:
    """The payment in Stripe's dashboard; None in a sandbox, whose Stripe has none."""
    return (
        f"{DASHBOARDS[mode]}/payments/{gift.payment}"
        if mode in DASHBOARDS and gift.payment and not gift.is_offline
        else None
    )
