"""The plates that a printer keeps, and its decision: stamp the page, or have it laid out."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from receipts.plates.codes import Codes
from receipts.plates.engraving import PlateFonts, engrave
from receipts.plates.page_texts import PageTexts
from receipts.plates.plate import NotStampable, Plate, StampedPage
from receipts.plates.shaping import Typeface

MOST_STYLES = 32  # pages with other tags: of so many lines, of another organisation
PLATES_OF_STYLE = 8  # with other tags, or other texts that stand fast


class PlateShelf:
    """Plates by their style and how many tags they have.

    `draw` makes the objects of a file, `read_font` reads a font's file.
    """

    def __init__(
        self, draw: Callable[[Any], Any], read_font: Callable[[Any], bytes], most_styles: int = MOST_STYLES
    ) -> None:
        self._draw, self._read_font, self._most_styles = draw, read_font, most_styles
        self._plates: OrderedDict[Hashable, list[Plate]] = OrderedDict()
        self._faces: dict[str, Typeface] = {}
        self._codes = Codes()
        self.stamped = 0
        """How many pages were stamped."""

    def stamp(self, style: Hashable, html: str, code: str) -> StampedPage | None:
        """A page that shows the code of an address, from a plate of this style; None if none is fit."""
        plates = self._plates.get(_shelf_of(style, html), [])
        for plate in plates:
            try:
                stamped = plate.stamp(html, code)
            except NotStampable:
                continue
            plates.remove(plate)
            plates.insert(0, plate)
            self.stamped += 1
            return stamped
        return None

    def engrave(self, style: Hashable, html: str, code: str, document: Any) -> StampedPage | None:
        """A page that was laid out, in a plate that is kept; None if no plate can be made of it.

        `document` is WeasyPrint's, with the tree of its HTML as `root`. It has no fonts before, nor after a None.
        """
        if len(document.pages) != 1:
            return None
        document.fonts = PlateFonts(self._faces, document.metadata.lang or "en", self._read_font)
        try:
            plate = engrave(PageTexts.of(html, code), document, self._draw(document), self._codes)
            stamped = plate.stamp(html, code)
        except NotStampable:
            document.fonts = {}
            return None
        self._keep(_shelf_of(style, html), plate)
        return stamped

    def clear(self) -> None:
        """Forget every plate."""
        self._plates.clear()

    def _keep(self, key: Hashable, plate: Plate) -> None:
        plates = self._plates.setdefault(key, [])
        plates.insert(0, plate)
        del plates[PLATES_OF_STYLE:]
        self._plates.move_to_end(key)
        while len(self._plates) > self._most_styles:
            self._plates.popitem(last=False)


def _shelf_of(style: Hashable, html: str) -> Hashable:
    return style, html.count("<")
