"""Ids and chances, both drawn from one seed, so that one seed gives one history."""

from collections.abc import Callable
from hashlib import blake2b

from sandbox.state.store import Store

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_USUAL = 24  # letters of an id that begins with its second, as Stripe's do: what is made together lies together
_SECOND_LETTERS = 6

_BYTE_TO_LETTER = bytes(ord(_LETTERS[byte % 62]) for byte in range(256))


class Names:
    """New ids, never the same twice, and the same ones again for the same seed, clock and calls."""

    def __init__(self, store: Store, seed: int, now: Callable[[], float]) -> None:
        self._store, self._now = store, now
        kept = store.fact("seed")
        self.seed: int = seed if kept is None else kept
        self._given: int = store.fact("names_given") or 0
        self._kept = self._given
        if kept is None:
            store.remember("seed", seed)

    @property
    def given(self) -> int:
        """How many ids were given so far."""
        return self._given

    def new(self, prefix: str, length: int = _USUAL) -> str:
        """An id such as ch_31xLqSe4fTk…; `length` letters follow the prefix."""
        self._given += 1
        made = "3" + _in_letters(int(self._now())) if length == _USUAL else ""
        return prefix + made + self.letters(f"{prefix}:{self._given}", length - len(made))

    def letters(self, of: str, length: int) -> str:
        """Letters that depend on the seed and on `of`, and on nothing else."""
        digest = blake2b(f"{self.seed}:{of}".encode(), digest_size=64).digest()
        return digest.translate(_BYTE_TO_LETTER)[:length].decode()

    def chance(self, of: str) -> float:
        """A number from 0 to below 1 that depends on the seed and on `of`, and on nothing else."""
        return int.from_bytes(blake2b(f"{self.seed}?{of}".encode(), digest_size=7).digest(), "big") / 2**56

    def keep(self) -> None:
        """Remember how many ids were given, in the transaction that gave them."""
        if self._given != self._kept:
            self._store.remember("names_given", self._given)
            self._kept = self._given


def _in_letters(second: int) -> str:
    """A second of our time in letters that sort as it does."""
    letters = ""
    for _ in range(_SECOND_LETTERS):
        second, digit = divmod(second, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters
