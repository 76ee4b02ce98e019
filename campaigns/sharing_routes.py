"""What passes a campaign on: its share image, QR codes and posters."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import APIRouter
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import Response

from campaigns import store
from campaigns.qr import qr_png, qr_svg
from campaigns.routes import find_campaign, moved_to
from campaigns.sharing import look_of, read_source_code, share_version, share_words
from campaigns.store import GiftMeasures
from database.instants import Clock
from database.transactions import reading
from web.errors import NotFound
from web.language import spoken_code
from web.markdown import plain_text
from web.pages import Pages
from web.share_picture import DOTS_A_INCH, PictureWords, draw_poster, draw_share_image
from web.static import FOR_EVER

QR_KINDS = {"svg": (qr_svg, "image/svg+xml"), "png": (qr_png, "image/png")}
# An address is for good: what it once led to, it leads to.
A_DAY = {"Cache-Control": "public, max-age=86400"}
A_MINUTE = {"Cache-Control": "public, max-age=60"}
MOST_DRAWINGS = 32
LONGEST_SENTENCE = 180


class Drawings:
    """Drawings in memory by what they show, the least asked for forgotten first. One is drawn at a time.

    Drawing takes a tenth of a second and more: a crowd that asks for the same costs it once.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[object, bytes] = OrderedDict()
        self._drawing = Lock()

    def get(self, key: object, draw: Callable[[], bytes]) -> bytes:
        """The drawing of this key, drawn if it is not there."""
        with self._drawing:
            if key not in self._kept:
                self._kept[key] = draw()
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_DRAWINGS:
                self._kept.popitem(last=False)
            return self._kept[key]


def sharing_routes(engine: Engine, clock: Clock, pages: Pages, measures: GiftMeasures | None) -> APIRouter:
    """`/c/{slug}/share.png`, `/c/{slug}/qr.{svg,png}?ref=…` and `/c/{slug}/poster.pdf?size=a5&ref=…`."""
    sharing, router = SharingPages(engine, clock, pages, measures), APIRouter()

    @router.get("/c/{slug}/share.png")
    def show_share_image(slug: str, request: Request, v: str = "") -> Response:
        return sharing.show_image(slug, request, v)

    @router.get("/c/{slug}/qr.{kind}")
    def show_qr(slug: str, kind: str, request: Request, ref: str = "") -> Response:
        return sharing.show_qr(slug, kind, request, ref)

    @router.get("/c/{slug}/poster.pdf")
    def show_poster(slug: str, request: Request, size: str = "a4", ref: str = "") -> Response:
        return sharing.show_poster(slug, request, size, ref)

    return router


class SharingPages:
    """Draws what passes a campaign on."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages, measures: GiftMeasures | None) -> None:
        self._engine, self._clock, self._pages, self._measures = engine, clock, pages, measures
        self._drawings = Drawings()

    def show_image(self, slug: str, request: Request, version: str) -> Response:
        """The share image with the present total. Under its version it is for ever; under another for a minute."""
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
            if campaign.slug != slug:
                return moved_to(f"/c/{campaign.slug}/share.png", request)
            progress = store.progress(conn, campaign, self._clock(), self._measures)
            look = look_of(conn, self._pages, campaign.picture)
        now = share_version(self._pages, campaign, progress)
        words = share_words(self._pages, campaign, progress)
        image = self._drawings.get((slug, now, spoken_code()), lambda: draw_share_image(words, look))
        headers = {"Cache-Control": FOR_EVER} if version == now else A_MINUTE
        return Response(image, media_type="image/png", headers=headers)

    def show_qr(self, slug: str, kind: str, request: Request, ref: str) -> Response:
        """A QR code that leads to its page, as `svg` or `png`, with the code of a link."""
        if kind not in QR_KINDS:
            raise NotFound
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
        if campaign.slug != slug:
            return moved_to(f"/c/{campaign.slug}/qr.{kind}", request)
        draw, media_type = QR_KINDS[kind]
        return Response(draw(self._address(slug, ref)), media_type=media_type, headers=A_DAY)

    def show_poster(self, slug: str, request: Request, size: str, ref: str) -> Response:
        """A poster to print, A4 or A5."""
        if size not in DOTS_A_INCH:
            raise NotFound
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
            if campaign.slug != slug:
                return moved_to(f"/c/{campaign.slug}/poster.pdf", request)
            look = look_of(conn, self._pages)
        organisation, address = self._pages.organisation, f"{self._pages.base_url}/c/{slug}"
        sentence = plain_text(campaign.summary)[:LONGEST_SENTENCE]
        words = PictureWords(organisation.name, campaign.title, "", sentence, None, organisation.imprint)
        code, shown = self._address(slug, ref), address.partition("://")[2]
        poster = self._drawings.get(
            (words, look.colour, self._pages.look.logo, code, size),
            lambda: draw_poster(words, look, qr_png(code), shown, size),
        )
        headers = A_MINUTE | {"Content-Disposition": f'inline; filename="{slug}-{size}.pdf"'}
        return Response(poster, media_type="application/pdf", headers=headers)

    def _address(self, slug: str, ref: str) -> str:
        source = read_source_code(ref)
        return f"{self._pages.base_url}/c/{slug}" + (f"?ref={source}" if source else "")
