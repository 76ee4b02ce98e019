"""Strange forms: requests to the twin's API by one seed, some well formed, most of them not.

`python -m tests.sandbox.strange_forms --forms 10000` sends that many; it prints each request that got a 5xx, and each
scheduled task that failed afterwards, and exits with 1 where there was any. A request in which the twin itself fails
ends it with the error and that request.
"""

import argparse
import logging
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from sandbox.api.call import Call
from sandbox.api.form_encoding import encode
from sandbox.api.parameters import (
    Boolean,
    Either,
    Email,
    Integer,
    ListOf,
    Metadata,
    OneOf,
    Parameter,
    Params,
    Text,
    TimeRange,
    Url,
)
from sandbox.api.server import RawRequest
from sandbox.calls.all_calls import CALLS
from sandbox.random_activity import RandomActivity
from sandbox.soak import stopped_twin
from sandbox.twin import Twin

STRANGE = (
    "", " ", "0", "-1", "00", "1e5", "9" * 13, "9" * 40, "0.1", "true", "True", "null", "None", "[]", "{}", "\x00",
    "\n", "٣", "²", "é" * 300, "x" * 6000, "\u202e", "'", '"', "%", "_", "--", "'; DROP TABLE object",
    "../..", "*", "gbp", "kwd",
    "usd", "GBP", "€", "object", "id", "_number", "account", "1795000000", "a@b.example", "https://x.example/{A}",
    "data", "data.data", "data.object", "😀",
)  # fmt: skip
DAY = 86400


@dataclass
class StrangeForms:
    """Requests to one twin, and the random activity between them that gives it objects in many states."""

    twin: Twin
    seed: int

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._activity = RandomActivity(self.twin, self.seed)
        self._ids: list[str] = []
        for _ in range(60):
            self._activity.step()

    def send(self, count: int) -> list[str]:
        """Send this many requests; those that got a 5xx."""
        failures = []
        for number in range(count):
            if number % 20 == 0:
                self._activity.step()
                self._ids = [row[0] for row in self.twin.world.store.query(
                    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY kind ORDER BY seq DESC) AS place"
                    " FROM object) WHERE place <= 12 ORDER BY id"
                )]  # fmt: skip
            request = self._request(self._random.choice(CALLS), number)
            try:
                response = self.twin.api.answer(request)
            except Exception as error:
                error.add_note(f"{request.method} {request.path} {request.form[:300]}")
                raise
            if response.status >= 500:
                failures.append(f"{request.method} {request.path} {request.form[:300]}: {response.status}")
        return failures

    def failed_tasks(self, days: int = 60) -> list[str]:
        """Advance the clock; the scheduled tasks that failed in all this time."""
        self.twin.advance(days * DAY)
        return [f"{task.name} of {task.object_id}: {task.error}" for task in self.twin.world.tasks.failed()]

    def _request(self, call: Call, number: int) -> RawRequest:
        choose = self._random.random
        path = "/".join(self._id_for(call.path) if part == "{id}" else part for part in call.path.split("/"))
        form = encode(self._group(call.accepts)) if choose() < 0.9 else ""
        if choose() < 0.15:
            form += "&" + self._strange_pair()
        key = None
        if call.method == "POST" and choose() < 0.2:
            key = f"key-{number - self._random.randrange(5)}"
        return RawRequest(call.method, path, self.twin.settings.api_key, form, key, f"req_{number}")

    def _id_for(self, path: str) -> str:
        """An id for a path: mostly of an object that answers to it."""
        if self._random.random() < 0.1 or not self._ids:
            return quote(self._random.choice(STRANGE)) or "x"
        kind = path.split("/")[3 if "/checkout/" in path else 2].rstrip("s")
        fitting = [id_ for id_ in self._ids if id_.startswith(_PREFIXES.get(kind, ()))]
        return self._random.choice(fitting if fitting and self._random.random() < 0.8 else self._ids)

    def _group(self, group: Params) -> dict[str, Any]:
        rate = self._random.choice((0.1, 0.3, 0.8))
        names = [name for name in group.known if self._random.random() < (0.95 if name in group.required else rate)]
        return {name: self._value(group.known[name]) for name in names}

    def _value(self, parameter: Parameter) -> Any:
        """A value for this parameter: mostly one that it can read."""
        if self._random.random() < 0.08:
            strange: Sequence[Any] = (*STRANGE, [], ["1"], {"a": "b"}, {"0": "a", "x": "b"}, [["1"]], {"": "x"})
            return self._random.choice(strange)
        if isinstance(parameter, Either):
            return self._value(self._random.choice((parameter.first, parameter.second)))
        values: dict[type, Callable[[Any], Any]] = {
            Boolean: lambda _: self._random.choice(("true", "false")),
            Email: lambda _: "a@b.example",
            Integer: self._number,
            ListOf: lambda listed: [self._value(listed.element) for _ in range(self._random.choice((0, 1, 1, 2)))],
            Metadata: lambda _: {self._random.choice(STRANGE)[:40] or "k": self._random.choice(STRANGE)[:500]},
            OneOf: lambda choice: self._random.choice(choice.words),
            Params: self._group,
            Text: self._text,
            TimeRange: lambda _: {self._random.choice(("gt", "gte", "lt", "lte")): str(self._number(Integer()))},
            Url: lambda _: "https://x.example/",
        }
        return values.get(type(parameter), self._text)(parameter)

    def _text(self, parameter: Text) -> str:
        if parameter == Text(3):
            return self._random.choice(("gbp", "eur", "kwd", "jpy", "isk"))
        words = (*self._ids, *_EXPANDS) if self._random.random() < 0.8 else STRANGE
        return self._random.choice(words)

    def _number(self, parameter: Integer) -> int:
        now = int(self.twin.world.clock.unfrozen_now())
        low = parameter.minimum or 0
        return self._random.choice(
            (low, low + 1, 30, 500, 2500, 999_999, now - DAY, now + 3600, now + 40 * DAY, 10**11)
        )

    def _strange_pair(self) -> str:
        name = self._random.choice(("a[b", "a[]", "[a]", "a[0][b]", "expand[]", "expand[0]", "metadata[]", "metadata",
                                    "line_items[0][price_data][currency]", "items[5][id]", "created[gte]", "limit",
                                    "a" + "[b]" * 20, "\x00", "%ff"))  # fmt: skip
        return f"{name}={quote_plus(self._random.choice(STRANGE))}"


_PREFIXES = {
    "session": ("cs_",), "product": ("prod_",), "price": ("price_",), "customer": ("cus_",), "payment_method": ("pm_",),
    "payment_intent": ("pi_",), "charge": ("ch_", "py_"), "refund": ("re_", "pyr_"), "subscription": ("sub_",),
    "balance_transaction": ("txn_",), "invoice": ("in_",), "invoice_payment": ("inpay_",), "dispute": ("du_",),
    "payout": ("po_",), "event": ("evt_",), "webhook_endpoint": ("we_",),
}  # fmt: skip
_EXPANDS = (
    "data", "data.customer", "customer", "latest_charge", "payment_intent.latest_charge.balance_transaction.source",
    "line_items", "data.line_items", "payments", "refunds", "data.object", "data.object.lines", "data.data.object",
    "balance_transactions", "invoice_settings.default_payment_method", "items.data.price.product", "metadata", "lines",
)  # fmt: skip


def main() -> int:
    """Send as many forms as the options say; 1 where any got a 5xx or made a task fail."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--forms", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    logging.basicConfig(level=logging.ERROR)
    twin = stopped_twin(seed=chosen.seed)
    forms = StrangeForms(twin, chosen.seed)
    faults = forms.send(chosen.forms) + forms.failed_tasks()
    sys.stdout.write("\n".join([*faults, f"{chosen.forms} forms, {len(faults)} faults\n"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
