"""README's tables are compared with the code; run this file by itself to write them anew."""

import re
from pathlib import Path

from typer.testing import CliRunner

from commands import app
from payments.reading.events import EVENTS
from payments.stripe.gateway import API_VERSION
from settings import PREFIX, Settings
from setup.stripe_steps import RIGHTS

# Resources that we write to, and what the dashboard calls them where a restricted key is made.
WRITTEN = {
    "billing_portal.sessions": "Customer Portal",
    "checkout.sessions": "Checkout Sessions",
    "payment_links": "Payment Links",
    "prices": "Prices",
    "products": "Products",
    "refunds": "Charges and Refunds",
    "subscriptions": "Subscriptions",
    "webhook_endpoints": "Webhook Endpoints",
}
README = Path(__file__).resolve().parent.parent / "README.md"


def settings_table() -> str:
    """Every setting with its default and what it is for."""
    lines = ["| setting | default | what it is for |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "", ()) else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def events() -> str:
    """The events that the endpoint must subscribe to."""
    return ", ".join(f"`{event}`" for event in EVENTS) + "."


def between(mark: str, text: str) -> str:
    """What stands between a pair of marks."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)\s*<!-- end of {mark} -->", text, re.DOTALL)
    assert found, f"README lacks its marks for {mark}"
    return found[1].strip()


def test_the_settings_table_is_the_code() -> None:
    """Every setting, its default and its description."""
    assert between("settings", README.read_text()) == settings_table()


def test_the_event_list_is_the_code() -> None:
    """An event that the endpoint does not send is a gift that is never booked."""
    assert between("events", README.read_text()) == events()


def test_the_api_version_is_the_one_that_we_pin() -> None:
    """The endpoint must speak the version that we read."""
    assert API_VERSION in README.read_text()


def test_a_restricted_key_may_do_all_that_we_ask_of_stripe() -> None:
    """What our calls write is named, as Stripe's dashboard calls it, where somebody makes a key."""
    calls = re.compile(r"client\.v1\.([a-z_.]+)\.(?:create|update|cancel|delete|resume)\(")
    sources = [path.read_text() for path in (README.parent / "payments/stripe").glob("*.py")]
    written = {resource for source in sources for resource in calls.findall(source)}
    assert written == set(WRITTEN)
    for words in (" ".join(README.read_text().split()), RIGHTS):
        assert [name for name in WRITTEN.values() if name not in words] == []


def test_the_commands_of_the_rehearsal_exist() -> None:
    """Each line that somebody copies has the options that it names."""
    text = README.read_text()
    for command, options in (
        (["sandbox", "serve"], ["--unregistered", "--endpoint"]),
        (["setup"], ["--stripe-api-base", "--new-key"]),
        (["run"], ["--empty"]),
    ):
        known = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"}).output
        assert all(option in known and option in text for option in options), command


def write() -> None:
    """Write both tables into README."""
    text = README.read_text()
    for mark, words, indent in (("settings", settings_table(), ""), ("events", events(), "")):
        new = f"<!-- {mark} -->\n{indent}{words}\n{indent}<!-- end of {mark} -->"
        text = re.sub(rf"<!-- {mark} -->.*?<!-- end of {mark} -->", new.replace("\\", r"\\"), text, flags=re.DOTALL)
    README.write_text(text)


if __name__ == "__main__":
    write()
