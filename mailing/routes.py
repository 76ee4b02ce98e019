"""Signing up for letters: the form, the link that confirms it, and the link in each letter that ends them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from sqlalchemy.engine import Connection, Engine
from starlette.responses import Response

from campaigns.campaign import Campaign
from campaigns.routes import find_campaign
from database.instants import Clock
from database.transactions import reading, writing
from donors.consent_store import consents_of, note_consent
from donors.consents import Channel, Consent, ConsentPlace, agreed_channels
from donors.donor import address_key
from donors.store import donor_by_id, donor_of_address
from mailing.letters import CONFIRM_PATH, confirm_letter
from mailing.signup import WORDS_VERSION, EndedBy, Signup, Topic, signup_words
from mailing.stop_links import PATH as STOP_PATH
from mailing.stop_links import LetterReader, ReaderKind, StopLinks
from mailing.store import add_signup, confirm, end_address, signup_by_id, signup_of_token
from outbox.letters import is_address, post_letter
from web.attempts_store import AttemptLimit, count_attempt
from web.client_address import address_of_client, network_of
from web.forms import form_fields
from web.language import SOURCE, spoken_code, to_translate, translated
from web.pages import Pages
from web.typed_address import read_email_address

FIELDS = ("topic", "campaign", "email", "website")
# A whole hall may sign up behind one address; one address is written to few times.
NETWORK_LIMIT = AttemptLimit("sign-up network", 300, timedelta(hours=1))
EMAIL_LIMIT = AttemptLimit("sign-up email", 3, timedelta(days=1))
WORDS_OF_STOP = to_translate("Stop all letters")


def mailing_routes(engine: Engine, clock: Clock, pages: Pages, links: StopLinks) -> APIRouter:
    """`/updates`, `/updates/confirm/{token}`, `/updates/stop/{token}`."""
    desk, router = SignupPages(engine, clock, pages, links), APIRouter()
    Posted = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)

    @router.post("/updates")
    def sign_up(request: Request, typed: Posted) -> Response:
        return desk.sign_up(typed, network_of(address_of_client(request) or ""))

    router.add_api_route(CONFIRM_PATH + "/{token}", desk.ask_to_confirm, methods=["GET"])
    router.add_api_route(CONFIRM_PATH + "/{token}", desk.confirm, methods=["POST"])
    router.add_api_route(STOP_PATH + "/{token}", desk.ask_to_stop, methods=["GET"])
    router.add_api_route(STOP_PATH + "/{token}", desk.stop, methods=["POST"])
    return router


class SignupPages:
    """Takes sign-ups, and ends them. It answers the same for every address, so that nobody learns who signed up."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages, links: StopLinks) -> None:
        self._engine, self._clock, self._pages, self._links = engine, clock, pages, links

    def sign_up(self, typed: Mapping[str, str], network: str) -> Response:
        """Keep a sign-up and post the letter that asks to confirm it."""
        topic = _topic(typed.get("topic", ""))
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, typed["campaign"]) if typed.get("campaign") else None
        topic = topic if campaign else Topic.UPDATES
        words = signup_words(topic, campaign.title if campaign else self._pages.organisation.name)
        email = read_email_address(typed.get("email", ""))
        if email is None or not is_address(email):
            return self._form(typed, topic, words)
        if not typed.get("website"):  # a field that people do not see
            self._keep(topic, campaign, email, words, network)
        return self._say(
            translated("Look into your mail"),
            translated(
                "If %(email)s is yours, a letter with a link is on its way. Open the link, and you are on the list.",
                email=email,
            ),
            translated("Nothing comes? Look among spam, or sign up again."),
        )

    def _keep(self, topic: Topic, campaign: Campaign | None, email: str, words: str, network: str) -> None:
        now, token = self._clock(), token_urlsafe(24)
        number = campaign.id if campaign else None
        signup = Signup(str(uuid4()), topic, number, email, words, WORDS_VERSION, spoken_code(), now)
        with writing(self._engine) as conn:
            network_may = count_attempt(conn, NETWORK_LIMIT, network, now)
            may_be_kept = network_may and count_attempt(conn, EMAIL_LIMIT, address_key(email), now)
        if not may_be_kept:
            return
        letter = confirm_letter(self._pages, signup, token)
        with writing(self._engine) as conn:
            add_signup(conn, signup, token)
            post_letter(conn, letter, now, urgent=True)

    def ask_to_confirm(self, token: str) -> Response:
        """What the link of the letter opens: programs that look at links confirm nothing."""
        with reading(self._engine) as conn:
            signup = signup_of_token(conn, token, self._clock())
        if signup is None:
            return self._too_old()
        if signup.confirmed_at is not None:
            return self._confirmed(signup)
        return self._say(
            translated("Shall we write to you?"),
            signup.words,
            button=translated("Yes, write to me"),
            action=f"{CONFIRM_PATH}/{token}",
        )

    def confirm(self, token: str) -> Response:
        """Put the address on the list."""
        with writing(self._engine) as conn:
            signup = signup_of_token(conn, token, self._clock())
            if signup is not None:
                confirm(conn, signup, self._clock())
        return self._too_old() if signup is None else self._confirmed(signup)

    def ask_to_stop(self, token: str) -> Response:
        """What the link in each letter opens."""
        if self._links.reader(token) is None:
            return self._too_old()
        return self._say(
            translated("Stop all letters?"),
            translated("You get no more updates from us by email."),
            translated("Receipts for donations still come."),
            button=translated(WORDS_OF_STOP),
            action=f"{STOP_PATH}/{token}",
        )

    def stop(self, token: str) -> Response:
        """End every sign-up of the address, and a donor's consent. Mail programs post here as well (RFC 8058)."""
        reader = self._links.reader(token)
        if reader is None:
            return self._too_old()
        with writing(self._engine) as conn:
            email = _address_of(conn, reader)
            if email is not None:
                stop_letters(conn, address_key(email), EndedBy.UNSUBSCRIBE, ConsentPlace.UNSUBSCRIBE, self._clock())
        return self._say(
            translated("You get no more letters"),
            translated("Your address is off the list."),
            translated("You can sign up again any time."),
        )

    def _confirmed(self, signup: Signup) -> Response:
        return self._say(translated("Thank you"), translated("You are on the list."), signup.words)

    def _too_old(self) -> Response:
        return self._say(
            translated("This link has done its work"),
            translated("It was used before, is too old, or was not copied whole."),
            translated("Sign up again, and a new one comes."),
            status=404,
        )

    def _form(self, typed: Mapping[str, str], topic: Topic, words: str) -> Response:
        return self._pages.page(
            "mailing/sign_up.html",
            status=422,
            private=True,
            title=translated("Letters by email"),
            typed={"topic": topic.value, **{name: typed.get(name, "") for name in ("campaign", "email")}},
            words=words,
            errors={"email": translated("Enter an email address in the form name@example.org.")},
        )

    def _say(
        self, title: str, *sentences: str, button: str | None = None, action: str = "", status: int = 200
    ) -> Response:
        return self._pages.page(
            "mailing/said.html",
            status=status,
            private=True,
            title=title,
            sentences=sentences,
            button=button,
            action=action,
        )


def stop_letters(conn: Connection, key: str, why: EndedBy, place: ConsentPlace, now: datetime) -> bool:
    """End every sign-up of this address, and withdraw a donor's consent; whether there was anything to end."""
    ended = end_address(conn, key, why, now)
    donor = donor_of_address(conn, key)
    if donor is None or Channel.EMAIL not in agreed_channels(consents_of(conn, donor.id)):
        return ended > 0
    withdrawn = Consent(Channel.EMAIL, False, WORDS_OF_STOP, WORDS_VERSION, SOURCE, place, now)
    note_consent(conn, donor.id, withdrawn)
    return True


def _address_of(conn: Connection, reader: LetterReader) -> str | None:
    match reader.kind:
        case ReaderKind.SIGNUP:
            signup = signup_by_id(conn, reader.id)
            return signup.email if signup else None
        case ReaderKind.DONOR:
            donor = donor_by_id(conn, reader.id)
            return donor.email if donor else None


def _topic(typed: str) -> Topic:
    return Topic(typed) if typed in tuple(Topic) else Topic.UPDATES
