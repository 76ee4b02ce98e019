"""`/desk/loans`: what was lent to the organisation, which is no gift and no income."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading
from donors.store import donor_by_id
from ledger.money import GBP, Currency
from payments.gifts.offline_store import giver
from payments.valuing.loan import Loan
from payments.valuing.loan_store import add_loan, take_loan_back
from payments.valuing.loan_views import loans
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.loans.form import LOAN_FIELDS, read_loan
from web.errors import NotFound
from web.forms import form_fields
from web.pages import Pages
from web.typed import NotTidy, tidy

LOANS = "/desk/loans"
LONGEST_WHY = 200


def loan_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads, CHANGE_MONEY enters loans and takes them back."""
    desk, router = LoanDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(LOAN_FIELDS))]  # noqa: N806 (a type)
    Why = Annotated[dict[str, str], Depends(form_fields(("why",)))]  # noqa: N806 (a type)

    @router.get(LOANS)
    def list_loans(reader: Reader) -> Response:
        return desk.list(reader)

    @router.get(LOANS + "/new")
    def show_loan_form(changer: Changer, donor: Annotated[str, Query(max_length=100)] = "") -> Response:
        return desk.form(changer, {"donor": donor}, {})

    @router.post(LOANS + "/new")
    def enter_loan(changer: Changer, typed: Typed) -> Response:
        return desk.enter(changer, typed)

    @router.post(LOANS + "/{identity}/back")
    def take_loan_back_again(changer: Changer, identity: str, typed: Why) -> Response:
        return desk.take_back(changer, identity, typed.get("why", ""))

    return router


class LoanDesk:
    """Enters loans, and lists them."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def list(self, reader: SignedIn, wrong: str = "", mistake: str = "") -> Response:
        """Every loan; `wrong` is the one that could not be taken back, and why."""
        with reading(self._engine) as conn:
            kept = loans(conn)
        return self._pages.page(
            "treasury/loans.html",
            status=422 if mistake else 200,
            private=True,
            member=reader.member,
            loans=kept,
            wrong=wrong,
            mistake=mistake,
        )

    def form(self, changer: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """The form of a new loan; a lender who is named keeps their name and address."""
        with reading(self._engine) as conn:
            donor, currencies = donor_by_id(conn, typed.get("donor", "")), _currencies(conn)
        filled = dict.fromkeys(LOAN_FIELDS, "") | {"key": str(uuid4()), "day": self._today().isoformat()}
        return self._pages.page(
            "treasury/loan_new.html",
            status=422 if errors else 200,
            private=True,
            member=changer.member,
            donor=donor,
            currencies=currencies,
            typed=filled | {"currency": currencies[0].code} | dict(typed),
            errors=errors,
            targets={field: field for field in errors},
        )

    def enter(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """Keep the loan with its act; the same form sent twice is one loan. No entry is booked."""
        with reading(self._engine) as conn:
            currencies = _currencies(conn)
        styles = {each.code: self._pages.wording.number_style(each) for each in currencies}
        read = read_loan(typed, currencies, self._today(), styles)
        if isinstance(read, dict):
            return self.form(changer, typed, read)
        with changing(self._engine, changer.actor, self._clock()) as change:
            lender = giver(change.conn, read.lender, read.donor_id, change.now)
            loan = Loan(read.key, lender.id, read.amount, read.lent_on, read.terms)
            add_loan(change.conn, loan, changer.member.id, change.now)
            after = {"amount": str(read.amount), "day": read.lent_on.isoformat()}
            change.record("loan.enter", Subject("loan", read.key), after=after, act_id=f"loan.enter:{read.key}")
        return RedirectResponse(LOANS, 303)

    def take_back(self, changer: SignedIn, identity: str, typed: str) -> Response:
        """Note that a loan was entered by mistake, and why; it stays on record."""
        try:
            why = tidy(typed, LONGEST_WHY)
        except NotTidy as mistake:
            return self.list(changer, identity, str(mistake))
        if not why:
            return self.list(changer, identity, "Say why: who reads this later will ask.")
        with changing(self._engine, changer.actor, self._clock()) as change:
            if not take_loan_back(change.conn, identity, why, changer.member.id, change.now):
                raise NotFound("There is no such loan, or it was taken back.", advice="Go back to the loans.")
            change.record("loan.take_back", Subject("loan", identity))
        return RedirectResponse(LOANS, 303)

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def _currencies(conn: Connection) -> tuple[Currency, ...]:
    """Those of the campaigns, pounds among them."""
    return tuple(sorted({GBP} | {each.currency for each in campaigns(conn)}, key=lambda each: (each != GBP, each.code)))
