"""The desk's pages of tokens: which programs read, a new token, and its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from api.tokens import ENDING, LONGEST_NAME, ApiToken, TokenScope, digest_of, new_token_secret, scopes_text
from api.tokens_store import add_token, all_tokens, revoke_token, token_by_id
from database.instants import Clock
from database.transactions import reading
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.views import member_row
from web.errors import NotFound
from web.pages import Pages
from web.sessions import SessionCookie
from web.typed import NotTidy, tidy

PATH = "/desk/tokens"
WHAT_THEY_READ: Mapping[TokenScope, str] = {
    TokenScope.GIFTS: "Gifts with their amounts, days and campaigns. No names.",
    TokenScope.TOTALS: "Campaigns, and what they raised.",
    TokenScope.DONORS: "Donors: names, addresses and messages, also beside gifts.",
}
FormText = Annotated[str, Form(max_length=400)]
Chosen = Annotated[list[str] | None, Form(max_length=len(TokenScope))]


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token as the desk lists it."""

    token: ApiToken
    made_by: str
    is_good: bool

    @property
    def scopes(self) -> str:
        """What it may read, in the order of the form."""
        return scopes_text(self.token.scopes)


def token_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/desk/tokens`: whoever sees the staff sees the programs; an owner makes and revokes."""
    router = APIRouter()
    door = Door(engine, clock, SessionCookie(pages.base_url))
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_STAFF))]  # noqa: N806 (a type)
    Owner = Annotated[SignedIn, Depends(door.needs(Permission.MANAGE_TOKENS, recent=True))]  # noqa: N806 (a type)
    desk = TokenDesk(engine, clock, pages)

    @router.get(PATH)
    def list_tokens(reader: Reader) -> Response:
        return desk.list(reader)

    @router.get(PATH + "/new")
    def show_new_token(owner: Owner) -> Response:
        return desk.show_new(owner)

    @router.post(PATH + "/new")
    def make_token(owner: Owner, name: FormText = "", ends_on: FormText = "", scope: Chosen = None) -> Response:
        return desk.make(owner, name, ends_on, scope or [])

    @router.get(PATH + "/{identity}/revoke")
    def ask_to_revoke(owner: Owner, identity: str) -> Response:
        return desk.ask(owner, identity)

    @router.post(PATH + "/{identity}/revoke")
    def revoke(owner: Owner, identity: str) -> Response:
        return desk.revoke(owner, identity)

    return router


class TokenDesk:
    """Shows tokens, and does to them what an owner asks for."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def list(self, reader: SignedIn) -> Response:
        """Every token, the newest first."""
        with reading(self._engine) as conn:
            rows = self._shown(conn, all_tokens(conn))
        return self._pages.page("api/tokens.html", private=True, member=reader.member, rows=rows)

    def show_new(
        self, owner: SignedIn, typed: Mapping[str, object] | None = None, errors: Mapping[str, str] | None = None
    ) -> Response:
        """The form of a new token."""
        return self._pages.page(
            "api/token_new.html",
            private=True,
            status=422 if errors else 200,
            member=owner.member,
            typed=typed or {"name": "", "ends_on": "", "scopes": ()},
            errors=errors or {},
            scopes=WHAT_THEY_READ,
            longest=LONGEST_NAME,
        )

    def make(self, owner: SignedIn, name: str, ends_on: str, scopes: Sequence[str]) -> Response:
        """Make a token, and show its secret: this once."""
        errors: dict[str, str] = {}
        try:
            name = tidy(name, LONGEST_NAME)
            errors |= {} if name else {"name": "Say which program it is for."}
        except NotTidy as mistake:
            errors["name"] = str(mistake)
        if not scopes or not set(scopes) <= set(TokenScope):
            errors["scope"] = "Choose what the program may read."
        end, mistake_of_day = self._end(ends_on.strip())
        errors |= {"ends_on": mistake_of_day} if mistake_of_day else {}
        if errors:
            return self.show_new(owner, {"name": name, "ends_on": ends_on, "scopes": scopes}, errors)
        secret = new_token_secret()
        token = ApiToken(
            str(uuid4()),
            name,
            frozenset(map(TokenScope, scopes)),
            secret[-ENDING:],
            owner.member.id,
            self._clock(),
            end,
        )
        self._keep(owner, token, secret)
        return self._pages.page("api/token_made.html", private=True, member=owner.member, token=token, secret=secret)

    def ask(self, owner: SignedIn, identity: str) -> Response:
        """A page that asks once more."""
        with reading(self._engine) as conn:
            token = _known(conn, identity)
        return self._pages.page("api/token_revoke.html", private=True, member=owner.member, token=token)

    def revoke(self, owner: SignedIn, identity: str) -> Response:
        """End a token at once, once."""
        with changing(self._engine, owner.actor, self._clock()) as change:
            token = _known(change.conn, identity)
            if not revoke_token(change.conn, identity, owner.member.id, change.now):
                raise NotFound("This token was revoked before.", advice="Go back to the list.")
            change.record("token.revoke", Subject("api_token", identity), before={"name": token.name})
        return RedirectResponse(PATH, 303)

    def _keep(self, owner: SignedIn, token: ApiToken, secret: str) -> None:
        digest = digest_of(secret)
        assert digest is not None
        with changing(self._engine, owner.actor, token.made_at) as change:
            add_token(change.conn, token, digest)
            after = {"name": token.name, "scopes": scopes_text(token.scopes), "ends_on": str(token.ends_on or "")}
            change.record("token.make", Subject("api_token", token.id), after=after)

    def _end(self, typed: str) -> tuple[date | None, str]:
        """The last day that was typed, or what is wrong with it."""
        if not typed:
            return None, ""
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            return None, "Write the day like 2027-05-06."
        return (day, "") if day >= self._today() else (None, "Choose today or a later day.")

    def _shown(self, conn: Connection, tokens: Sequence[ApiToken]) -> Sequence[ShownToken]:
        rows = {identity: member_row(conn, identity) for identity in {token.made_by for token in tokens}}
        names = {identity: row.member.name for identity, row in rows.items() if row}
        today = self._today()
        return [ShownToken(token, names.get(token.made_by, ""), token.is_good(today)) for token in tokens]

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def _known(conn: Connection, identity: str) -> ApiToken:
    token = token_by_id(conn, identity)
    if token is None:
        raise NotFound
    return token
