"""`/desk/checks/links`: donors who may be one, joined or read apart by a person who says why; and what looks split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from compliance.donor_links import DonorLink
from compliance.due_checks import splitting_signs
from compliance.gate import CheckGate
from compliance.gift_views import donor_families, gifts_of_donors
from compliance.likeness import LinkSuggestion, link_suggestions
from compliance.likeness_views import LikeDonor, donors_by_id, donors_to_compare
from compliance.link_store import donor_links
from compliance.regime import regime_on
from compliance.regulated_gift import RegulatedGift
from compliance.rule import PERMISSIBILITY
from compliance.rule_store import regime_periods, rule_book
from compliance.store import checks_of
from database.instants import Clock
from database.transactions import reading
from donors.store import donor_by_id
from ledger.money import Money
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.checks.taking import named
from web.errors import NotFound
from web.forms import form_fields
from web.pages import Pages
from web.typed import NotTidy, tidy

LINKS = "/desk/checks/links"
MOST_COMPARED, MOST_SHOWN, LONGEST_WHY = 5000, 50, 500
LINK_FIELDS = ("first", "second", "is", "why")


@dataclass(frozen=True, slots=True)
class SuggestedLink:
    """Two donors who may be one, what each gave this year, and why they are suggested."""

    first: LikeDonor
    second: LikeDonor
    reasons: Sequence[str]

    @property
    def together(self) -> Money:
        """What both gave this year."""
        return self.first.given + self.second.given


@dataclass(frozen=True, slots=True)
class ShownSign:
    """Small gifts that look as if one had been split: a question, and no finding."""

    donor: LikeDonor | None
    gifts: Sequence[RegulatedGift]
    total: Money
    checked: Sequence[str]


def link_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads, CHANGE_MONEY joins and parts."""
    desk, router = LinkDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(LINK_FIELDS))]  # noqa: N806 (a type)

    @router.get(LINKS)
    def show_links(reader: Reader) -> Response:
        return desk.show(reader, {}, {})

    @router.post(LINKS)
    def link_donors(changer: Changer, typed: Typed) -> Response:
        return desk.link(changer, typed)

    return router


class LinkDesk:
    """Suggestions by likeness, what people made of them, and signs of splitting."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """Whom to look at, those with the most in common first."""
        today = self._pages.wording.local_day(self._clock())
        with reading(self._engine) as conn:
            links = _newest_links(donor_links(conn))
            suggestions = _suggestions(conn, links, today)
            signs = _signs(conn, today)
            ends = {donor_id for link in links for donor_id in link.pair}
            people = donors_by_id(conn, sorted(ends))
        return self._pages.page(
            "treasury/check_links.html", private=True, status=422 if errors else 200, member=reader.member,
            suggestions=suggestions[:MOST_SHOWN], more=len(suggestions) > MOST_SHOWN, links=links, people=people,
            signs=signs, errors=errors,
            typed={field: typed.get(field, "") for field in LINK_FIELDS}, compared=MOST_COMPARED, longest=LONGEST_WHY,
            targets={field: f"{field}-{typed.get('first', '')}-{typed.get('second', '')}" for field in errors},
        )  # fmt: skip

    def link(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """Keep what a person says of two donors, with why; what is then due is opened in the same transaction."""
        first, second, is_joined = typed.get("first", ""), typed.get("second", ""), typed.get("is", "") == "joined"
        try:
            why = tidy(typed.get("why", ""), LONGEST_WHY)
        except NotTidy as mistake:
            return self.show(changer, typed, {"why": str(mistake)})
        if not why:
            return self.show(changer, typed, {"why": "Say why: whoever reads a report later asks it."})
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            if first == second or not all(donor_by_id(change.conn, donor_id) for donor_id in (first, second)):
                raise NotFound("These are not two donors who are here.", advice="Go back to the list.")
            link = DonorLink(first, second, is_joined, named(changer.member), change.now, why)
            CheckGate(self._pages.wording.zone).join_donors(change.conn, link, change.now)
            what = "donor.link" if is_joined else "donor.part"
            change.record(what, Subject("donor", first), after={"with": second})
        return RedirectResponse(LINKS, 303)


def _newest_links(links: Sequence[DonorLink]) -> list[DonorLink]:
    """What counts of each pair, the newest first."""
    newest = {link.pair: link for link in links}
    return sorted(newest.values(), key=lambda link: link.at, reverse=True)


def _suggestions(conn: Connection, links: Sequence[DonorLink], today: date) -> list[SuggestedLink]:
    """Pairs who together gave more than the threshold this year: of others nothing would follow."""
    donors = donors_to_compare(conn, today.replace(month=1, day=1), MOST_COMPARED)
    by_id, families = {each.traits.donor_id: each for each in donors}, donor_families(conn)
    above = _threshold(conn, today)
    pairs = link_suggestions([each.traits for each in donors], {link.pair for link in links})
    suggested = [SuggestedLink(by_id[pair.first], by_id[pair.second], pair.reasons) for pair in pairs]
    return [
        each for pair, each in zip(pairs, suggested, strict=True)
        if not _are_one(pair, families) and (above is None or each.together > above)
    ]  # fmt: skip


def _are_one(pair: LinkSuggestion, families: Mapping[str, str]) -> bool:
    return families.get(pair.first, pair.first) == families.get(pair.second, pair.second)


def _threshold(conn: Connection, today: date) -> Money | None:
    period = regime_on(regime_periods(conn), today)
    rule = rule_book(conn).find(period.regime, PERMISSIBILITY, today) if period else None
    return rule.amount if rule else None


def _signs(conn: Connection, today: date) -> list[ShownSign]:
    """Signs of splitting in this year's gifts, family by family, the newest first."""
    periods, rules = regime_periods(conn), rule_book(conn)
    since = today.replace(month=1, day=1)
    donors = {each.traits.donor_id: each for each in donors_to_compare(conn, since, MOST_COMPARED)}
    families, by_family = donor_families(conn), dict[str, list[RegulatedGift]]()
    for gift in gifts_of_donors(conn, sorted(donors), since).gifts:
        by_family.setdefault(families.get(gift.donor_id, gift.donor_id), []).append(gift)
    signs = [sign for gifts in by_family.values() for sign in splitting_signs(gifts, periods, rules)]
    newest = sorted(signs, key=lambda sign: sign.gifts[-1].order, reverse=True)[:MOST_SHOWN]
    checked = {
        check.gift.gift_id for check in checks_of(conn, [gift.gift_id for sign in newest for gift in sign.gifts])
    }
    return [
        ShownSign(
            donors.get(sign.gifts[-1].donor_id), sign.gifts, sign.total,
            [gift.gift_id for gift in sign.gifts if gift.gift_id in checked],
        )
        for sign in newest
    ]  # fmt: skip
