"""The QR code on a document, which leads to the page that says whether it is genuine."""

from io import BytesIO

import segno

# Scanners read any of the eight. To find the one that looks least regular takes four times as long as the code.
MASK = 6


def check_picture(address: str) -> bytes:
    """The code of an address as SVG, dark on nothing, without a margin: the sheet leaves it room.

    The same address gives the same bytes.
    """
    picture = BytesIO()
    code = segno.make(address, error="m", micro=False, mask=MASK)
    code.save(picture, kind="svg", border=0, dark="#211b16", omitsize=True)
    return picture.getvalue()
