"""What must be true of a twin at any time, whatever has happened in it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sandbox.lifecycle.state_graphs import STATE_GRAPHS
from sandbox.lifecycle.transitions import StateGraph
from sandbox.twin import Twin
from tests.sandbox.schema import faults


def everything(twin: Twin, after: int = 0) -> list[dict[str, Any]]:
    """Every stored object that was made after this place in the order of making, as the API shows it."""
    rows = twin.world.store.query("SELECT id FROM object WHERE seq > ? ORDER BY seq", (after,))
    with twin.world.store.transaction():
        return [twin.world.show(twin.world.store.get(row[0])) for row in rows]


def schema_faults(objects: list[dict[str, Any]]) -> list[str]:
    """Where an object, or what an event tells of one, departs from the schema."""
    told = [obj["data"]["object"] for obj in objects if obj["object"] == "event"]
    return [f"{obj.get('id')} {fault}" for obj in objects + told for fault in faults(obj, obj["object"])]


def money_faults(twin: Twin) -> list[str]:
    """Where the balance is not the sum of its transactions, or a payout not the sum of its lines."""
    request = twin.world.store.query
    entries = request(
        "SELECT json_extract(body, '$.currency'), sum(json_extract(body, '$.net')) FROM object"
        " WHERE kind = 'balance_transaction' GROUP BY 1"
    )
    shown: dict[str, int] = defaultdict(int)
    for part in ("available", "pending"):
        for amount in twin.api.request("GET", "/v1/balance", {})[1][part]:
            shown[amount["currency"]] += amount["amount"]
    found = [f"{code}: {shown[code]} shown, {net} in entries" for code, net in entries if shown[code] != net]
    lines = request(
        "SELECT p.id, json_extract(p.body, '$.amount'), (SELECT sum(json_extract(t.body, '$.net')) FROM object t"
        " WHERE t.kind = 'balance_transaction' AND json_extract(t.body, '$._payout') = p.id"
        " AND json_extract(t.body, '$.source') <> p.id) FROM object p"
        " WHERE p.kind = 'payout' AND json_extract(p.body, '$.automatic')"
    )
    return found + [f"{payout}: {amount} paid, {total} in lines" for payout, amount, total in lines if amount != total]


class Histories:
    """Follows every object through the journal: each status must lead to the next along the published graph."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self.events = 0

    def follow(self, objects: list[dict[str, Any]]) -> Iterator[str]:
        """The steps that the graphs do not know."""
        for event in objects:
            if event["object"] != "event":
                continue
            self.events += 1
            told = event["data"]["object"]
            if told["object"] in STATE_GRAPHS and "id" in told:
                before, after = self._last.get(told["id"], told["status"]), told["status"]
                if after not in _reachable(STATE_GRAPHS[told["object"]], before):
                    yield f"{told['id']}: {before} -> {after} in {event['type']}"
                self._last[told["id"]] = after


def _reachable(state_graph: StateGraph, start: str) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for status in state_graph[todo.pop()] - found:
            found.add(status)
            todo.append(status)
    return found
