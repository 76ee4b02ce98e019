"""How often a program may ask: so many requests a minute with each token, counted in this process's memory."""

from datetime import datetime, timedelta
from threading import Lock

MOST_A_MINUTE = 120
WINDOW = timedelta(minutes=1)


class RateBound:
    """Counts the requests of each token in windows of a minute. Nobody but an owner makes tokens: they are few."""

    def __init__(self, most: int = MOST_A_MINUTE) -> None:
        self._most = most
        self._counts: dict[str, tuple[datetime, int]] = {}
        self._lock = Lock()

    def take(self, token_id: str, now: datetime) -> int | None:
        """Count a request; None where it is within the bound, else in how many seconds to ask again."""
        with self._lock:
            since, count = self._counts.get(token_id, (now, 0))
            if not since <= now < since + WINDOW:
                since, count = now, 0
            if count >= self._most:
                return int((since + WINDOW - now).total_seconds()) + 1
            self._counts[token_id] = since, count + 1
        return None
