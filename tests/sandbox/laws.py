"""Laws that hold for a twin at any time: schemas, sums of money, and transitions of status."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sandbox.lifecycle.state_graphs import STATE_GRAPHS
from sandbox.lifecycle.transitions import StateGraph
from sandbox.twin import Twin
from tests.sandbox.stripe_schema import faults
from tests.sandbox.stripe_types import KNOWN, NPM, type_faults


def everything(twin: Twin, after: int = 0) -> list[dict[str, Any]]:
    """Every stored object that was created after the one of this seq, as the API shows it."""
    rows = twin.world.store.query("SELECT id FROM object WHERE seq > ? ORDER BY seq", (after,))
    with twin.world.store.transaction():
        return [twin.world.show(twin.world.store.get(row[0])) for row in rows]


def schema_faults(objects: list[dict[str, Any]]) -> list[str]:
    """Where an object, or the snapshot in an event, does not keep to its schema or to the npm client's types.

    The schema is an older version's, so that only the types know which fields there are.
    """
    snapshots = [obj["data"]["object"] for obj in objects if obj["object"] == "event"]
    return [f"{obj.get('id')} {fault}" for obj in objects + snapshots for fault in _object_faults(obj)]


def _object_faults(obj: dict[str, Any]) -> Iterator[str]:
    yield from (fault for fault in faults(obj, obj["object"]) if not fault.endswith("is not in the schema"))
    shown = obj if obj["object"] != "event" else {**obj, "data": {}}  # its snapshot is an object of its own here
    yield from (fault for fault in type_faults(shown, NPM) if fault not in KNOWN)


def money_faults(twin: Twin) -> list[str]:
    """Where the balance is not the sum of the balance transactions, or a payout not the sum of its own."""
    query = twin.world.store.query
    totals = query(
        "SELECT json_extract(body, '$.currency'), sum(json_extract(body, '$.net')) FROM object"
        " WHERE kind = 'balance_transaction' GROUP BY 1"
    )
    shown: dict[str, int] = defaultdict(int)
    for part in ("available", "pending"):
        for amount in twin.api.request("GET", "/v1/balance", {})[1][part]:
            shown[amount["currency"]] += amount["amount"]
    wrong = [f"{code}: {shown[code]} shown, {net} in sum" for code, net in totals if shown[code] != net]
    payouts = query(
        "SELECT p.id, json_extract(p.body, '$.amount'), (SELECT sum(json_extract(t.body, '$.net')) FROM object t"
        " WHERE t.kind = 'balance_transaction' AND json_extract(t.body, '$._payout') = p.id"
        " AND json_extract(t.body, '$.source') <> p.id) FROM object p"
        " WHERE p.kind = 'payout' AND json_extract(p.body, '$.automatic')"
    )
    return wrong + [f"{id_}: {amount} paid, {total} in sum" for id_, amount, total in payouts if amount != total]


class StatusHistories:
    """Follows the status of every object through its events: each transition must be in the state graph."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self.events = 0

    def follow(self, objects: list[dict[str, Any]]) -> Iterator[str]:
        """The transitions that no state graph has."""
        for event in objects:
            if event["object"] != "event":
                continue
            self.events += 1
            obj = event["data"]["object"]
            if obj["object"] in STATE_GRAPHS and "id" in obj:
                before, after = self._last.get(obj["id"], obj["status"]), obj["status"]
                if after not in _reachable(STATE_GRAPHS[obj["object"]], before):
                    yield f"{obj['id']}: {before} -> {after} in {event['type']}"
                self._last[obj["id"]] = after


def _reachable(graph: StateGraph, start: str) -> set[str]:
    """The statuses that may follow, directly or by others in between."""
    reachable, todo = {start}, [start]
    while todo:
        for status in graph[todo.pop()] - reachable:
            reachable.add(status)
            todo.append(status)
    return reachable
