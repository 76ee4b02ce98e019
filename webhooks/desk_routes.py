"""`/desk/webhooks`: the endpoints that are told of events. For owners, who have just given a password or a code."""

from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.second_factor import SecretBox
from web.errors import NotFound
from web.forms import form_fields
from web.pages import Pages
from web.sessions import SessionCookie
from web.typed import compact, typed_id
from webhooks.desk import EndpointDesk, EndpointForm, chosen_types
from webhooks.endpoint import MOST_ENDPOINTS
from webhooks.event import EventType
from webhooks.signing import PURPOSE

PATH = "/desk/webhooks"
WORDS: Mapping[EventType, str] = {
    EventType.GIFT_RECEIVED: "A gift was received",
    EventType.GIFT_FAILED: "The payment of a gift failed",
    EventType.GIFT_REFUNDED: "A gift was refunded, all of it or a part",
    EventType.GIFT_DISPUTED: "A bank took a gift back",
    EventType.RECURRING_STARTED: "A recurring gift began",
    EventType.RECURRING_ENDED: "A recurring gift ended",
    EventType.PAYOUT_PAID: "A payout arrived at the bank",
}
Fields = Annotated[dict[str, str], Depends(form_fields(("url", "key", *EventType)))]
OwnKey = Annotated[dict[str, str], Depends(form_fields(("key",)))]
EndpointId = Annotated[str, Path(pattern=r"^we_[0-9a-f]{32}$")]
EventId = Annotated[str, Path(pattern=r"^evt_[0-9a-f]{32}$")]


def webhook_desk_routes(engine: Engine, clock: Clock, pages: Pages, secret_key: bytes, *, mode: str) -> APIRouter:
    """All routes of endpoints; only a sandbox's may be on this machine."""
    door, box = Door(engine, clock, SessionCookie(pages.base_url)), SecretBox(secret_key, PURPOSE)
    desk = EndpointDesk(engine, clock, box, sandbox=mode == "sandbox")
    router = APIRouter()
    router.include_router(_forms(desk, pages, door))
    router.include_router(_buttons(desk, pages, door))
    return router


def _forms(desk: EndpointDesk, pages: Pages, door: Door) -> APIRouter:
    router, shown = APIRouter(), EndpointPages(desk, pages)
    Owner = Annotated[SignedIn, Depends(door.needs(Permission.MANAGE_WEBHOOKS, recent=True))]  # noqa: N806 (a type)

    @router.get(PATH)
    def list_endpoints(owner: Owner) -> Response:
        return shown.list(owner)

    @router.get(PATH + "/new")
    def show_new_endpoint(owner: Owner) -> Response:
        return shown.form(owner, EndpointForm("https://", list(EventType)), key=uuid4().hex)

    @router.post(PATH + "/new")
    def add_new_endpoint(owner: Owner, typed: Fields) -> Response:
        return shown.add(owner, _key(typed), _form(typed))

    @router.get(PATH + "/{endpoint}")
    def show_endpoint(owner: Owner, endpoint: EndpointId) -> Response:
        return shown.endpoint(owner, endpoint)

    @router.get(PATH + "/{endpoint}/change")
    def show_change_of_endpoint(owner: Owner, endpoint: EndpointId) -> Response:
        known = desk.endpoint(endpoint)
        return shown.form(owner, EndpointForm(known.url, known.types), of=endpoint)

    @router.post(PATH + "/{endpoint}/change")
    def change_known_endpoint(owner: Owner, endpoint: EndpointId, typed: Fields) -> Response:
        return shown.change(owner, endpoint, _form(typed))

    return router


def _buttons(desk: EndpointDesk, pages: Pages, door: Door) -> APIRouter:
    router, shown = APIRouter(), EndpointPages(desk, pages)
    Owner = Annotated[SignedIn, Depends(door.needs(Permission.MANAGE_WEBHOOKS, recent=True))]  # noqa: N806 (a type)

    @router.post(PATH + "/{endpoint}/secret")
    def roll_signing_secret(owner: Owner, endpoint: EndpointId) -> Response:
        return shown.secret(owner, endpoint, desk.roll(owner.actor, endpoint))

    @router.post(PATH + "/{endpoint}/pause")
    def pause(owner: Owner, endpoint: EndpointId) -> Response:
        desk.switch(owner.actor, endpoint, "pause")
        return _to(endpoint)

    @router.post(PATH + "/{endpoint}/resume")
    def resume(owner: Owner, endpoint: EndpointId) -> Response:
        desk.switch(owner.actor, endpoint, "resume")
        return _to(endpoint)

    @router.post(PATH + "/{endpoint}/remove")
    def remove(owner: Owner, endpoint: EndpointId) -> Response:
        desk.switch(owner.actor, endpoint, "remove")
        return RedirectResponse(PATH, 303)

    @router.post(PATH + "/{endpoint}/test")
    def send_test(owner: Owner, endpoint: EndpointId, typed: OwnKey) -> Response:
        desk.test(owner.actor, endpoint, _key(typed))
        return _to(endpoint)

    @router.get(PATH + "/{endpoint}/{button}")
    @router.get(PATH + "/{endpoint}/events/{event}")
    def go_back_to_endpoint(_owner: Owner, endpoint: EndpointId) -> Response:
        """Whoever had to give a code first comes back here, and presses the button again."""
        return _to(endpoint)

    @router.post(PATH + "/{endpoint}/events/{event}")
    def send_event_again(owner: Owner, endpoint: EndpointId, event: EventId) -> Response:
        desk.send_again(owner.actor, endpoint, event)
        return _to(endpoint)

    return router


class EndpointPages:
    """The pages of endpoints."""

    def __init__(self, desk: EndpointDesk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    def list(self, owner: SignedIn) -> Response:
        """Every endpoint and how it goes."""
        endpoints = self._desk.all()
        return self._pages.page(
            "webhooks/endpoints.html", private=True, member=owner.member, endpoints=endpoints,
            is_full=len(endpoints) >= MOST_ENDPOINTS,
        )  # fmt: skip

    def form(
        self, owner: SignedIn, form: EndpointForm, errors: Mapping[str, str] | None = None, *, key: str = "",
        of: str = "",
    ) -> Response:  # fmt: skip
        """The form of a new endpoint, by `key`, or of a known one."""
        return self._pages.page(
            "webhooks/form.html", private=True, status=422 if errors else 200, member=owner.member, form=form,
            errors=errors or {}, key=key, of=of, kinds={kind.value: words for kind, words in WORDS.items()},
        )  # fmt: skip

    def add(self, owner: SignedIn, key: str, form: EndpointForm) -> Response:
        """Add an endpoint, and show its secret; the form again where something must be corrected."""
        if errors := form.errors(sandbox=self._desk.sandbox):
            return self.form(owner, form, errors, key=key)
        secret = self._desk.add(owner.actor, f"we_{key}", form)
        return self.secret(owner, f"we_{key}", secret) if secret else _to(f"we_{key}")

    def change(self, owner: SignedIn, identity: str, form: EndpointForm) -> Response:
        """Change an endpoint; the form again where something must be corrected."""
        if errors := form.errors(sandbox=self._desk.sandbox):
            return self.form(owner, form, errors, of=identity)
        self._desk.change(owner.actor, identity, form)
        return _to(identity)

    def secret(self, owner: SignedIn, identity: str, secret: str) -> Response:
        """A secret: once, and never again."""
        endpoint = self._desk.endpoint(identity)
        return self._pages.page(
            "webhooks/secret.html", private=True, member=owner.member, endpoint=endpoint, secret=secret
        )

    def endpoint(self, owner: SignedIn, identity: str) -> Response:
        """One endpoint and its last events."""
        return self._pages.page(
            "webhooks/endpoint.html", private=True, member=owner.member, endpoint=self._desk.endpoint(identity),
            deliveries=self._desk.deliveries(identity), waiting=self._desk.waiting(identity), key=uuid4().hex,
            kinds={kind.value: words for kind, words in WORDS.items()},
        )  # fmt: skip


def _form(typed: Mapping[str, str]) -> EndpointForm:
    return EndpointForm(compact(typed.get("url", "")), chosen_types(typed))


def _key(typed: Mapping[str, str]) -> str:
    """The form's own key: sent twice it is one act."""
    key = typed_id(typed.get("key", ""))
    if key is None:
        raise NotFound
    return key.replace("-", "")


def _to(endpoint: str) -> Response:
    return RedirectResponse(f"{PATH}/{endpoint}", 303)
