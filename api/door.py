"""The door of the API: whose token a request carries, and what it may read."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.engine import Engine
from starlette.requests import Request

from api.rates import RateBound
from api.tokens import ApiToken, TokenScope, digest_of
from api.tokens_store import note_use, token_of_digest
from database.instants import Clock
from database.transactions import reading, writing
from web.errors import Refusal, Trouble


class NoToken(Refusal):
    """A request without a token that opens anything. It does not say which: wrong, ended or revoked."""

    trouble = Trouble(
        401,
        "Unauthorized",
        "This needs a token, as `Authorization: Bearer farthing_…`; yours is missing, wrong, expired or revoked.",
        "An owner makes one at /desk/tokens.",
    )
    headers = {"WWW-Authenticate": 'Bearer realm="Farthing"'}  # noqa: RUF012 (as in its base)


class NotItsScope(Refusal):
    """A token that was not made for this."""

    trouble = Trouble(403, "Forbidden", "This token may not read this.", "Ask an owner for another.")

    def __init__(self, scope: TokenScope) -> None:
        super().__init__(
            f"This token lacks the scope {scope.value}.",
            advice="Scopes never change: an owner makes another token at /desk/tokens.",
        )
        self.headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope.value}"'}


class TooOften(Refusal):
    """More requests with one token than it has in a minute."""

    trouble = Trouble(429, "Too Many Requests", "Too many requests with this token.", "Wait, then go on.")

    def __init__(self, seconds: int) -> None:
        super().__init__(advice=f"Wait {seconds} seconds, then go on.")
        self.headers = {"Retry-After": str(seconds)}


class ApiDoor:
    """Lets programs through. A route says `Depends(door.needs(TokenScope.GIFTS))`.

    `local_day` is the organisation's day of an instant: through it a token is good.
    """

    def __init__(self, engine: Engine, clock: Clock, local_day: Callable[[datetime], date], bound: RateBound) -> None:
        self._engine, self._clock, self._local_day, self._bound = engine, clock, local_day, bound

    def needs(self, scope: TokenScope) -> Callable[[Request], ApiToken]:
        """A FastAPI dependency: the token of a request. Raises NoToken, TooOften or NotItsScope."""

        def token_with_scope(request: Request) -> ApiToken:
            token = self._token_of(request)
            if (seconds := self._bound.take(token.id, self._clock())) is not None:
                raise TooOften(seconds)
            if not token.may(scope):
                raise NotItsScope(scope)
            return token

        # The test of the access matrix reads from each route which scope it asks for.
        token_with_scope.scope = scope  # type: ignore[attr-defined]
        return token_with_scope

    def _token_of(self, request: Request) -> ApiToken:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        digest = digest_of(secret.strip()) if kind.lower() == "bearer" else None
        if digest is None:
            raise NoToken
        today = self._local_day(self._clock())
        with reading(self._engine) as conn:
            token = token_of_digest(conn, digest)
        if token is None or not token.is_good(today):
            raise NoToken
        if token.used_on != today:
            with writing(self._engine) as conn:
                note_use(conn, token.id, today)
        return token
