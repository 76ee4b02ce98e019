"""The desk's pages of offline gifts: enter one, take one back, and bank the cash."""

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaign_titles, campaigns, parent_of
from compliance.offline_receiving import receive_offline_gift
from compliance.store import checks_of
from database.instants import Clock
from database.transactions import reading
from donors.donor import NO_ADDRESS
from donors.store import donor_by_id
from ledger.kinds import EntryKind
from ledger.money import BadAmount
from ledger.period_store import open_from
from payments.bank.line import MatchKind
from payments.bank.match_store import BankMatch, add_match
from payments.bank.views import bank_line_by_id, may_be_gift
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.offline_store import (
    KeptOffline,
    MovedSince,
    NotEnoughCash,
    cash_in_hand,
    giver,
    offline_gift_of,
    take_back_offline,
)
from payments.gifts.offline_views import offline_rows
from payments.giving.pledges import shares_for
from payments.giving.postal_address_store import put_postal_address
from receipts.jurisdictions import asks_for_address
from receipts.store import receipt_of_gift
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.store import newest_of
from treasury.offline.entering import deposit_cash, offline_choices, offline_gift
from treasury.offline.form import (
    FIELDS,
    LONGEST_REFERENCE,
    Days,
    read_booking_day,
    read_offline,
    receipt_fault,
)
from treasury.offline.issuer import issuer_of, offline_receipt_facts
from treasury.valuing.form import read_sum
from treasury.valuing.organisation_rules import asks_worth
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, tidy

PATH = "/desk/offline"
PAGE_ROWS, LAST_PAGE, SHOWN_IMPORTS = 50, 10_000, 5
LONGEST_WHY = 200
CASH_FIELDS = ("key", "amount", "day", "currency")


def offline_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/offline` and what is below it: READ_MONEY reads, CHANGE_MONEY changes."""
    desk, router = OfflineDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def list_offline_gifts(reader: Reader, page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1) -> Response:
        return desk.list(reader, page)

    @router.get(PATH + "/new")
    def show_offline_form(
        changer: Changer, donor: Annotated[str, Query(max_length=100)] = "", line: UUID | None = None
    ) -> Response:
        typed = {"donor": donor, "means": Means.CASH.value, "counts": "yes", "receipt": "yes"}
        return desk.form(changer, typed | desk.of_line(line), {})

    @router.post(PATH + "/new")
    async def enter_offline_gift(changer: Changer, request: Request) -> Response:
        return await run_in_threadpool(desk.enter, changer, await posted_fields(request, FIELDS))

    @router.post(PATH + "/deposit")
    async def deposit_cash(changer: Changer, request: Request) -> Response:
        return await run_in_threadpool(desk.deposit, changer, await posted_fields(request, CASH_FIELDS))

    @router.get(PATH + "/{identity}")
    def show_offline_gift(reader: Reader, identity: str) -> Response:
        return desk.show(reader, identity)

    @router.post(PATH + "/{identity}/back")
    async def take_offline_gift_back(changer: Changer, identity: str, request: Request) -> Response:
        typed = await posted_fields(request, ["why"])
        return await run_in_threadpool(desk.take_back, changer, identity, typed.get("why", ""))

    return router


class OfflineDesk:
    """Enters offline gifts, and shows them."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    @property
    def _zone(self) -> tzinfo:
        return self._pages.wording.zone

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def list(
        self,
        reader: SignedIn,
        page: int,
        typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        """The gifts, those that were entered last first, and the cash that is in hand."""
        with reading(self._engine) as conn:
            rows = offline_rows(conn, PAGE_ROWS + 1, page)
            of = {campaign.currency for campaign in campaigns(conn)}
            imports = newest_of(conn, "gift.import", SHOWN_IMPORTS)
            held = [cash_in_hand(conn, currency) for currency in sorted(of, key=lambda currency: currency.code)]
            asks = asks_worth(conn)
        return self._pages.page(
            "treasury/offline.html",
            status=422 if errors else 200,
            private=True,
            member=reader.member,
            rows=rows[:PAGE_ROWS],
            imports=imports if page == 1 else [],
            asks_worth=asks,
            path=PATH,
            page=page,
            more=len(rows) > PAGE_ROWS,
            cash=[amount for amount in held if amount],
            typed={"day": self._today().isoformat(), "currency": "", **(typed or {})},
            key=uuid4(),
            errors=errors or {},
            targets={field: field for field in errors or {}},
        )

    def form(self, changer: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """The form of a new gift; a donor that is named keeps their name and address."""
        with reading(self._engine) as conn:
            donor = donor_by_id(conn, typed.get("donor", ""))
            choices, asks, issuer = offline_choices(conn), asks_worth(conn), issuer_of(conn, self._pages)
        filled = dict.fromkeys(FIELDS, "") | {"key": str(uuid4()), "day": self._today().isoformat()}
        return self._pages.page(
            "treasury/offline_new.html",
            status=422 if errors else 200,
            private=True,
            member=changer.member,
            donor=donor,
            has_address=donor is not None and not donor.email.endswith(NO_ADDRESS),
            campaigns=choices,
            asks_worth=asks,
            means=tuple(Means),
            wants_address=issuer is not None and asks_for_address(issuer.profile.receipts.jurisdiction),
            typed=filled | dict(typed),
            errors=errors,
            targets={field: field for field in errors},
        )

    def of_line(self, line_id: UUID | None) -> dict[str, str]:
        """What a line of the bank says of the gift that it is: only its id stands in the address."""
        if line_id is None:
            return {}
        with reading(self._engine) as conn:
            line = bank_line_by_id(conn, str(line_id))
        if line is None or line.match is not None or line.is_struck:
            raise NotFound("This line of the bank is something already.", advice="Go back to the bank's page.")
        from_bank = {"reference": line.description[:LONGEST_REFERENCE], "day": line.day.isoformat()}
        return from_bank | {"line": line.id, "means": Means.TRANSFER.value, "amount": str(line.amount.decimal)}

    def enter(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """Book the gift with its act; the same form sent twice is one gift."""
        with reading(self._engine) as conn:
            choices, days = offline_choices(conn), Days(self._today(), open_from(conn))
            issuer = issuer_of(conn, self._pages)
        styles = {each.currency.code: self._pages.wording.number_style(each.currency) for each in choices}
        read = read_offline(typed, choices, days, styles)
        if isinstance(read, dict):
            return self.form(changer, typed, read)
        if fault := receipt_fault(read, issuer.profile.receipts.jurisdiction if issuer else None):
            return self.form(changer, typed, {"receipt": fault})
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            shares = shares_for(read.campaign, parent_of(change.conn, read.campaign))
            donor = giver(change.conn, read.donor, read.donor_id, change.now)
            offline = offline_gift(read, shares, donor, changer.member.id, change.now)
            facts = offline_receipt_facts(change.conn, issuer, [offline], read.address)
            by, now = issuer if read.wants_receipt else None, (change.now, self._zone)
            if receive_offline_gift(change.conn, offline, by, now, facts) and read.address is not None:
                put_postal_address(change.conn, [read.key], read.address, change.now)
            change.record("gift.enter", _subject(read.key), after=_values(offline), act_id=f"gift.enter:{read.key}")
            if read.line and may_be_gift(change.conn, read.line, read.key):
                match = BankMatch(read.line, MatchKind.GIFT, read.key, entered=True)
                identity = add_match(change.conn, match, changer.member.id, change.now)
                change.record("bank.match", Subject("bank_line", read.line), act_id=f"bank.match:{identity}")
        return RedirectResponse(f"{PATH}/{read.key}", 303)

    def show(self, reader: SignedIn, identity: str, why: str = "", mistake: str = "") -> Response:
        """One gift, and the way to take it back."""
        with reading(self._engine) as conn:
            kept, titles = _kept(conn, identity), campaign_titles(conn)
            issued = receipt_of_gift(conn, identity)
            is_checked = any(check.return_decision is None for check in checks_of(conn, [identity]) if check.is_pending)
        return self._pages.page(
            "treasury/offline_gift.html", status=422 if mistake else 200, private=True, member=reader.member,
            kept=kept, offline=kept.offline, titles=titles, receipt=issued.receipt.number if issued else None,
            is_checked=is_checked, typed={"why": why}, errors={"why": mistake} if mistake else {},
            targets={"why": "why"},
        )  # fmt: skip

    def take_back(self, changer: SignedIn, identity: str, typed: str) -> Response:
        """Reverse the gift's entries today, with the reason; once taken back it stays so."""
        try:
            why = tidy(typed, LONGEST_WHY)
        except NotTidy as mistake:
            return self.show(changer, identity, typed, str(mistake))
        if not why:
            return self.show(changer, identity, typed, "Say why: who reads the books later will ask.")
        try:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                kept = _kept(change.conn, identity)
                take_back_offline(change.conn, kept, why, changer.member.id, (change.now, self._zone))
                change.record("gift.take_back", _subject(identity), act_id=f"gift.take_back:{identity}")
        except MovedSince:
            return self.show(changer, identity, typed, "It was moved to another campaign: move it back first.")
        return RedirectResponse(f"{PATH}/{identity}", 303)

    def deposit(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """Book that cash was taken to the bank; the same form sent twice is one deposit."""
        errors: dict[str, str] = {}
        with reading(self._engine) as conn:
            days = Days(self._today(), open_from(conn))
            held = {each.currency.code: cash_in_hand(conn, each.currency) for each in campaigns(conn)}
        in_hand = held.get(typed.get("currency", ""))
        if in_hand is None:
            raise NotFound("Cash is held in no such currency.", advice="Go back to the offline gifts.")
        day = read_booking_day(typed, days, errors)
        try:
            amount = read_sum(
                typed.get("amount", ""), in_hand.currency, self._pages.wording.number_style(in_hand.currency)
            )
        except BadAmount as mistake:
            return self.list(changer, 1, typed, {"amount": str(mistake)} | errors)
        if errors or day is None:
            return self.list(changer, 1, typed, errors)
        try:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                deposit_cash(change, (typed.get("key", ""), amount), day, self._zone)
        except NotEnoughCash:
            words = self._pages.wording.money_exact(in_hand)
            return self.list(changer, 1, typed, {"amount": f"Only {words} is in hand."})
        return RedirectResponse(PATH, 303)


def _kept(conn: Connection, identity: str) -> KeptOffline:
    kept = offline_gift_of(conn, identity)
    if kept is None:
        raise NotFound("There is no such offline gift.", advice="Go back to the list.")
    return kept


def _subject(identity: str) -> Subject:
    return Subject(EntryKind.GIFT.value, identity)


def _values(offline: OfflineGift) -> dict[str, object]:
    """A gift as the log of acts keeps it: without its donor, and without a reference that may name one."""
    return {
        "amount": str(offline.gift.amount),
        "means": offline.means.value,
        "day": offline.day.isoformat(),
        "campaigns": [share.campaign for share in offline.gift.allocations],
        "counts": offline.counts,
    }
