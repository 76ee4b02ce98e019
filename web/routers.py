"""Routers put together."""

from collections.abc import Iterable

from fastapi import APIRouter


def joined(parts: Iterable[APIRouter]) -> APIRouter:
    """One router with the routes of others, in their order.

    For parts that are put together as they are. FastAPI's `include_router`, which adds prefixes and dependencies, reads
    every handler's parameters once more: 1 ms for each route, of 150 at the desk.
    """
    router = APIRouter()
    for part in parts:
        router.routes.extend(part.routes)
    return router
