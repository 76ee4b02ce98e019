"""Answers of the API, made of what the books and the lists say at one moment. Each reads, and writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.engine import Connection

from api.changed_views import changed_gifts, last_changes_of
from api.cursors import NotACursor, cursor_after, row_of_cursor
from api.queries import DonorQuery, GiftQuery, PageQuery
from api.shapes import (
    CampaignFigures,
    CampaignList,
    CampaignShape,
    CampaignTarget,
    CurrencyAmount,
    DonorList,
    DonorShape,
    Figures,
    GiftDonor,
    GiftList,
    GiftShape,
    GiftShare,
    Totals,
)
from api.views import CAMPAIGNS, PEOPLE, STRIPE, ListedCampaign, booked_days, means_of_gifts, people_of, slugs_of
from campaigns.store import campaign_by_slug
from database.lists import ListChoice, ListedRow, ListQuestion, ListWindow, list_rows
from ledger.accounts import INCOME, Account
from ledger.figure_views import FigureSum, figure_sums
from ledger.money import Money
from payments.gifts.donor_list_views import DonorListRow
from payments.gifts.gift import Gift, GiftState
from payments.gifts.gift_list_views import GIFTS, receipt_numbers, went_back_of
from payments.gifts.store import gifts as gifts_by_id
from web.errors import Refusal, Trouble

PAGE_ROWS = 100
_SHOWN = (*INCOME, Account.REFUNDS, Account.DISPUTE_LOSSES, Account.FEES, Account.DISPUTE_FEES)


class WrongCursor(Refusal):
    """A cursor that is not of this list, or of another filter."""

    trouble = Trouble(
        422, "Wrong cursor", "This cursor is not of this list with these parameters.", "Begin again without a cursor."
    )


class UnknownSlug(Refusal):
    """A filter by a campaign that is not there."""

    trouble = Trouble(422, "No such campaign", "No campaign has this slug.", "Read /api/v1/campaigns.")


def campaign_list(conn: Connection, query: PageQuery) -> CampaignList:
    """A page of campaigns with their figures."""
    listed = _page(conn, CAMPAIGNS, ListChoice(), query, "made")
    later = _next(listed, query, lambda row: str(row.id))
    return CampaignList(data=_campaigns(conn, listed[:PAGE_ROWS]), next=later)


def campaign_of_slug(conn: Connection, slug: str) -> CampaignShape | None:
    """One campaign."""
    listed = list_rows(conn, CAMPAIGNS, ListChoice(words={"slug": slug}), ListWindow("made", False, 1))
    return next(iter(_campaigns(conn, listed)), None)


def totals_of_days(conn: Connection, first: date | None, last: date | None) -> Totals:
    """The figures of some days, by campaign and in all."""
    sums = figure_sums(conn, _SHOWN, (first, last))
    slugs = slugs_of(conn, {each.campaign for each in sums})
    return Totals.model_validate(
        {
            "from": first,
            "to": last,
            "campaigns": [
                CampaignFigures(campaign=slugs.get(number), **figures.model_dump())
                for number in sorted({each.campaign for each in sums})
                for figures in _figures([each for each in sums if each.campaign == number])
            ],
            "totals": _figures(sums),
        }
    )


def gift_list(conn: Connection, query: GiftQuery, zone: tzinfo, *, with_donors: bool) -> GiftList:
    """A page of gifts; with who gave them, if the program may know."""
    words = {"state": query.state.value if isinstance(query.state, GiftState) else query.state}
    words["campaign"] = _number(conn, query.campaign)
    choice = ListChoice("", None, query.first_day, query.last_day, zone, words)
    if query.updated_since is not None:
        return _changed_list(conn, query, choice, query.updated_since, with_donors=with_donors)
    listed = _page(conn, _GIFT_IDS, choice, query, "day")
    return GiftList(
        data=gifts_of_ids(conn, listed[:PAGE_ROWS], with_donors=with_donors), next=_next(listed, query, str)
    )


def _changed_list(
    conn: Connection, query: GiftQuery, choice: ListChoice, since: datetime, *, with_donors: bool
) -> GiftList:
    changed = changed_gifts(conn, choice, since, _beside(query), PAGE_ROWS + 1)
    ids = [row.gift_id for row in changed[:PAGE_ROWS]]
    return GiftList(
        data=gifts_of_ids(conn, ids, with_donors=with_donors), next=_next(changed, query, lambda row: row.place)
    )


def gifts_of_ids(conn: Connection, ids: Sequence[str], *, with_donors: bool) -> list[GiftShape]:
    """These gifts in their order; one that is not there is left out."""
    kept = gifts_by_id(conn, ids)
    gifts = [kept[gift_id] for gift_id in ids if gift_id in kept]
    context = _GiftContext(
        slugs_of(conn, {share.campaign for gift in gifts for share in gift.allocations}),
        went_back_of(conn, ids),
        receipt_numbers(conn, ids),
        means_of_gifts(conn, ids),
        booked_days(conn, ids),
        last_changes_of(conn, ids),
        people_of(conn, {gift.donor_id for gift in gifts if gift.donor_id}) if with_donors else {},
    )
    return [_gift(gift, context) for gift in gifts]


def donor_list(conn: Connection, query: DonorQuery) -> DonorList:
    """A page of donors."""
    choice = ListChoice(words={"campaign": _number(conn, query.campaign)})
    listed = _page(conn, PEOPLE, choice, query, "since")
    return DonorList(
        data=[_donor(row) for row in listed[:PAGE_ROWS]], next=_next(listed, query, lambda row: str(row.id))
    )


def donor_of_id(conn: Connection, donor_id: str) -> DonorShape | None:
    """The person that a donor is kept as; None for one who is not there, or was erased."""
    person = people_of(conn, [donor_id]).get(donor_id, "")
    listed = list_rows(conn, PEOPLE, ListChoice(words={"id": person}), ListWindow("since", False, 1)) if person else ()
    return next((_donor(row) for row in listed), None)


_GIFT_IDS = ListQuestion[str](GIFTS.table, lambda _conn, rows: [row[0] for row in rows])


@dataclass(frozen=True, slots=True)
class _GiftContext:
    """What belongs to the gifts of a page, asked for all of them at once."""

    slugs: Mapping[int, str]
    went_back: Mapping[tuple[str, str], Money]
    receipts: Mapping[str, str]
    means: Mapping[str, str]
    days: Mapping[str, date]
    changes: Mapping[str, datetime]
    people: Mapping[str, str]


def _page(
    conn: Connection, question: ListQuestion[ListedRow], choice: ListChoice, query: PageQuery, sort: str
) -> Sequence[ListedRow]:
    """The rows of a page and one more, which says whether the list goes on."""
    return list_rows(conn, question, choice, ListWindow(sort, False, PAGE_ROWS + 1, _beside(query)))


def _beside(query: PageQuery) -> str | None:
    """The row that the page begins after."""
    try:
        return row_of_cursor(query.cursor, _asked(query)) if query.cursor else None
    except NotACursor:
        raise WrongCursor from None


def _next(listed: Sequence[ListedRow], query: PageQuery, row_id: Callable[[ListedRow], str]) -> str | None:
    return cursor_after(row_id(listed[PAGE_ROWS - 1]), _asked(query)) if len(listed) > PAGE_ROWS else None


def _asked(query: PageQuery) -> str:
    """The list and its filter."""
    return type(query).__name__ + query.model_dump_json(exclude={"cursor"})


def _number(conn: Connection, slug: str | None) -> str:
    """The number of a campaign as lists choose it; nothing where none is chosen."""
    if slug is None:
        return ""
    campaign = campaign_by_slug(conn, slug)
    if campaign is None:
        raise UnknownSlug
    return str(campaign.id)


def _campaigns(conn: Connection, listed: Sequence[ListedCampaign]) -> list[CampaignShape]:
    sums = figure_sums(conn, _SHOWN, (None, None), [row.id for row in listed])
    return [_campaign(row, [each for each in sums if each.campaign == row.id]) for row in listed]


def _campaign(row: ListedCampaign, sums: Sequence[FigureSum]) -> CampaignShape:
    return CampaignShape(
        slug=row.slug,
        title=row.title,
        state=row.state,
        currency=row.currency,
        parent=row.parent,
        target=None if row.target is None else CampaignTarget(kind=row.target_kind, number=row.target),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        totals=_figures(sums),
    )


def _figures(sums: Sequence[FigureSum]) -> list[Figures]:
    """The figures by currency. Sums are credits less debits, so what went back and fees are negative in them."""
    currencies = sorted({each.amount.currency.code for each in sums})
    return [_of_currency(code, [each for each in sums if each.amount.currency.code == code]) for code in currencies]


def _of_currency(code: str, sums: Sequence[FigureSum]) -> Figures:
    def added(*accounts: Account) -> int:
        return sum(each.amount.minor for each in sums if each.account in accounts)

    return Figures(
        currency=code,
        gross=added(*INCOME),
        refunds=-added(Account.REFUNDS),
        disputes=-added(Account.DISPUTE_LOSSES),
        fees=-added(Account.FEES, Account.DISPUTE_FEES),
        net=added(*_SHOWN),
        gifts=sum(each.gifts for each in sums),
    )


def _gift(gift: Gift, context: _GiftContext) -> GiftShape:
    went_back = context.went_back.get((gift.id, gift.amount.currency.code))
    return GiftShape(
        id=gift.id,
        reference=gift.reference,
        state=gift.state,
        currency=gift.amount.currency.code,
        amount=gift.amount.minor,
        given_back=went_back.minor if went_back else 0,
        shares=[
            GiftShare(campaign=context.slugs[share.campaign], amount=share.amount.minor) for share in gift.allocations
        ],
        created_at=gift.created_at,
        received_at=gift.received_at,
        received_on=context.days.get(gift.id),
        updated_at=context.changes.get(gift.id),
        means=context.means.get(gift.id, STRIPE),
        recurring_id=gift.recurring_id,
        source=gift.source or None,
        fee_cover=gift.fee_cover.minor if gift.fee_cover else None,
        receipt=context.receipts.get(gift.id),
        donor=_giver(gift, context.people.get(gift.donor_id or "")),
    )


def _giver(gift: Gift, person: str | None) -> GiftDonor | None:
    if person is None:
        return None
    return GiftDonor(id=person, name=gift.donor.name, email=gift.donor.email, message=gift.donor.message)


def _donor(row: DonorListRow) -> DonorShape:
    return DonorShape(
        id=row.id,
        name=row.name,
        email=row.email,
        since=row.since,
        gifts=row.gifts,
        given=[CurrencyAmount(currency=amount.currency.code, amount=amount.minor) for amount in row.given],
        last_gift_on=row.last_on,
    )
