"""Liveness and readiness for load balancers and monitors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import JSONResponse, PlainTextResponse, Response


@dataclass(frozen=True)
class ReadinessCheck:
    """A condition for taking gifts; `detail` is what was seen, and holds no secret."""

    name: str
    passed: bool
    detail: str


Checks = Callable[[], Sequence[ReadinessCheck]]


def health_routes(checks: Checks) -> APIRouter:
    """`/healthz` answers 200 while the process runs. `/readyz` answers 503 unless every check passes."""
    router = APIRouter()

    @router.get("/healthz")
    async def alive() -> Response:
        return PlainTextResponse("alive\n", headers={"Cache-Control": "no-store"})

    @router.get("/readyz")
    def ready() -> Response:
        results = checks()
        passed = all(check.passed for check in results)
        answer = {"ready": passed, "checks": {check.name: check.detail for check in results}}
        return JSONResponse(answer, 200 if passed else 503, {"Cache-Control": "no-store"})

    return router
