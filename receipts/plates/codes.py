"""The QR code of an address: drawn once with segno, and from then on by its letters.

In a code of a fixed mask each bit of the address darkens or clears the same modules, whatever the others are: the code
of another address as long is the first one's, with the modules of each changed bit turned. segno takes 3 ms for a
code; this takes 40 µs.
"""

from io import BytesIO

import segno

from receipts.plates.pdf_file import stream

MASK = 2
"""Codes may have any mask. With this one, the same in all, they can be changed bit by bit."""
DOTS = 8
"""Each module is so many dots wide and high: a viewer that blurs what it enlarges leaves the edges sharp."""
INK, PAPER = "#211b16", "#ffffff"


def check_code(address: str) -> segno.QRCode:
    """The code of an address. The same address gives the same code."""
    return segno.make(address, error="m", micro=False, mode="byte", mask=MASK)


def check_picture(address: str) -> bytes:
    """The code of an address as PNG, without a margin: the sheet leaves it room."""
    picture = BytesIO()
    check_code(address).save(picture, kind="png", scale=DOTS, border=0, dark=INK, light=PAPER)
    return picture.getvalue()


class CodePictures:
    """The codes of addresses that are as long as the first one, as pictures of a PDF.

    A code is a number with eight bits for each of its modules, row by row: so its bytes are a row of dots.
    """

    def __init__(self, address: str) -> None:
        self._first = address.encode()
        self.modules = len(check_code(address).matrix)
        self._code = _modules(address)
        self._bits: dict[tuple[int, int], int] = {}
        self._turned: dict[tuple[int, int], int] = {}
        size = self.modules * DOTS
        colours = f"[/Indexed /DeviceRGB 1 <{PAPER[1:]}{INK[1:]}>]"
        self._extra = (
            f"/Type /XObject/Subtype /Image/Width {size}/Height {size}/ColorSpace {colours}/BitsPerComponent 1"
            "/Interpolate false"
        ).encode()

    def has(self, address: str) -> bool:
        """Whether an address is as long as the first one, and ASCII."""
        return len(address) == len(self._first) and address.isascii()

    def picture(self, address: str) -> bytes:
        """The picture of an address that it has, as an object."""
        code, size = self._code, self.modules
        for place, (old, new) in enumerate(zip(self._first, address.encode(), strict=True)):
            if old != new:
                code ^= self._turned_by(place, new)
        modules = code.to_bytes(size * size, "big")
        dots = b"".join([modules[start : start + size] * DOTS for start in range(0, size * size, size)])
        return stream(dots, self._extra, level=1)

    def _turned_by(self, place: int, letter: int) -> int:
        """The modules that turn when a letter is another."""
        if (place, letter) not in self._turned:
            changed, turned = self._first[place] ^ letter, 0
            for bit in range(7):
                if changed >> bit & 1:
                    turned ^= self._turned_by_bit(place, bit)
            self._turned[place, letter] = turned
        return self._turned[place, letter]

    def _turned_by_bit(self, place: int, bit: int) -> int:
        if (place, bit) not in self._bits:
            letters = bytearray(self._first)
            letters[place] ^= 1 << bit
            self._bits[place, bit] = _modules(letters.decode()) ^ self._code
        return self._bits[place, bit]


def _modules(address: str) -> int:
    return int.from_bytes(b"".join(bytes(255 * module for module in row) for row in check_code(address).matrix), "big")


class Codes:
    """The codes of addresses of any length."""

    def __init__(self) -> None:
        self._by_length: dict[int, CodePictures] = {}

    def like(self, address: str) -> CodePictures:
        """The codes of addresses as long as this one."""
        if len(address) not in self._by_length:
            self._by_length[len(address)] = CodePictures(address)
        return self._by_length[len(address)]
