"""The media type that a client accepts."""

from starlette.requests import Request


def wants_json(request: Request) -> bool:
    """Whether the Accept header names JSON and not HTML. Every browser names HTML."""
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept
