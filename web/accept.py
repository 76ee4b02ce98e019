"""What a client wants to be answered with."""

from starlette.requests import Request


def wants_json(request: Request) -> bool:
    """Whether a program asks: it names JSON and does not name HTML, which every browser does."""
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept
