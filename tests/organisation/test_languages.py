"""The organisation says at the desk which languages its donors may choose."""

import re
from html import unescape

from sqlalchemy import Engine

from tests.clock import FixedClock
from tests.organisation.desk_site import DETAILS, open_desk_site

DESK = "/desk/organisation"


def test_donors_choose_among_the_languages_that_the_desk_offers(engine: Engine, clock: FixedClock) -> None:
    """None until somebody ticks it; then the privacy page is in Welsh for whoever follows the link."""
    site = open_desk_site(engine, clock)
    owner, visitor = site.client(), site.client(None)
    assert "Cymraeg" not in visitor.get("/privacy?lang=cy").text
    owner.post(f"{DESK}/details", data=DETAILS | {"language_cy": "yes", "language_en": "yes"})
    draft = unescape(" ".join(re.sub(r"<[^>]+>", " ", owner.get(f"{DESK}/preview").text).split()))
    assert "Languages besides it nothing cy" in draft
    owner.post(f"{DESK}/save")
    visitor.get("/privacy")

    assert site.versions()[0].profile.languages == ("cy",)
    assert "Preifatrwydd" in visitor.get("/privacy?lang=cy").text
    assert '<a href="?lang=en" lang="en" hreflang="en">English</a>' in visitor.get("/privacy").text
    assert 'name="language_cy" value="yes" checked' in owner.get(f"{DESK}/details").text
