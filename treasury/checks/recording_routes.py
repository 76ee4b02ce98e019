"""The steps of a check that record something, a page each: who the donor is, and where they were looked up.

A form says how many steps its page showed: a step that was decided on an older page is not taken.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from compliance.check import Check
from compliance.check_steps import CheckRefusal, CheckStep
from compliance.donor_types import DonorType, needed_facts
from compliance.evidence import NotEvidence
from compliance.evidence_store import keep_evidence
from database.instants import Clock
from database.transactions import reading
from staff.changing import Change, changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.checks.check_form import (
    LOOKUP_FIELDS,
    RECORD_FIELDS,
    TypedFields,
    read_lookup,
    read_record,
    read_seen,
    read_type,
)
from treasury.checks.filled_forms import filled_lookup, filled_record, offered_type
from treasury.checks.shown_check import ShownCheck, shown_check
from treasury.checks.taking import AlreadyTaken, named, take_seen_step
from treasury.checks.words import DONOR_TYPES
from web.forms import posted_fields
from web.pages import Pages
from web.uploads import UploadedForm, uploaded_form

CHECK_STEP_PATH = "/desk/checks/{gift_id}"
EVIDENCE_PATH = CHECK_STEP_PATH + "/lookup"
"""The path whose form carries a file."""
CheckedGift = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


def recording_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """CHANGE_MONEY records who the donor is, and lookups."""
    desk, router = RecordingDesk(engine, clock, pages), APIRouter()
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Uploaded = Annotated[UploadedForm, Depends(uploaded_form(LOOKUP_FIELDS, ["file"]))]  # noqa: N806 (a type)

    @router.get(CHECK_STEP_PATH + "/donor")
    def show_donor_form(changer: Changer, gift_id: CheckedGift, kind: str = "") -> Response:
        return desk.donor_form(changer, gift_id, read_type(kind))

    @router.post(CHECK_STEP_PATH + "/donor")
    async def record_donor(changer: Changer, gift_id: CheckedGift, request: Request) -> Response:
        return await run_in_threadpool(desk.record_donor, changer, gift_id, await posted_fields(request, RECORD_FIELDS))

    @router.get(EVIDENCE_PATH)
    def show_lookup_form(changer: Changer, gift_id: CheckedGift) -> Response:
        return desk.lookup_form(changer, gift_id)

    @router.post(EVIDENCE_PATH)
    def record_lookup(changer: Changer, gift_id: CheckedGift, form: Uploaded) -> Response:
        return desk.record_lookup(changer, gift_id, form)

    return router


class StepDesk:
    """What every page of a step does: it shows the check with a form, and takes the step of the form."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def take(
        self, member: SignedIn, gift_id: str, typed: TypedFields, make_step: Callable[[Change], CheckStep],
        show_refusal: Callable[[TypedFields], Response], follow: Callable[[Change, Check], None] | None = None,
    ) -> Response:  # fmt: skip
        """Take a step and lead to the check; a refusal is shown as it is, on the page of the step.

        What follows may write entries.
        """
        try:
            with changing_books(self._engine, member.actor, self._clock()) as change:
                after = take_seen_step(change, gift_id, make_step(change), read_seen(typed), self.today())
                if follow is not None:
                    follow(change, after)
        except CheckRefusal as refusal:
            return show_refusal({"": str(refusal)})
        except AlreadyTaken:
            pass
        return RedirectResponse(CHECK_STEP_PATH.format(gift_id=gift_id), 303)

    def shown(self, gift_id: str) -> ShownCheck:
        """The check of this gift. Raises NotFound."""
        with reading(self._engine) as conn:
            return shown_check(conn, gift_id, self.today())

    def today(self) -> date:
        """The day that it is at the organisation."""
        return self._pages.wording.local_day(self._clock())

    def page(
        self,
        template: str,
        member: SignedIn,
        shown: ShownCheck,
        typed: TypedFields,
        errors: TypedFields | None,
        **values: object,
    ) -> Response:
        """The page of a step, with what was typed and what must be corrected."""
        wrong = errors or {}
        return self._pages.page(
            template, private=True, status=422 if wrong else 200, member=member.member, shown=shown, typed=typed,
            errors=wrong, targets={field: field for field in wrong if field}, types_of=DONOR_TYPES, **values,
        )  # fmt: skip


class RecordingDesk(StepDesk):
    """The pages on which it is recorded who the donor is, and where they were looked up."""

    def donor_form(
        self, member: SignedIn, gift_id: str, kind: DonorType | None, typed: TypedFields | None = None,
        errors: TypedFields | None = None,
    ) -> Response:  # fmt: skip
        """Which type of donor; once that is known, exactly the facts that it needs."""
        shown = self.shown(gift_id)
        donor_type = kind or offered_type(shown)
        filled = filled_record(shown, donor_type) if donor_type else {}
        return self.page(
            "treasury/check_donor.html", member, shown, typed or filled, errors, kind=donor_type,
            needed=needed_facts(donor_type) if donor_type else (), types=DONOR_TYPES,
        )  # fmt: skip

    def record_donor(self, changer: SignedIn, gift_id: str, typed: TypedFields) -> Response:
        """Keep who the donor is in law; the newest record counts."""
        kind = read_type(typed.get("kind", ""))
        if kind is None:
            return self.donor_form(changer, gift_id, None, typed, {"kind": "Choose what the donor is in law."})
        record, errors = read_record(typed, kind, named(changer.member), self._clock())
        if record is None:
            return self.donor_form(changer, gift_id, kind, typed, errors)
        return self.take(
            changer, gift_id, typed, lambda _change: record,
            lambda refused: self.donor_form(changer, gift_id, kind, typed, refused),
        )  # fmt: skip

    def lookup_form(
        self, member: SignedIn, gift_id: str, typed: TypedFields | None = None, errors: TypedFields | None = None
    ) -> Response:
        """Where this type of donor is looked up, and what was seen there."""
        shown = self.shown(gift_id)
        return self.page("treasury/check_lookup.html", member, shown, typed or filled_lookup(shown), errors)

    def record_lookup(self, changer: SignedIn, gift_id: str, form: UploadedForm) -> Response:
        """Keep a lookup with the file that shows it, both or neither."""
        typed, content, by = form.fields, form.files.get("file"), named(changer.member)
        lookup, errors = read_lookup(typed, (), by, self.today())
        if lookup is None:
            return self.lookup_form(changer, gift_id, typed, errors)

        def with_evidence(change: Change) -> CheckStep:
            kept = () if content is None else (keep_evidence(change.conn, gift_id, content, by.staff_id, change.now),)
            step, _ = read_lookup(typed, kept, by, self.today())
            return step or lookup

        try:
            return self.take(
                changer, gift_id, typed, with_evidence,
                lambda refused: self.lookup_form(changer, gift_id, typed, refused),
            )  # fmt: skip
        except NotEvidence as mistake:
            return self.lookup_form(changer, gift_id, typed, {"file": str(mistake)})
