"""A logo, whatever it comes as: SVG, PNG, JPEG or WebP."""

from web.pictures import EncodedPicture, encode_logo, encoded_svg
from web.svg import looks_like_svg, safe_svg, svg_size

LOGO_ACCEPTED = "image/svg+xml,image/png,image/jpeg,image/webp"  # what a form's file field offers


def encode_any_logo(upload: bytes) -> EncodedPicture:
    """The logo as it will be kept: an SVG written anew, anything else as PNG. Raises NotAPicture."""
    if not looks_like_svg(upload):
        return encode_logo(upload)
    drawing = safe_svg(upload)
    return encoded_svg(drawing, svg_size(drawing))
