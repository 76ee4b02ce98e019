"""The model of what happened at a twin, made once everything is over.

It is made from the twin's own objects, not from its deliveries, so that nothing can be lost or doubled on the way.
"""

from collections.abc import Callable
from typing import Any

from tests.books.model import Model, Shares
from tests.books.simulation import Simulation

Object = dict[str, Any]


def model_from_twin(simulation: Simulation) -> Model:
    """The model's books of everything that has happened in this simulation."""
    with simulation.twin.world.store.transaction():
        writer = _ModelWriter(simulation)
        writer.write()
    return writer.model


class _ModelWriter:
    def __init__(self, simulation: Simulation) -> None:
        self.model = Model()
        self._store = simulation.twin.world.store
        # Lines from before the first gift are the opening balance.
        self._since = min(gift.created_at for gift in simulation.gifts).timestamp() - 600
        self._once: dict[str, Shares] = {
            gift.id: tuple((share.campaign, share.amount.minor) for share in gift.allocations)
            for gift in simulation.gifts
        }
        self._recurring: dict[str, Shares] = {
            recurring.id: tuple((share.campaign, share.weight) for share in recurring.shares)
            for recurring in simulation.recurring
        }

    def write(self) -> None:
        """Gifts first, then refunds and disputes, then the balance."""
        for charge in self._all("charge"):
            self._charge(charge)
        for refund in self._all("refund"):
            self._refund(refund)
        for dispute in self._all("dispute"):
            self._dispute(dispute)
        for line in self._all("balance_transaction"):
            if line["created"] < self._since:
                self.model.moved("opening", line["net"], _code(line))
            else:
                _LINES.get(line["reporting_category"], _ModelWriter._other_line)(self, line)
        for payout in self._all("payout"):
            if payout["status"] == "paid":
                self.model.arrives(payout["id"])

    def _all(self, kind: str) -> list[Object]:
        return self._store.select(kind, newest_first=False, limit=1_000_000)

    def _shares(self, charge: Object) -> Shares | None:
        """The campaigns that a charge is for; None when it is none of our gifts."""
        once = self._once.get(charge["metadata"].get("gift_id", ""))
        invoice = self._store.get(charge["payment_intent"]).get("_invoice")
        if once is not None or invoice is None:
            return once
        labels = self._store.get(self._store.get(invoice)["_subscription"])["metadata"]
        return self._recurring.get(labels.get("recurring_id", ""))

    def _charge(self, charge: Object) -> None:
        shares = self._shares(charge) if _was_taken(charge) else None
        if shares is not None:
            self.model.gave(_payment(charge), charge["amount"], shares, _code(charge))
            if charge["status"] == "failed":
                self.model.took_back(_payment(charge))

    def _refund(self, refund: Object) -> None:
        payment = _payment(self._store.get(refund["charge"]))
        if payment in self.model.gifts:
            self.model.refunded(refund["id"], payment, refund["amount"])
            if refund["status"] in ("failed", "canceled"):
                self.model.undid(refund["id"])

    def _dispute(self, dispute: Object) -> None:
        payment = _payment(self._store.get(dispute["charge"]))
        for move in dispute["balance_transactions"] if payment in self.model.gifts else ():
            minor = dispute["_moved"][move["id"]]
            if minor < 0:
                self.model.withdrew(dispute["id"], payment, -minor)
            elif minor > 0:
                self.model.reinstated(dispute["id"], minor)

    def _of_a_payment(self, line: Object) -> None:
        """A charge, a refund or a dispute, or the undoing of one, has entered the balance."""
        source = self._store.get(line["source"])
        charge = source if source["object"] == "charge" else self._store.get(source["charge"])
        subject = _payment(source) if source["object"] == "charge" else source["id"]
        if _payment(charge) not in self.model.gifts:
            is_dispute = source["object"] == "dispute"
            self.model.foreign(line["amount"], line["fee"], _code(line), dispute=is_dispute)
        elif line["currency"] == source["currency"]:
            self.model.settled(subject, line["amount"], line["fee"], _code(line))
        else:
            whole = source["amount"] if line["amount"] > 0 else -source["amount"]
            paid = source.get("_moved", {}).get(line["id"], whole)
            self.model.exchanged(subject, (paid, _code(source)), line["amount"], line["fee"], _code(line))

    def _sent(self, line: Object) -> None:
        self.model.sent(line["source"], -line["amount"], _code(line))

    def _came_back(self, line: Object) -> None:
        payout = self._store.get(line["source"])
        self.model.came_back(payout["id"])

    def _other_line(self, line: Object) -> None:
        reason = _REASONS.get(line["reporting_category"], "suspense")
        self.model.moved(reason, line["amount"], _code(line))


_LINES: dict[str, Callable[[_ModelWriter, Object], None]] = {
    **dict.fromkeys(("charge", "charge_failure", "refund", "refund_failure", "dispute", "dispute_reversal"),
                    _ModelWriter._of_a_payment),
    "payout": _ModelWriter._sent,
    "payout_reversal": _ModelWriter._came_back,
}  # fmt: skip
_REASONS = {"fee": "fees", "tax": "fees", "network_cost": "fees", "topup": "bank", "transfer": "other",
            "risk_reserved_funds": "adjustments"}  # fmt: skip


def _was_taken(charge: Object) -> bool:
    """Whether its money ever came, even if a bank took it back later."""
    return bool(charge["captured"] or charge.get("failure_balance_transaction"))


def _payment(charge: Object) -> str:
    return str(charge["payment_intent"] or charge["id"])


def _code(of: Object) -> str:
    return str(of["currency"]).upper()
