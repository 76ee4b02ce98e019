"""The gate before Stripe: a trap for programs, a puzzle for browsers in a surge, and a link by letter instead of it."""

from collections.abc import Callable, Collection

from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign
from database.instants import Clock
from database.transactions import writing
from outbox.letters import Letter, is_address, post_letter
from payments.gifts.gift import Gift
from payments.giving.admission_store import Admission, CountedForm, digest_of_form
from payments.giving.form import SOLUTION, TRAP, FormFields
from payments.giving.form_token import new_form_token
from payments.giving.places import place_at, place_of
from payments.giving.puzzle import is_solution, new_puzzle
from payments.giving.turns_store import Turns
from web.client_address import address_of_client
from web.forms import posted_fields
from web.pages import Pages
from web.typed import clipped

LONGEST_NAME = 200

Stop = Callable[[Campaign, FormFields], Response | None]
"""Looks at a valid form before its gift is saved: an answer instead, or None to let it through."""
SaveForm = Callable[[str, FormFields, str, Stop], Gift | Response]
"""Saves the gift of a form that was sent to a campaign's address from a network address."""


class Gate:
    """Decides about each valid form before its gift is saved."""

    def __init__(self, engine: Engine, turns: Turns, clock: Clock, pages: Pages, key: bytes) -> None:
        self._engine, self._turns, self._clock, self._pages, self._key = engine, turns, clock, pages, key
        self._admission = Admission(engine, clock, key)

    def token(self) -> str:
        """A token for a form that is loaded now."""
        return new_form_token(self._key, self._clock())

    def stop(self, address: str) -> Stop:
        """What stops a form that came from this address."""
        return lambda campaign, fields: self._stop(campaign, fields, address)

    async def send_link(self, slug: str, request: Request, known: Collection[str], save: SaveForm) -> Response:
        """The wish for a link by letter, from the puzzle's page of a form with these fields."""
        fields = await posted_fields(request, known)
        return await run_in_threadpool(self._send_link, slug, fields, address_of_client(request) or "", save)

    def _stop(self, campaign: Campaign, fields: FormFields, address: str) -> Response | None:
        if fields.get(TRAP):  # hidden from people: only a program fills it in
            return RedirectResponse(f"{self._pages.base_url}{place_of(campaign) or '/'}", 303)
        form, asked = _sent_form(fields, address), {name: value for name, value in fields.items() if name != SOLUTION}
        digest = digest_of_form(campaign.slug, asked)
        if is_solution(self._key, fields.get(SOLUTION, ""), digest, self._clock()):
            self._admission.note_solution(form)
            return None
        if not self._admission.needs_puzzle(form):
            return None
        puzzle = new_puzzle(self._key, digest, self._clock(), self._admission.largest_number(form))
        return self._pages.page(
            "payments/puzzle.html", private=True, campaign=campaign, form_at=place_of(campaign), fields=asked,
            puzzle=puzzle.json, email=fields.get("email", ""),
        )  # fmt: skip

    def _send_link(self, slug: str, fields: FormFields, address: str, save: SaveForm) -> Response:
        """Save the gift, and post a link that goes on to its payment. The page is the same where none may be posted."""
        page = self._pages.page("payments/continue_sent.html", private=True, email=fields.get("email", ""))

        def stop(_campaign: Campaign, fields: FormFields) -> Response | None:
            may = not fields.get(TRAP) and self._admission.may_have_letter(_sent_form(fields, address))
            return None if may else page

        gift = save(slug, fields, address, stop)
        if isinstance(gift, Response):
            return gift
        if is_address(gift.donor.email):
            self._post_link(slug, gift)
        return page

    def _post_link(self, slug: str, gift: Gift) -> None:
        link = f"{self._pages.base_url}{place_at(slug)}/payment/{self._turns.invite(gift.id).ticket}"
        words = self._pages.letter("payments/letters/continue", gift=gift, link=link)  # in the language of the page
        to_name = clipped(gift.donor.name, LONGEST_NAME)
        letter = Letter(f"continue:{gift.id}", gift.donor.email, *words, to_name=to_name)
        with writing(self._engine) as conn:
            post_letter(conn, letter, self._clock(), urgent=True)


def _sent_form(fields: FormFields, address: str) -> CountedForm:
    return CountedForm(address, fields.get("email", ""), fields.get("form_token", ""))
