"""Pictures that people upload, re-encoded for pages. Pillow is used here and nowhere else.

What is kept is only what we encode ourselves: no metadata, so no place and no name of a camera, and nothing that
could be something else than a picture.
"""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")
ACCEPTED = "image/png,image/jpeg,image/webp"  # what a form's file field offers
WIDTHS = (480, 960, 1600)
MOST_PIXELS = 40_000_000  # 160 MB while it is decoded
LONGEST_SIDE = 16_000  # WebP takes no more than 16,383
LOGO_WIDTH, LOGO_HEIGHT = 800, 400
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow raises for broken files: the parts of its readers each have their own.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError)
# Two large pictures at once would take the memory of a small machine.
_DECODING: Final = Lock()


class NotAPicture(ValueError):
    """A file that cannot be used as a picture; the message tells its sender what to do."""


@dataclass(frozen=True, slots=True)
class PictureSize:
    """How large one of a picture's files is, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A kept picture: the hash that names it, and its sizes, smallest first."""

    hash: str
    sizes: tuple[PictureSize, ...]

    @property
    def middle(self) -> PictureSize:
        """The size for a browser that chooses none itself."""
        return self.sizes[len(self.sizes) // 2]

    @property
    def largest(self) -> PictureSize:
        """The largest size, which says how broad it is to how high."""
        return self.sizes[-1]

    def path(self, size: PictureSize, extension: str) -> str:
        """Where a file of it is served."""
        return f"/media/{self.hash}-{size.width}.{extension}"

    def srcset(self, extension: str) -> str:
        """Every size, as the attribute `srcset` lists them."""
        return ", ".join(f"{self.path(size, extension)} {size.width}w" for size in self.sizes)


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One encoded file: its extension (`webp`, `jpg`, `png`, `svg`), size and bytes."""

    extension: str
    size: PictureSize
    body: bytes


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """A picture as it will be kept."""

    hash: str
    files: tuple[PictureFile, ...]


def encode_picture(upload: bytes) -> EncodedPicture:
    """The picture in up to three widths, each as WebP and JPEG; never enlarged. Raises NotAPicture.

    The same upload gives the same hash.
    """
    with _DECODING:
        image = _decode(upload, WIDTHS[-1])
        widths = sorted({min(width, image.width) for width in WIDTHS})
        files = [file for width in widths for file in _encode_width(image, width)]
    return EncodedPicture(hashlib.sha256(upload).hexdigest(), tuple(files))


def encoded_svg(drawing: bytes, size: tuple[int, int]) -> EncodedPicture:
    """A logo that was drawn, as it is; `web.svg` has made it safe."""
    return EncodedPicture(hashlib.sha256(drawing).hexdigest(), (PictureFile("svg", PictureSize(*size), drawing),))


def encode_logo(upload: bytes) -> EncodedPicture:
    """A logo of pixels as one PNG, which keeps what is transparent. Raises NotAPicture."""
    with _DECODING:
        image = _decode(upload, LOGO_WIDTH)
        image.thumbnail((LOGO_WIDTH, LOGO_HEIGHT), Image.Resampling.LANCZOS)
        body = _saved(image, "PNG", optimize=True)
    return EncodedPicture(
        hashlib.sha256(body).hexdigest(), (PictureFile("png", PictureSize(image.width, image.height), body),)
    )


def _decode(upload: bytes, width: int) -> Image.Image:
    """The picture upright, in sRGB, without metadata. JPEG is decoded no larger than `width` needs."""
    try:
        image: Image.Image = Image.open(BytesIO(upload), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        if max(image.size) > LONGEST_SIDE:
            raise NotAPicture("Choose a picture whose longer side has at most 16,000 pixels.")
        image.draft(None, (width, width))
        with warnings.catch_warnings():
            # Pillow warns of damaged notes beside the pixels on stderr; nobody reads them, and none are kept.
            warnings.simplefilter("ignore", UserWarning)
            image = ImageOps.exif_transpose(image)
        clean = _in_srgb(image)
    except UnidentifiedImageError:
        raise NotAPicture("Choose a picture in the format PNG, JPEG or WebP.") from None
    except _BOMBS:
        raise _too_many_pixels() from None
    except NotAPicture:
        raise
    except _BROKEN:
        raise NotAPicture("The picture is damaged and cannot be read. Save it again, or choose another.") from None
    clean.info.clear()  # JPEG's writer would copy a comment
    return clean


def _too_many_pixels() -> NotAPicture:
    return NotAPicture("The picture has more than 40 million pixels. Choose a smaller one, such as 4,000 by 3,000.")


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture in the colours of the web, with transparency if it had any."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except ImageCms.PyCMSError:
            converted = None  # a profile that does not fit its picture: the colours are taken as they are
        if converted is not None:
            return converted
    return image.convert(mode)


def _encode_width(image: Image.Image, width: int) -> list[PictureFile]:
    size = PictureSize(width, max(1, round(image.height * width / image.width)))
    scaled = image.resize((size.width, size.height), Image.Resampling.LANCZOS)
    return [
        PictureFile("webp", size, _saved(scaled, "WEBP", quality=80)),
        PictureFile("jpg", size, _saved(_on_white(scaled), "JPEG", quality=82, progressive=True, optimize=True)),
    ]


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _saved(image: Image.Image, encoding: str, **options: object) -> bytes:
    written = BytesIO()
    image.save(written, encoding, **options)
    return written.getvalue()
