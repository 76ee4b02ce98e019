"""The QR code of an address: drawn once with segno, and from then on by its letters.

In a code of a fixed mask each bit of the address darkens or clears the same modules, whatever the others are: the code
of another address as long is the first one's, with the modules of each changed bit turned. segno takes 3 ms for a
code; this takes a tenth.
"""

import segno

MASK = 2
"""Codes may have any mask. With this one, the same in all, they can be changed bit by bit."""


def check_code(address: str) -> segno.QRCode:
    """The code of an address. The same address gives the same code."""
    return segno.make(address, error="m", micro=False, mode="byte", mask=MASK)


class CodeShapes:
    """The codes of addresses that are as long as the first one, as the strokes of a PDF."""

    def __init__(self, address: str) -> None:
        self._first = address.encode()
        size = len(check_code(address).matrix)
        row_bytes = size // 8 + 1
        self._row_bits, self._bytes = row_bytes * 8, size * row_bytes
        self._code = self._modules(address)
        self._turned: dict[tuple[int, int], int] = {}
        self._strokes = [
            _Strokes(number * 8 % self._row_bits, number * 8 // self._row_bits) for number in range(self._bytes)
        ]

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
        modules, edges = code.to_bytes(self._bytes, "big"), (code ^ code >> 1).to_bytes(self._bytes, "big")
        drawn = [strokes[pair] for strokes, pair in zip(self._strokes, zip(modules, edges, strict=True), strict=True)]
        return f"0 0 m{''.join(drawn)}".encode()

    def _modules_of(self, place: int, bit: int) -> int:
        """The modules that turn with a bit of a letter."""
        if (place, bit) not in self._turned:
            letters = bytearray(self._first)
            letters[place] ^= bit
            self._turned[place, bit] = self._modules(letters.decode()) ^ self._code
        return self._turned[place, bit]

    def _modules(self, address: str) -> int:
        """The modules of a code as bits, row by row. A row ends with a light module at least, and with a full byte."""
        rows = ("".join("1" if module else "0" for module in row) for row in check_code(address).matrix)
        return int("".join(row.ljust(self._row_bits, "0") for row in rows), 2)


class _Strokes(dict[tuple[int, int], str]):
    """The operators of eight modules of a row, by the modules and their edges as bits: a stroke begins or ends at each.

    They are made when they are needed: there are 512 of them.
    """

    def __init__(self, column: int, row: int) -> None:
        super().__init__()
        self._column, self._row = column, row

    def __missing__(self, pair: tuple[int, int]) -> str:
        modules, edges = pair
        operators = [
            f"\n{self._column + place} {self._row}.5 {'m' if modules >> 7 - place & 1 else 'l'}"
            for place in range(8)
            if edges >> 7 - place & 1
        ]
        self[pair] = "".join(operators)
        return self[pair]


class Codes:
    """The codes of addresses of any length."""

    def __init__(self) -> None:
        self._by_length: dict[int, CodeShapes] = {}

    def like(self, address: str) -> CodeShapes:
        """The codes of addresses as long as this one."""
        if len(address) not in self._by_length:
            self._by_length[len(address)] = CodeShapes(address)
        return self._by_length[len(address)]
