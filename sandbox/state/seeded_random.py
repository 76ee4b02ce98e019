"""Ids and random numbers, all derived from one seed, so that one seed gives one history."""

from collections.abc import Callable
from hashlib import blake2b

from sandbox.state.store import Store

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 24  # letters of an id that begins with its second, as Stripe's ids do: ids of one time sort together
_SECOND_LETTERS = 6

_BYTE_TO_LETTER = bytes(ord(_LETTERS[byte % 62]) for byte in range(256))


class SeededRandom:
    """New ids, each only once. The same seed, clock and calls give the same ids again."""

    def __init__(self, store: Store, seed: int, now: Callable[[], float]) -> None:
        self._store, self._now = store, now
        saved_seed = store.get_value("seed")
        self.seed: int = seed if saved_seed is None else saved_seed
        self._id_count: int = store.get_value("names_given") or 0
        self._saved_id_count = self._id_count
        if saved_seed is None:
            store.set_value("seed", seed)

    @property
    def id_count(self) -> int:
        """How many ids were made so far."""
        return self._id_count

    def new_id(self, prefix: str, length: int = _ID_LENGTH) -> str:
        """An id such as ch_31xLqSe4fTk…; `length` letters follow the prefix."""
        self._id_count += 1
        created = "3" + _in_letters(int(self._now())) if length == _ID_LENGTH else ""
        return prefix + created + self.letters(f"{prefix}:{self._id_count}", length - len(created))

    def letters(self, subject: str, length: int) -> str:
        """Letters that depend only on the seed and on `subject`."""
        digest = blake2b(f"{self.seed}:{subject}".encode(), digest_size=64).digest()
        return digest.translate(_BYTE_TO_LETTER)[:length].decode()

    def chance(self, subject: str) -> float:
        """A number from 0 to below 1 that depends only on the seed and on `subject`."""
        return int.from_bytes(blake2b(f"{self.seed}?{subject}".encode(), digest_size=7).digest(), "big") / 2**56

    def save_id_count(self) -> None:
        """Write the count of ids to the store, in the transaction that made them."""
        if self._id_count != self._saved_id_count:
            self._store.set_value("names_given", self._id_count)
            self._saved_id_count = self._id_count


def _in_letters(second: int) -> str:
    """A second since 1970, in letters that sort as the seconds do."""
    letters = ""
    for _ in range(_SECOND_LETTERS):
        second, digit = divmod(second, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters
