"""What the API says when it refuses: problem details (RFC 9457), which say what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

API_ROOT = "/api/v1"
PROBLEM_TYPE = "application/problem+json"


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
