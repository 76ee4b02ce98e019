"""Whether we are alive and whether we are ready, for machines that ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import JSONResponse, PlainTextResponse, Response


@dataclass(frozen=True)
class Check:
    """One thing that must be so before gifts can be taken; `found` says what was seen, never a secret."""

    name: str
    passed: bool
    found: str


Checks = Callable[[], Sequence[Check]]


def health_routes(checks: Checks) -> APIRouter:
    """`/healthz`: this process answers. `/readyz`: every check passes; else 503: send no donor here."""
    router = APIRouter()

    @router.get("/healthz")
    async def alive() -> Response:
        return PlainTextResponse("alive\n", headers={"Cache-Control": "no-store"})

    @router.get("/readyz")
    def ready() -> Response:
        found = checks()
        passed = all(check.passed for check in found)
        answer = {"ready": passed, "checks": {check.name: check.found for check in found}}
        return JSONResponse(answer, 200 if passed else 503, {"Cache-Control": "no-store"})

    return router
