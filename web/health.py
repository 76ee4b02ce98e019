"""What machines ask: liveness and readiness for load balancers and monitors, and what search engines may read."""

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


# What is behind a link of its own or a sign-in is marked `noindex` as well; this spares the asking.
ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {path}\n" for path in ("/desk", "/giving", "/receipts/", "/thanks", "/updates/", "/sandbox/")
)

Checks = Callable[[], Sequence[ReadinessCheck]]


def health_routes(checks: Checks) -> APIRouter:
    """`/healthz` answers 200 while the process runs. `/readyz` answers 503 unless every check passes. `/robots.txt`."""
    router = APIRouter()

    @router.get("/robots.txt")
    async def robots() -> Response:
        return PlainTextResponse(ROBOTS, headers={"Cache-Control": "public, max-age=86400"})

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
