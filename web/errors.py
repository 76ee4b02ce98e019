"""Error pages, and the only table from exception to HTTP status."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from database.engine import NotDurable
from web.accept import wants_json
from web.language import to_translate, translated
from web.pages import Pages
from web.problems import TO_PROGRAMS, FieldProblem, is_api, problem_response

log = structlog.get_logger()
RETRY_AFTER_S = "5"


@dataclass(frozen=True)
class Trouble:
    """What an error page says: the status, what happened, and what to do now.

    What donors may read is marked with `to_translate`, and translated when the page is made.
    """

    status: int
    title: str
    message: str
    advice: str


NOT_FOUND = Trouble(
    404,
    to_translate("Page not found"),
    to_translate("There is no page at this address."),
    to_translate("Check the address, or start from the list of campaigns."),
)
NOT_FOUND_AT_DESK = replace(NOT_FOUND, advice=to_translate("Check the address, or start from the desk."))
NOT_ALLOWED = Trouble(
    405,
    to_translate("That does not work here"),
    to_translate("This page cannot be used in that way."),
    to_translate("Start from the list of campaigns."),
)
BAD_REQUEST = Trouble(
    400,
    to_translate("We could not understand that"),
    to_translate("Your browser sent something that we cannot read. Nothing was charged."),
    to_translate("Go back, reload the page and try again."),
)
BUSY = Trouble(
    503,
    to_translate("We are very busy"),
    to_translate("We could not finish this just now. Nothing was charged."),
    to_translate("Wait a few seconds, then try again."),
)
BUG = Trouble(
    500,
    to_translate("Something went wrong"),
    to_translate("This is our fault, and it has been noted."),
    to_translate("Try again in a few minutes. If you were giving, ask us or your bank before you give again."),
)


class Refusal(Exception):
    """We refuse a request. Each subclass is a reason and holds its error page."""

    trouble = BAD_REQUEST
    template = "web/error.html"
    headers: Mapping[str, str] = {}

    def __init__(
        self, message: str | None = None, *, advice: str | None = None, values: Mapping[str, object] | None = None
    ) -> None:
        """`values` are what the template of this kind of refusal wants besides the trouble."""
        kind = self.trouble
        self.trouble = Trouble(kind.status, kind.title, message or kind.message, advice or kind.advice)
        self.values = values or {}
        super().__init__(self.trouble.message)


class SeeOther(Exception):
    """Another page of ours comes first, such as one that asks for a password."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class NotFound(Refusal):
    """There is nothing at this address, or nothing for this visitor. The response is the same for both."""

    trouble = NOT_FOUND


class FromElsewhere(Refusal):
    """A form that was sent from another site."""

    trouble = Trouble(
        403,
        to_translate("This form came from somewhere else"),
        to_translate("For your safety we take forms only from our own pages. Nothing was charged."),
        to_translate("Open the page here, fill it in and send it again."),
    )


class TooLarge(Refusal):
    """A form larger than any of ours."""

    trouble = Trouble(
        413,
        to_translate("That is too much"),
        to_translate("What you sent is larger than we can take."),
        to_translate("Shorten it and send it again."),
    )


class NotAForm(Refusal):
    """A body that is not a plain form."""

    trouble = Trouble(
        415,
        to_translate("We could not understand that"),
        to_translate("We take plain forms only."),
        to_translate("Use the form on our page."),
    )


Troubles = Mapping[type[Exception], Trouble]

TROUBLES: Troubles = {
    RequestValidationError: BAD_REQUEST,
    # The database is locked, out of reach, full, without a free connection, read-only after a failover
    # (InternalError) or not durable. The visitor can try again.
    OperationalError: BUSY,
    InterfaceError: BUSY,
    InternalError: BUSY,
    NotDurable: BUSY,
    PoolTimeout: BUSY,
}
STATUSES = {404: NOT_FOUND, 405: NOT_ALLOWED}


def install_errors(app: FastAPI, pages: Pages, also: Troubles | None = None) -> None:
    """Answer each exception of the table with its page. Any other exception is a bug: status 500, and logged.

    `also` adds the exceptions of packages that web/ must not import.
    """
    table = {**TROUBLES, **(also or {})}

    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, SeeOther):
            return RedirectResponse(error.path, 303)
        if isinstance(error, Refusal) and not is_api(request.url.path):
            return refusal_page(pages, error, as_json=wants_json(request), at_desk=_is_desk(request))
        trouble = trouble_of(error, table)
        if trouble.status >= 500:
            log.error("answered with trouble", status=trouble.status, error=type(error).__name__)
        if is_api(request.url.path):
            return _problem(error, trouble)
        return error_page(pages, trouble, as_json=wants_json(request), at_desk=_is_desk(request))

    for kind in (Refusal, SeeOther, HTTPException, *table, Exception):
        app.add_exception_handler(kind, answer)


def trouble_of(error: Exception, table: Troubles) -> Trouble:
    """The error page of an exception."""
    if isinstance(error, Refusal):
        return error.trouble
    if isinstance(error, HTTPException):
        return STATUSES.get(error.status_code) or replace(BAD_REQUEST, status=error.status_code)
    return next((table[kind] for kind in type(error).__mro__ if kind in table), BUG)


def _is_desk(request: Request) -> bool:
    return request.url.path.startswith("/desk/")


def refusal_page(pages: Pages, refusal: Refusal, *, as_json: bool = False, at_desk: bool = False) -> Response:
    """The page of a refusal, or JSON for a program. It is not cached."""
    if as_json or refusal.template == Refusal.template:
        return error_page(pages, refusal.trouble, as_json=as_json, at_desk=at_desk)
    fields = _spoken_fields(refusal.trouble)
    return pages.page(refusal.template, private=True, status=fields.pop("status"), **fields | dict(refusal.values))


def error_page(pages: Pages, trouble: Trouble, *, as_json: bool = False, at_desk: bool = False) -> Response:
    """The error page, or JSON for a program. It is not cached. From a page of the desk it leads back to the desk."""
    if at_desk and trouble.advice == NOT_FOUND.advice:
        trouble = replace(trouble, advice=NOT_FOUND_AT_DESK.advice)
    fields = _spoken_fields(trouble)
    answer: Response = (
        JSONResponse(fields, trouble.status)
        if as_json
        else pages.page("web/error.html", private=True, at_desk=at_desk, **fields)
    )
    answer.headers["Cache-Control"] = "no-store"
    if trouble.status == BUSY.status:
        answer.headers["Retry-After"] = RETRY_AFTER_S
    return answer


def _problem(error: Exception, trouble: Trouble) -> Response:
    """What the API says of an exception."""
    if isinstance(error, RequestValidationError):
        wrong = [FieldProblem(parameter=str(each["loc"][-1]), detail=str(each["msg"])) for each in error.errors()]
        return problem_response(422, TO_PROGRAMS[422], errors=wrong)
    headers = error.headers if isinstance(error, Refusal) else {}
    if trouble.status == BUSY.status:
        headers = {"Retry-After": RETRY_AFTER_S}
    own = isinstance(error, Refusal) and trouble != NOT_FOUND
    return problem_response(
        trouble.status,
        (not own and TO_PROGRAMS.get(trouble.status)) or f"{trouble.message} {trouble.advice}",
        headers=headers,
    )


def _spoken_fields(trouble: Trouble) -> dict[str, Any]:
    sentences = {"title": trouble.title, "message": trouble.message, "advice": trouble.advice}
    return {"status": trouble.status} | {name: translated(words) for name, words in sentences.items()}
