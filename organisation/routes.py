"""The organisation's pages: at the desk what it says of itself, and for everybody its privacy notice."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from organisation.consent_words import CHANNELS, default_words
from organisation.current import CurrentOrganisation
from organisation.desk import OrganisationDesk
from organisation.giving_section import INTERVALS, OfferedCurrency, giving_fields, giving_names, read_giving
from organisation.organisation import KINDS, REGIMES, GivingRules, OrganisationDraft, OrganisationProfile
from organisation.privacy import privacy_paragraphs
from organisation.publication import missing_for_publication
from organisation.receipt_rules import JURISDICTIONS
from organisation.receipts_section import RECEIPTS, read_receipts, receipts_fields
from organisation.sections import (
    LOCALES,
    LOOK,
    NOTICES,
    SectionErrors,
    SectionFields,
    WrongFields,
    details_fields,
    details_names,
    look_fields,
    notices_fields,
    read_details,
    read_look,
    read_notices,
)
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.forms import posted_fields
from web.language import languages
from web.logos import LOGO_ACCEPTED, encode_any_logo
from web.pages import Pages
from web.pictures import EncodedPicture, NotAPicture
from web.sessions import SessionCookie
from web.uploads import UploadedForm, uploaded_form

PATH = "/desk/organisation"
UPLOAD_PATHS = (f"{PATH}/look",)

Preview = Callable[[Pages, OrganisationProfile], Response]


@dataclass(frozen=True, slots=True)
class AroundOrganisation:
    """What the pages need of packages above: currencies in use as a form types them, and what a preview shows."""

    currencies: Callable[[Pages, GivingRules], Sequence[OfferedCurrency]]
    previews: Mapping[str, Preview]


def organisation_routes(
    engine: Engine, clock: Clock, pages: Pages, current: CurrentOrganisation, around: AroundOrganisation
) -> APIRouter:
    """`/desk/organisation…` and `/privacy`."""
    router = APIRouter()
    door = Door(engine, clock, SessionCookie(pages.base_url))
    desk = OrganisationPages(OrganisationDesk(engine, clock, current), pages, current, around)

    @router.get("/privacy")
    def show_privacy() -> Response:
        return pages.page("organisation/privacy.html", paragraphs=privacy_paragraphs(current.profile))

    _add_draft_routes(router, desk, door)
    _add_form_routes(router, desk, door)
    return router


def _add_draft_routes(router: APIRouter, desk: "OrganisationPages", door: Door) -> None:
    """What holds, and what becomes of a draft."""
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_ORGANISATION))]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.EDIT_ORGANISATION))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_organisation(reader: Reader) -> Response:
        return desk.overview(reader)

    @router.get(PATH + "/preview")
    def show_draft(editor: Editor) -> Response:
        return desk.draft(editor)

    @router.get(PATH + "/preview/{what}")
    def show_preview(editor: Editor, what: str) -> Response:
        return desk.preview(editor, what)

    @router.post(PATH + "/save")
    def save_organisation(editor: Editor) -> Response:
        return desk.save(editor)

    @router.post(PATH + "/discard")
    def discard_draft(editor: Editor) -> Response:
        return desk.discard(editor)


def _add_form_routes(router: APIRouter, desk: "OrganisationPages", door: Door) -> None:
    """One form a section."""
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.EDIT_ORGANISATION))]  # noqa: N806 (a type)
    GivingForm = Annotated[SectionFields, Depends(_form_of(desk.giving_names))]  # noqa: N806 (a type)
    LookForm = Annotated[UploadedForm, Depends(uploaded_form(LOOK, ("logo",)))]  # noqa: N806 (a type)

    @router.get(PATH + "/{section}")
    def show_section(editor: Editor, section: str) -> Response:
        return desk.section(editor, section)

    @router.post(PATH + "/look")
    def change_look(editor: Editor, form: LookForm) -> Response:
        return desk.change_look(editor, form)

    @router.post(PATH + "/details")
    def change_details(editor: Editor, fields: Annotated[SectionFields, Depends(_form_of(details_names))]) -> Response:
        return desk.change(editor, "details", fields)

    @router.post(PATH + "/notices")
    def change_notices(editor: Editor, fields: Annotated[SectionFields, Depends(_form_of(NOTICES))]) -> Response:
        return desk.change(editor, "notices", fields)

    @router.post(PATH + "/receipts")
    def change_receipts(editor: Editor, fields: Annotated[SectionFields, Depends(_form_of(RECEIPTS))]) -> Response:
        return desk.change(editor, "receipts", fields)

    @router.post(PATH + "/giving")
    def change_giving(editor: Editor, fields: GivingForm) -> Response:
        return desk.change(editor, "giving", fields)


def _form_of(known: Collection[str] | Callable[[], Collection[str]]) -> Callable[[Request], Awaitable[SectionFields]]:
    """A FastAPI dependency that reads a plain form; it stands after the one that says who is at the desk."""

    async def read_form_fields(request: Request) -> SectionFields:
        names = await run_in_threadpool(known) if callable(known) else known
        return await posted_fields(request, names)

    return read_form_fields


class OrganisationPages:
    """The desk's pages about the organisation."""

    def __init__(
        self, desk: OrganisationDesk, pages: Pages, current: CurrentOrganisation, around: AroundOrganisation
    ) -> None:
        self._desk, self._pages, self._current, self._around = desk, pages, current, around

    def overview(self, signed_in: SignedIn) -> Response:
        """What holds now, what the law still asks for, and every version."""
        profile = self._current.profile
        return self._page(
            "overview",
            signed_in,
            profile=profile,
            is_set_up=self._current.is_set_up,
            kind=KINDS[profile.kind],
            regime=REGIMES.get(profile.regime, profile.regime),
            jurisdiction=JURISDICTIONS.get(profile.receipts.jurisdiction, profile.receipts.jurisdiction),
            missing=missing_for_publication(profile, is_set_up=self._current.is_set_up),
            currencies=self._currencies(profile.giving),
            history=self._desk.history(),
            has_draft=signed_in.member.may(Permission.EDIT_ORGANISATION) and self._is_begun(signed_in),
        )

    def section(self, signed_in: SignedIn, section: str) -> Response:
        """A form, filled in with the draft."""
        profile = self._desk.draft(signed_in).profile
        filled = {
            "details": lambda: self._details_fields(profile),
            "notices": lambda: notices_fields(profile),
            "look": lambda: look_fields(profile),
            "receipts": lambda: receipts_fields(profile),
            "giving": lambda: giving_fields(profile, self._currencies(profile.giving)),
        }
        if section not in filled:
            raise NotFound
        return self._form(signed_in, section, filled[section](), {})

    def change(self, signed_in: SignedIn, section: str, fields: SectionFields) -> Response:
        """Read a form into the draft, and lead to the preview; or show it again with what is wrong."""
        draft = self._desk.draft(signed_in)
        readers: Mapping[str, Callable[[], OrganisationProfile]] = {
            "details": lambda: read_details(fields, draft.profile),
            "notices": lambda: read_notices(fields, draft.profile),
            "receipts": lambda: read_receipts(fields, draft.profile),
            "giving": lambda: read_giving(fields, draft.profile, self._currencies(draft.profile.giving)),
        }
        try:
            profile = readers[section]()
        except SectionErrors as wrong:
            return self._form(signed_in, section, fields, wrong.errors)
        return self._keep(replace(draft, profile=profile))

    def change_look(self, signed_in: SignedIn, form: UploadedForm) -> Response:
        """The same for colour and logo."""
        draft, upload = self._desk.draft(signed_in), form.files.get("logo")
        try:
            logo = encode_any_logo(upload) if upload else None
            profile = read_look(form.fields, draft.profile, logo.hash if logo else None)
        except NotAPicture as wrong:
            return self._form(signed_in, "look", form.fields, {"logo": str(wrong)})
        except SectionErrors as wrong:
            return self._form(signed_in, "look", form.fields, wrong.errors)
        return self._keep(replace(draft, profile=profile), logo)

    def draft(self, signed_in: SignedIn) -> Response:
        """What the draft would change, and where it can be looked at."""
        draft = self._desk.draft(signed_in)
        return self._page(
            "draft",
            signed_in,
            changes=self._desk.changes(draft.profile),
            changed_meanwhile=draft.based_on != self._current.number,
            previews=list(self._around.previews),
        )

    def preview(self, signed_in: SignedIn, what: str) -> Response:
        """A page, letter or receipt as the draft would have it."""
        if what not in self._around.previews:
            raise NotFound
        profile = self._desk.draft(signed_in).profile
        return self._around.previews[what](self._pages.of(profile, preview=True), profile)

    def save(self, signed_in: SignedIn) -> Response:
        """Let the draft hold from now on."""
        self._desk.save(signed_in)
        return RedirectResponse(PATH, 303)

    def discard(self, signed_in: SignedIn) -> Response:
        """Forget the draft."""
        self._desk.discard(signed_in)
        return RedirectResponse(PATH, 303)

    def giving_names(self) -> list[str]:
        """The fields of the form about giving: they depend on the currencies in use."""
        return giving_names(self._currencies(self._current.giving))

    def _currencies(self, rules: GivingRules) -> Sequence[OfferedCurrency]:
        return self._around.currencies(self._pages, rules)

    def _is_begun(self, signed_in: SignedIn) -> bool:
        draft = self._desk.draft(signed_in)
        return draft.profile != self._current.profile

    def _details_fields(self, profile: OrganisationProfile) -> SectionFields:
        fields = dict(details_fields(profile))
        if not self._current.is_set_up and profile == self._current.profile:
            fields["name"] = ""  # what stands on pages meanwhile is nobody's name
        return fields

    def _keep(self, draft: OrganisationDraft, logo: EncodedPicture | None = None) -> Response:
        self._desk.keep_draft(draft, logo)
        return RedirectResponse(f"{PATH}/preview", 303)

    def _form(self, signed_in: SignedIn, section: str, fields: SectionFields, errors: WrongFields) -> Response:
        draft = self._desk.draft(signed_in).profile
        return self._page(
            section,
            signed_in,
            status=422 if errors else 200,
            form=fields,
            errors=errors,
            targets={name: name for name in errors},
            draft=draft,
            kinds={kind.value: label for kind, label in KINDS.items()},
            regimes=REGIMES,
            jurisdictions=JURISDICTIONS,
            locales=LOCALES,
            languages=languages(),
            intervals=INTERVALS,
            currencies=self._currencies(draft.giving) if section == "giving" else [],
            accepted=LOGO_ACCEPTED,
            channels={channel: (label, default_words(channel, draft)) for channel, label in CHANNELS.items()},
        )

    def _page(self, name: str, signed_in: SignedIn, *, status: int = 200, **values: object) -> Response:
        return self._pages.page(
            f"organisation/{name}.html", status=status, private=True, member=signed_in.member, **values
        )
