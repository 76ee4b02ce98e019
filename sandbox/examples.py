"""Examples: three lines each for the tools that speak to Stripe, with the twin's address and key."""

from urllib.parse import urlsplit

CLI_HOST = "127.0.0.1"
"""The Stripe CLI takes no other address than this and Stripe's own (`localhost` neither)."""


def examples(public_url: str, api_key: str) -> list[tuple[str, str]]:
    """Name and lines for each tool. Node's library and the Stripe CLI take no path, so the API is at the root too."""
    parts = urlsplit(public_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    python = (
        "import stripe",
        f'client = stripe.StripeClient("{api_key}", base_addresses={{"api": "{public_url}"}})',
        "print(client.v1.balance.retrieve())",
    )
    node = (
        f'const stripe = require("stripe")("{api_key}",',
        f'  {{host: "{parts.hostname}", port: {port}, protocol: "{parts.scheme}"}});',
        "stripe.balance.retrieve().then(console.log);",
    )
    curl = (
        f"curl -u {api_key}: {public_url}/v1/balance",
        f'curl -u {api_key}: {public_url}/v1/products -d name="A gift"',
        f"curl -u {api_key}: '{public_url}/v1/products?limit=3'",
    )
    address = f"{parts.scheme}://{parts.netloc}"
    cli = (
        f"export STRIPE_API_KEY={api_key}",
        f"stripe get /v1/balance --api-base {address}",
        f"stripe products list --api-base {address}",
    )
    tools = [("Python", python), ("Node", node), ("curl", curl)]
    tools += [("Stripe CLI", cli)] if parts.hostname == CLI_HOST else []
    return [(tool, "\n".join(lines)) for tool, lines in tools]
