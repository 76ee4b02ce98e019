"""QR codes that lead to a campaign's page: for posters, leaflets and stalls."""

from io import BytesIO

import segno

MARGIN = 4  # modules of quiet around the code, as the standard asks for
PIXELS_A_MODULE = 12  # some 500 pixels a side: sharp on a leaflet


def qr_svg(address: str) -> bytes:
    """The code as SVG, black on white, in any size."""
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", scale=PIXELS_A_MODULE, border=MARGIN, light="#fff", title=address
    )
    return picture.getvalue()


def qr_png(address: str) -> bytes:
    """The code as PNG, black on white."""
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=PIXELS_A_MODULE, border=MARGIN)
    return picture.getvalue()
