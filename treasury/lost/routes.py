"""The desk's list of gifts that only Stripe knows: each is made a gift of ours again, or left as other money."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign
from campaigns.store import campaign_by_id, campaign_by_slug, campaigns, public_campaign
from database.instants import Clock
from database.transactions import reading
from payments.books.lost_views import charges_of_lost, lost_gift_count, lost_gifts
from payments.books.views import NOT_A_GIFT
from payments.gifts.lost import LostGift, LostKind
from payments.gifts.lost_store import adopt_gift, leave_lost, lost_gift_of
from staff.act import Subject
from staff.changing import Change, changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.pages import Pages

PATH = "/desk/lost-gifts"
PAGE_ROWS = 50
LAST_PAGE = 10_000
# So many are adopted by one press: each is a row or three, in one transaction.
MOST_AT_ONCE = 500
NUMBER = r"^[0-9]{0,9}$"
CHOOSE = "Choose the campaign that this gift was for."


@dataclass(frozen=True, slots=True)
class LostRow:
    """A lost gift in the list. `titles` are its campaigns; None where Stripe names one that is not here."""

    lost: LostGift
    titles: tuple[str, ...] | None
    choices: tuple[Campaign, ...]


def lost_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/lost-gifts`."""
    router = APIRouter()
    router.include_router(_list(engine, pages, door))
    router.include_router(_decisions(engine, clock, pages, door))
    return router


def _list(engine: Engine, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def list_lost(reader: Reader, page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1) -> Response:
        return _listed(engine, pages, reader, page, {})

    return router


def _listed(engine: Engine, pages: Pages, signed_in: SignedIn, page: int, errors: Mapping[str, str]) -> Response:
    with reading(engine) as conn:
        lost, count = lost_gifts(conn, PAGE_ROWS + 1, page), lost_gift_count(conn)
        rows = _rows(conn, lost[:PAGE_ROWS])
    return pages.page(
        "treasury/lost_gifts.html",
        status=422 if errors else 200,
        private=True,
        member=signed_in.member,
        rows=rows,
        page=page,
        more=len(lost) > PAGE_ROWS,
        path=PATH,
        count=count,
        errors=errors,
        ready=sum(row.titles is not None for row in rows),
    )


def _decisions(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.post(PATH)
    def adopt_every(editor: Editor) -> Response:
        """Every gift whose campaigns are known. The others wait for a choice."""
        with reading(engine) as conn:
            ready = any(_ready(conn))
        if ready:
            with changing(engine, editor.actor, clock()) as change:
                for lost, places in list(_ready(change.conn)):
                    _adopt(change, lost, places)
        return RedirectResponse(PATH, 303)

    @router.post(f"{PATH}/{{identity}}")
    def adopt(editor: Editor, identity: str, campaign: Annotated[str, Form(pattern=NUMBER)] = "") -> Response:
        with reading(engine) as conn:
            places = _places(conn, _known(conn, identity), campaign)
        if places is None:
            return _listed(engine, pages, editor, 1, {f"campaign-{identity}": CHOOSE})
        with changing(engine, editor.actor, clock()) as change:
            _adopt(change, _known(change.conn, identity), places)
        return RedirectResponse(PATH, 303)

    @router.post(f"{PATH}/{{identity}}/leave")
    def leave(editor: Editor, identity: str) -> Response:
        """It is no gift that we lack: its money stays among the other money."""
        with changing(engine, editor.actor, clock()) as change:
            _leave(change, _known(change.conn, identity))
        return RedirectResponse(PATH, 303)

    return router


def _known(conn: Connection, identity: str) -> LostGift:
    lost = lost_gift_of(conn, identity)
    if lost is None:
        raise NotFound("This gift does not wait for a decision: somebody else may have decided.", advice="Go back.")
    return lost


def _rows(conn: Connection, lost: Sequence[LostGift]) -> list[LostRow]:
    every = campaigns(conn)
    rows = []
    for gift in lost:
        places = _places(conn, gift, "")
        titles = {campaign.id: campaign.title for campaign in every}
        named = None if places is None else tuple(dict.fromkeys(titles[number] for number in places.values()))
        choices = tuple(campaign for campaign in every if campaign.currency == gift.amount.currency)
        rows.append(LostRow(gift, named, choices))
    return rows


def _places(conn: Connection, lost: LostGift, chosen: str) -> dict[str, int] | None:
    """The campaign of each address that the gift names; the chosen one where there is none, else None."""
    chosen_campaign = campaign_by_id(conn, int(chosen)) if chosen else None
    places = {}
    for slug in lost.slugs:
        campaign = campaign_by_slug(conn, slug) or public_campaign(conn, slug) or chosen_campaign
        if campaign is None or campaign.currency != lost.amount.currency:
            return None
        places[slug] = campaign.id
    return places


def _ready(conn: Connection) -> Iterator[tuple[LostGift, dict[str, int]]]:
    """The gifts that need no choice."""
    for lost in lost_gifts(conn, MOST_AT_ONCE):
        places = _places(conn, lost, "")
        if places is not None:
            yield lost, places


def _adopt(change: Change, lost: LostGift, places: Mapping[str, int]) -> None:
    adopt_gift(change.conn, lost, places, change.now)
    after = {
        "amount_minor": lost.amount.minor,
        "currency": lost.amount.currency.code,
        "campaigns": sorted(set(places.values())),
    }
    change.record("gift.adopt", _subject(lost), after=after, act_id=f"gift.adopt:{lost.id}")


def _leave(change: Change, lost: LostGift) -> None:
    for charge in charges_of_lost(change.conn, lost.id):
        settled = {"settled": True}
        change.record(NOT_A_GIFT, Subject("charge", charge), after=settled, act_id=f"{NOT_A_GIFT}:{charge}")
    change.record("gift.leave", _subject(lost), act_id=f"gift.leave:{lost.id}")
    leave_lost(change.conn, lost.id, change.now)


def _subject(lost: LostGift) -> Subject:
    return Subject("recurring" if lost.kind is LostKind.RECURRING else lost.kind.value, lost.id)
