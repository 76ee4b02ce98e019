"""The QR code of an address: drawn once with segno, and from then on by its letters.

In a code of a fixed mask each bit of the address darkens or clears the same modules, whatever the others are: the code
of another address as long is the first one's, with the modules of each changed bit turned. segno takes 3 ms for a
code; this takes a tenth.
"""

import re

import segno

MASK = 2
"""Codes may have any mask. With this one, the same in all, they can be changed bit by bit."""

_DARK = re.compile("1+")


def check_code(address: str) -> segno.QRCode:
    """The code of an address. The same address gives the same code."""
    return segno.make(address, error="m", micro=False, mode="byte", mask=MASK)


class CodeShapes:
    """The codes of addresses that are as long as the first one, as the strokes of a PDF."""

    def __init__(self, address: str) -> None:
        self._first = address.encode()
        self._code, self.size = _modules(address)
        self._turned: dict[tuple[int, int], int] = {}
        self._strokes = _Strokes(self.size)

    def strokes(self, address: str) -> bytes | None:
        """The dark modules, row by row, as WeasyPrint draws them; None if the address is not as long, or not ASCII."""
        letters = address.encode()
        if len(letters) != len(self._first) or not address.isascii():
            return None
        code = self._code
        for place, (old, new) in enumerate(zip(self._first, letters, strict=True)):
            changed = old ^ new
            while changed:
                bit = changed & -changed
                code ^= self._modules_of(place, bit)
                changed ^= bit
        return self._strokes.of(code)

    def _modules_of(self, place: int, bit: int) -> int:
        """The modules that turn with a bit of a letter."""
        if (place, bit) not in self._turned:
            letters = bytearray(self._first)
            letters[place] ^= bit
            self._turned[place, bit] = _modules(letters.decode())[0] ^ self._code
        return self._turned[place, bit]


def _modules(address: str) -> tuple[int, int]:
    """The modules of a code as bits, row by row, and how many a row has."""
    code = check_code(address).matrix
    return int("".join("1" if module else "0" for row in code for module in row), 2), len(code)


class _Strokes:
    """The strokes of a code of a size: each run of dark modules in a row is one."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._runs = {
            (start, end, row): f"{start} {row}.5 m\n{end} {row}.5 l"
            for row in range(size)
            for start in range(size)
            for end in range(start + 1, size + 1)
        }

    def of(self, code: int) -> bytes:
        """The strokes of modules that are given as bits."""
        size, runs = self._size, self._runs
        bits = f"{code:0{size * size}b}"
        strokes = ["0 0 m"]
        for row in range(size):
            for dark in _DARK.finditer(bits, row * size, (row + 1) * size):
                start, end = dark.span()
                strokes.append(runs[start - row * size, end - row * size, row])
        return "\n".join(strokes).encode()
