"""What a campaign's share image and poster say, and the version by which networks know that an image has changed."""

import hashlib
import html
import re

from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign, Progress
from ledger.money import Money
from web.pages import Pages
from web.picture_store import kept_file, kept_logo, picture_by_hash
from web.share_picture import PictureLook, PictureWords

OUR_COLOUR = "#134a3b"
LAYOUT = 2  # raise it when the drawing changes
SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_SUM = re.compile(r"<strong>(.*?)</strong>(.*)", re.DOTALL)


def share_words(pages: Pages, campaign: Campaign, progress: Progress) -> PictureWords:
    """The words of the share image, in the language that is spoken now."""
    line = pages.render("campaigns/_sum.html", campaign=campaign, progress=progress)
    parts = _SUM.search(line)
    total, rest = (html.unescape(" ".join(part.split())) for part in parts.groups()) if parts else (line.strip(), "")
    organisation = pages.organisation
    filled = None if progress.target is None else progress.filled
    return PictureWords(organisation.name, campaign.title, total, rest, filled, organisation.imprint)


def share_version(pages: Pages, campaign: Campaign, progress: Progress) -> str:
    """Changes with everything that the image shows; of the total with each step: a per cent, or two leading digits.

    A network that has the image asks again when its address has changed. With every penny it would ask all the time.
    """
    organisation, look = pages.organisation, pages.look
    step = str(progress.percent) if progress.percent is not None else _leading(progress.raised)
    target = pages.wording.money(progress.target) if isinstance(progress.target, Money) else progress.target
    own = (organisation.name, organisation.imprint, look.colour, look.logo)
    shown = (LAYOUT, own, campaign.title, campaign.picture, target, step)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]


def look_of(conn: Connection, pages: Pages, picture: str | None = None) -> PictureLook:
    """The organisation's colour and logo, and a campaign's picture. A logo that is no PNG stands as the name."""
    look = pages.look
    logo = kept_logo(conn, look.logo) if look.logo else None
    kept = picture_by_hash(conn, picture)
    file = kept_file(conn, kept.hash, kept.middle.width, "jpg") if kept else None
    is_png = logo is not None and logo.media_type == "image/png"
    return PictureLook(look.colour or OUR_COLOUR, logo.body if logo and is_png else None, file.body if file else None)


def read_source_code(typed: str) -> str:
    """The code of a link, such as `leaflet-7`; empty for what no form would keep."""
    return typed.lower() if SOURCE.fullmatch(typed) else ""


def _leading(amount: Money) -> str:
    digits = str(amount.minor)
    return f"{digits[:2]} of {len(digits)}"
