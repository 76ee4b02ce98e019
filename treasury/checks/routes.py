"""`/desk/checks/{gift_id}`: one check, the sheet that the responsible person signs, and its evidence."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.engine import Engine
from starlette.responses import Response

from compliance.evidence_store import evidence_content
from compliance.report_store import reports_of_gift
from compliance.report_words import KIND_WORDS
from database.instants import Clock
from database.transactions import reading
from staff.act import Subject
from staff.act_words import words_of
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.store import acts_on
from treasury.checks.ending_routes import ending_routes
from treasury.checks.recording_routes import CHECK_STEP_PATH, CheckedGift, recording_routes
from treasury.checks.shown_check import shown_check
from treasury.checks.taking import CHECK
from treasury.checks.words import DONOR_TYPES, REASONS, RECIPIENTS, RETURN_REASONS, STATES
from web.errors import NotFound
from web.pages import Pages

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


def check_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads; CHANGE_MONEY records the donor and lookups; END_CHECKS accepts and returns."""
    desk, router = CheckDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(CHECK_STEP_PATH)
    def show_check(reader: Reader, gift_id: CheckedGift) -> Response:
        return desk.show(reader, gift_id, "treasury/check.html")

    @router.get(CHECK_STEP_PATH + "/sheet")
    def show_check_sheet(reader: Reader, gift_id: CheckedGift) -> Response:
        return desk.show(reader, gift_id, "treasury/check_sheet.html")

    @router.get(CHECK_STEP_PATH + "/evidence/{digest}")
    def download_evidence(reader: Reader, gift_id: CheckedGift, digest: Digest) -> Response:
        return desk.evidence(reader, gift_id, digest)

    router.include_router(recording_routes(engine, clock, pages, door))
    router.include_router(ending_routes(engine, clock, pages, door))
    return router


class CheckDesk:
    """The page of a check, and what is kept with it."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn, gift_id: str, template: str) -> Response:
        """Whose gift it is, why it is checked, what was found out, and what is to be done next."""
        today = self._pages.wording.local_day(self._clock())
        with reading(self._engine) as conn:
            shown = shown_check(conn, gift_id, today)
            acts = acts_on(conn, Subject(CHECK, gift_id))
            filed = reports_of_gift(conn, gift_id)
        return self._pages.page(
            template,
            private=True,
            member=reader.member,
            shown=shown,
            acts=acts,
            words_of=words_of,
            types=DONOR_TYPES,
            why=REASONS,
            states=STATES,
            reasons=RETURN_REASONS,
            recipients=RECIPIENTS,
            filed=filed,
            kinds=KIND_WORDS,
        )

    def evidence(self, reader: SignedIn, gift_id: str, digest: str) -> Response:
        """A file as it came, to be saved and never shown by us. The log of acts says who took it."""
        with changing(self._engine, reader.actor, self._clock()) as change:
            kept = evidence_content(change.conn, gift_id, digest)
            if kept is None:
                raise NotFound("This file is not kept, or its donor was erased.", advice="Go back to the check.")
            change.record("check.evidence", Subject(CHECK, gift_id), after={"sha256": digest})
        file, content = kept
        headers = {
            "Content-Disposition": f'attachment; filename="{file.file_name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(content, media_type=file.kind.media_type, headers=headers)
