"""The QR code on a document, which leads to the page that says whether it is genuine."""

from io import BytesIO

from receipts.plates.codes import check_code


def check_picture(address: str) -> bytes:
    """The code of an address as SVG, dark on nothing, without a margin: the sheet leaves it room.

    The same address gives the same bytes.
    """
    picture = BytesIO()
    check_code(address).save(picture, kind="svg", border=0, dark="#211b16", omitsize=True)
    return picture.getvalue()
