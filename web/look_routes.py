"""`/look/{colour}.css`: our pages in a colour. The address says everything, so it never changes."""

from fastapi import APIRouter
from starlette.responses import Response

from web.colour import BadColour
from web.errors import NotFound
from web.look_css import look_css
from web.static import FOR_EVER


def look_routes() -> APIRouter:
    """`/look/{colour}.css`, such as `/look/134a3b.css`."""
    router = APIRouter()

    @router.get("/look/{colour}.css")
    def show_look(colour: str) -> Response:
        try:
            style = look_css(f"#{colour}")
        except BadColour:
            raise NotFound from None
        return Response(style, media_type="text/css", headers={"Cache-Control": FOR_EVER})

    return router
