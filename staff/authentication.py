"""Getting in: a password, then a code of the second factor; or a one-time link, and then what is missing.

Every step ends the session of the step before and starts a new one, so that a token which somebody planted in a
browser never becomes one that opens the desk. Attempts are counted before they are looked at. An address that nobody
has gets the same answers, after the same time, as one with another password.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import apart, reading, writing
from staff import credentials_store as credentials
from staff import store
from staff.act import Subject, by_member
from staff.changing import Change
from staff.member import StaffMember
from staff.passwords import LONGEST_PASSWORD, Passwords
from staff.role import Role
from staff.second_factor import SecretBox, plain_code, step_of
from staff.sign_in import RESET_LIFETIME, SignInLink, make_link, use_link
from web.attempts_store import AttemptLimit, count_attempt, forget_attempts, has_attempts_left
from web.client_address import network_of
from web.sessions import (
    LONGEST,
    Device,
    Holder,
    HolderKind,
    Session,
    SessionStage,
    end_session,
    start_session,
)
from web.typed import compact

log = structlog.get_logger()
WINDOW = timedelta(minutes=15)
OF_ACCOUNT = AttemptLimit("staff account", 10, WINDOW)
# Codes of somebody who has proved a password, a link or an open session: guesses at passwords do not use them up.
OF_CODES = AttemptLimit("staff code", 10, WINDOW)
# Of one network, so that a stranger's requests do not use up a member's; and of an account, against a flood of letters.
OF_LINKS = AttemptLimit("staff link", 3, timedelta(hours=1))
OF_LINKS_IN_ALL = AttemptLimit("staff links", 20, timedelta(hours=1))
OF_NETWORK = AttemptLimit("staff network", 100, WINDOW)
BEFORE_CODE = timedelta(minutes=10)
AFTER_LINK = timedelta(hours=1)
LONGEST_EMAIL = 254
BY_LINK = "link"  # alone: in a demonstration
LinkPost = Callable[[Connection, SignInLink, datetime], None]
SignInNotice = Callable[[Connection, StaffMember, Device, datetime], None]


class WrongCredentials(Exception):
    """The password or the code is wrong, or there is no such account: the answer does not say which."""


class TooManyAttempts(Exception):
    """This account, or this network address, has tried too often in a quarter of an hour."""


class NobodyToWriteTo(Exception):
    """Undoes a letter that was written for nobody."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a step comes from, and the token of the session that its browser has."""

    device: Device
    token: str | None


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a step led to: the token of the new session, how far it has come, and where its member begins."""

    token: str
    stage: SessionStage
    home: str = ""


class Authentication:
    """Checks passwords, codes and links, and starts sessions. `demonstration`: a link alone opens the desk."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        passwords: Passwords,
        box: SecretBox,
        *,
        demonstration: bool = False,
        notice: SignInNotice = lambda _conn, _member, _device, _now: None,
    ) -> None:
        """`notice` writes to a member of whom somebody has signed in, in the same transaction."""
        self._engine, self._clock = engine, clock
        self.passwords, self.box, self.demonstration, self._notice = passwords, box, demonstration, notice

    def enter_by_password(self, email: str, password: str, visit: Visit) -> Entrance:
        """The first step. Raises WrongCredentials and TooManyAttempts."""
        address, now = compact(email).lower()[:LONGEST_EMAIL], self._clock()
        self._count(address, visit, now)
        with reading(self._engine) as conn:
            member_id, kept = credentials.password_hash_by_email(conn, address)
        right = self.passwords.matches(password[: LONGEST_PASSWORD + 1], kept)
        if not right or member_id is None:
            log.warning("sign-in failed", step="password", member=member_id)
            raise WrongCredentials
        with writing(self._engine) as conn:
            return _next_session(conn, member_id, SessionStage.CODE, visit, now, BEFORE_CODE)

    def enter_by_code(self, session: Session, typed: str, visit: Visit) -> Entrance:
        """The second step: a code of the app, or a recovery code. Raises WrongCredentials and TooManyAttempts."""
        member, now = self._member(session), self._clock()
        self._count(member.email, visit, now, OF_CODES)
        way = self._take_code(member, typed, now)
        with writing(self._engine) as conn:
            forget_attempts(conn, OF_ACCOUNT, member.email)
            forget_attempts(conn, OF_CODES, member.email)
            return self.open_session(conn, member, way, visit, now)

    def enter_by_link(self, code: str, visit: Visit) -> Entrance:
        """Use a one-time link up. In a demonstration it opens the desk, else a password is due. Raises NoSuchLink."""
        now = self._clock()
        with writing(self._engine) as conn:
            member = use_link(conn, code, now)
            if self.demonstration and not credentials.credentials_of(conn, member.id).are_complete:
                return self.open_session(conn, member, BY_LINK, visit, now)
            return _next_session(conn, member.id, SessionStage.LINK, visit, now, AFTER_LINK)

    def ask_for_link(self, email: str, visit: Visit, post: LinkPost) -> None:
        """Have a link mailed to the member with this address, if there is one. Raises TooManyAttempts.

        For an address that nobody has, the letter is written all the same and thrown away: it takes as long.
        """
        address, now = compact(email).lower()[:LONGEST_EMAIL], self._clock()
        self._count(f"{address} from {network_of(visit.device.address or '')}", visit, now, OF_LINKS)
        self._count(address, visit, now, OF_LINKS_IN_ALL)
        with writing(self._engine) as conn:
            member = store.member_by_email(conn, address)
            somebody = member or StaffMember("", "nobody@example.org", "Nobody", Role.AUDITOR)
            change = Change(conn, by_member(somebody, visit.device.address), now)
            if member is None:
                with suppress(NobodyToWriteTo), apart(conn):
                    post(conn, SignInLink(somebody, "", now), now)
                    raise NobodyToWriteTo
            else:
                post(conn, make_link(change, member, RESET_LIFETIME, keep_earlier=True), now)

    def open_session(self, conn: Connection, member: StaffMember, way: str, visit: Visit, now: datetime) -> Entrance:
        """Start a session that opens the desk, and log by what: a code, a recovery code, a link."""
        Change(conn, by_member(member, visit.device.address), now).record(
            "staff.sign_in", Subject("staff_member", member.id), after={"by": way}
        )
        store.change_member(conn, member.id, signed_in_at=now)
        if way != BY_LINK:
            self._notice(conn, member, visit.device, now)
        return replace(_next_session(conn, member.id, SessionStage.OPEN, visit, now, LONGEST), home=member.home)

    def confirm(self, member: StaffMember, session: Session, typed: str, visit: Visit) -> Entrance:
        """Take a password or a code again, before something that matters. Raises as the steps do.

        The session gets a new token, and ends when it would have ended.

        In a demonstration whoever has set nothing has nothing to give: a press of the button is enough.
        """
        now = self._clock()
        self._count(member.email, visit, now, OF_CODES)
        with reading(self._engine) as conn:
            kept = credentials.credentials_of(conn, member.id)
        nothing_set = self.demonstration and not kept.are_complete
        if not nothing_set and not self.passwords.matches(typed[: LONGEST_PASSWORD + 1], kept.password_hash):
            self._take_code(member, typed, now)
        with writing(self._engine) as conn:
            forget_attempts(conn, OF_CODES, member.email)
            left = session.expires_at - now
            return _next_session(conn, member.id, SessionStage.OPEN, visit, now, left)

    def _count(self, email: str, visit: Visit, now: datetime, of_account: AttemptLimit = OF_ACCOUNT) -> None:
        counted = ((of_account, email), (OF_NETWORK, network_of(visit.device.address or "")))
        with reading(self._engine) as conn:
            if not all(has_attempts_left(conn, limit, who, now) for limit, who in counted):
                raise TooManyAttempts
        with writing(self._engine) as conn:
            allowed = [count_attempt(conn, limit, who, now) for limit, who in counted]
        if not all(allowed):
            log.warning("sign-in refused", reason="too many attempts")
            raise TooManyAttempts

    def _take_code(self, member: StaffMember, typed: str, now: datetime) -> str:
        """Use up a code of the app or a recovery code; says which it was. Raises WrongCredentials."""
        with reading(self._engine) as conn:
            kept, salt = credentials.credentials_of(conn, member.id), credentials.salt_of_codes(conn, member.id)
        if kept.sealed_secret is None:
            raise WrongCredentials
        step = step_of(self.box.unseal(kept.sealed_secret, member.id), typed, now) if typed.strip().isdigit() else None
        code_hash = self.passwords.hash_code(plain_code(typed)[:100], salt) if step is None and salt else None
        with writing(self._engine) as conn:
            if step is not None and credentials.take_step(conn, member.id, step):
                return "code"
            if code_hash is not None and credentials.use_recovery_code(conn, member.id, code_hash, now):
                return "recovery code"
        log.warning("sign-in failed", step="code", member=member.id)
        raise WrongCredentials

    def _member(self, session: Session) -> StaffMember:
        with reading(self._engine) as conn:
            member = store.member_by_id(conn, session.holder.id)
        if member is None:
            raise WrongCredentials
        return member


def _next_session(
    conn: Connection, member_id: str, stage: SessionStage, visit: Visit, now: datetime, lifetime: timedelta
) -> Entrance:
    if visit.token is not None:
        end_session(conn, visit.token)
    holder = Holder(HolderKind.STAFF, member_id)
    return Entrance(start_session(conn, holder, now, stage, visit.device, lifetime), stage)
