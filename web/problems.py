"""What the API says when it refuses: problem details (RFC 9457), which say what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

API_ROOT = "/api/v1"
PROBLEM_TYPE = "application/problem+json"
# Pages lead people on; a program is told what its request lacks.
TO_PROGRAMS = {
    404: "There is nothing at this address. /api says what can be read.",
    405: "Here a program only reads: ask with GET.",
    422: "A parameter cannot be read. Mend what `errors` name, or leave it out.",
    500: "This is our fault, and it has been noted. Try again in a few minutes.",
    503: "We could not finish this just now. Wait a few seconds, then ask again.",
}


class FieldProblem(BaseModel):
    """A parameter that cannot be read."""

    parameter: str = Field(description="Its name.")
    detail: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """Why a request was refused, and what to do (RFC 9457)."""

    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened, and what to do.")
    errors: list[FieldProblem] = Field(default=[], description="Which parameters are wrong, where some are.")


def is_api(path: str) -> bool:
    """Whether a path leads to what programs read."""
    return path.startswith(f"{API_ROOT}/") or path == API_ROOT


def problem_response(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, errors: Sequence[FieldProblem] = ()
) -> Response:
    """A refusal for a program. It is not cached."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    return JSONResponse(
        problem.model_dump(exclude_defaults=True),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        PROBLEM_TYPE,
    )
