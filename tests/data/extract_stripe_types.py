"""Extracts the fields of Stripe's objects from the type declarations of its official npm client.

    npm pack stripe@23.1.0 && tar xzf stripe-23.1.0.tgz
    python -m tests.data.extract_stripe_types package > tests/data/stripe-types-2026-10-28.json

The client's version is the one whose `ApiVersion` the installed Python library has too. Kept are the names of the
fields and their types (`name?` may be absent); comments, parameters and words of enumerations are left out.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# Kind of object that the twin serves: the file of its declaration, and its name there.
KINDS = {
    "account": ("Accounts", "Account"),
    "balance": ("Balance", "Balance"),
    "balance_transaction": ("BalanceTransactions", "BalanceTransaction"),
    "billing_portal.session": ("BillingPortal/Sessions", "Session"),
    "charge": ("Charges", "Charge"),
    "checkout.session": ("Checkout/Sessions", "Session"),
    "customer": ("Customers", "Customer"),
    "dispute": ("Disputes", "Dispute"),
    "event": ("Events", "EventBase"),
    "invoice": ("Invoices", "Invoice"),
    "invoice_payment": ("InvoicePayments", "InvoicePayment"),
    "item": ("LineItems", "LineItem"),
    "line_item": ("InvoiceLineItems", "InvoiceLineItem"),
    "mandate": ("Mandates", "Mandate"),
    "payment_intent": ("PaymentIntents", "PaymentIntent"),
    "payment_method": ("PaymentMethods", "PaymentMethod"),
    "payout": ("Payouts", "Payout"),
    "plan": ("Plans", "Plan"),
    "price": ("Prices", "Price"),
    "product": ("Products", "Product"),
    "refund": ("Refunds", "Refund"),
    "subscription": ("Subscriptions", "Subscription"),
    "subscription_item": ("SubscriptionItems", "SubscriptionItem"),
    "webhook_endpoint": ("WebhookEndpoints", "WebhookEndpoint"),
}
_OPENING = re.compile(r"(?:export )?(?:declare )?(interface|namespace) ([\w.]+).*\{$")
_FIELD = re.compile(r"'?([\w-]+)'?(\??): (.*);$")
_ALIAS = re.compile(r"(?:export )?type (\w+) = (.*);$")
Types = dict[str, dict[str, str]]


def read_declarations(text: str) -> tuple[Types, dict[str, str]]:
    """The interfaces of a file by their full names, and the aliases."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\{\s*\[key: string\]: [^{}]*\}", "Map", text)
    interfaces: Types = {}
    aliases: dict[str, str] = {}
    path: list[str] = []
    for line in map(str.strip, text.split("\n")):
        if opening := _OPENING.match(line):
            path.append(opening[2])
            if opening[1] == "interface":
                interfaces.setdefault(".".join(path), {})
        elif line.endswith("{"):
            path.append("class")
        elif line == "}" and path:
            path.pop()
        elif alias := _ALIAS.match(line):
            aliases[".".join([*path, alias[1]])] = alias[2]
        elif (field := _FIELD.match(line)) and ".".join(path) in interfaces:
            interfaces[".".join(path)].setdefault(field[1] + field[2], field[3])
    return interfaces, aliases


def _resolved(declared: str, scope: str, interfaces: Types, aliases: dict[str, str]) -> str:
    """A type as the data file has it: words are `string`, names of the same file are full, other names stay."""

    def full(match: re.Match[str]) -> str:
        parents = scope.split(".")
        for depth in range(len(parents), -1, -1):
            name = ".".join([*parents[:depth], match[0]])
            if name in interfaces:
                return name
            if name in aliases:
                inner_scope = name.rpartition(".")[0]
                return _resolved(aliases[name], inner_scope, interfaces, aliases)
        return match[0]

    words = re.sub(r"'[^']*'", "string", declared).replace("OtherString", "string")
    names = re.sub(r"[A-Z][\w.]*", full, words)
    return " | ".join(dict.fromkeys(re.split(r"\s*\|\s*", names)))


def extract(package: Path) -> dict[str, Types]:
    """Kind of object: its interface, under the empty name, and those of the groups in it."""
    kinds = {}
    for kind, (file, name) in KINDS.items():
        interfaces, aliases = read_declarations((package / "esm" / "resources" / f"{file}.d.ts").read_text())
        types: Types = {}
        for interface in _reachable(name, interfaces, aliases):
            key = interface.removeprefix(name).lstrip(".")
            types[key] = {
                field: re.sub(rf"\b{name}\.", "", _resolved(declared, interface, interfaces, aliases))
                for field, declared in interfaces[interface].items()
            }
        kinds[kind] = types
    return kinds


def _reachable(name: str, interfaces: Types, aliases: dict[str, str]) -> Iterator[str]:
    seen, todo = {name}, [name]
    while todo:
        interface = todo.pop(0)
        yield interface
        for declared in interfaces[interface].values():
            for inner in re.findall(r"[A-Z][\w.]*", _resolved(declared, interface, interfaces, aliases)):
                if inner in interfaces and inner.startswith(f"{name}.") and inner not in seen:
                    seen.add(inner)
                    todo.append(inner)


def main() -> None:
    """Write the data file to the standard output."""
    package = Path(sys.argv[1])
    version = re.search(r"ApiVersion = '([^']+)'", (package / "esm" / "apiVersion.js").read_text())
    assert version is not None, "the client names its API version"
    data = {"api_version": version[1], "kinds": extract(package)}
    sys.stdout.write(json.dumps(data, indent=0, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
