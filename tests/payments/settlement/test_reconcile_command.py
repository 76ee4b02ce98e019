"""`./farthing reconcile`: what it prints, and with which status it ends."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from starlette.applications import Starlette
from starlette.routing import Mount
from typer.testing import CliRunner

from commands import app
from database.engine import open_database
from database.transactions import booking
from installation import prepare
from payments.gifts.store import add_gift
from payments.settlement.reconcile import Reconciliation
from payments.settlement.reconcile_command import reconcile_with_progress
from payments.stripe.lists import StripeLists
from sandbox.keys import sandbox_keys
from sandbox.twin import Twin, TwinSettings, open_twin
from settings import read_settings
from tests.payments.settlement.account import THANKS, Account
from tests.payments.settlement.gifts import pledge
from tests.sandbox.loopback import KEY, START, served_app


def run_command(account: Account, reconciliation: Reconciliation | None = None) -> tuple[int, str, str]:
    """The exit status, the output, and the errors."""
    out, errors = StringIO(), StringIO()
    status = reconcile_with_progress(
        reconciliation or account.reconciliation, Console(file=out, width=200), Console(file=errors, width=200)
    )
    return status, out.getvalue(), errors.getvalue()


def test_it_says_what_it_recovered_and_then_that_nothing_was_missing(account: Account) -> None:
    """By kinds of entries, and the balance of both sides."""
    account.give()
    account.wait()
    account.lose_deliveries()
    status, printed, _ = run_command(account)
    assert (status, printed.splitlines()) == (
        0,
        [
            "Recovered 1 gift; posted 2 fee, 2 gift, 1 settle.",
            "GBP: our balance 24.42, Stripe's 24.42",
        ],
    )

    status, printed, _ = run_command(account)
    assert (status, printed.splitlines()[0]) == (0, "Nothing was missing.")


def test_a_new_installation_whose_stripe_does_not_answer_has_not_reconciled(account: Account) -> None:
    """Nothing was asked, so nothing was found to be complete."""
    lists = StripeLists(KEY, api_base="http://127.0.0.1:9")
    status, printed, said = run_command(
        account, Reconciliation(account.books.engine, account.books.bookkeeper, lists, account.twin.now)
    )
    assert (status, printed) == (1, "")
    assert "Stripe cannot be asked" in said


def test_without_a_gift_there_is_nothing_to_read(account: Account) -> None:
    """And it says so."""
    assert run_command(account)[:2] == (
        0, "Nothing was missing.\nThe balance was not compared: money moved all the while, or nobody has given yet.\n"
    )  # fmt: skip


def test_a_row_that_cannot_be_applied_is_named(account: Account) -> None:
    """With what is wrong with it; status 1."""
    account.give()
    account.wait()
    odd = account.do("line", category="fee", amount="-77").partition(":")[0]
    account.step(lambda world: world.store.change(world.store.get(odd), currency="xxx"))
    status, printed, _ = run_command(account)

    assert status == 1
    assert f"Not applied: {odd}: UnknownCurrency" in printed


def test_a_difference_is_shouted(account: Account) -> None:
    """Status 1."""
    account.give()
    account.wait()
    account.settle()
    with account.twin.world.store.transaction():
        account.twin.world.store.execute("UPDATE holding SET net = net + 5")
    status, printed, _ = run_command(account)

    assert status == 1
    assert "GBP: our balance 24.42, Stripe's 24.47: THEY DIFFER" in printed


def test_when_stripe_is_away_it_is_one_sentence(account: Account) -> None:
    """Status 1, nothing lost, no traceback."""
    account.give()
    lists = StripeLists(KEY, api_base="http://127.0.0.1:9")
    books = account.books
    status, printed, error = run_command(
        account, Reconciliation(books.engine, books.bookkeeper, lists, account.twin.now)
    )

    assert (status, printed) == (1, "")
    assert error.strip().endswith(
        "Stripe cannot be asked (APIConnectionError). What was read is in the books; run it again and it goes on there."
    )


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    """An installation in sandbox mode, its twin at the web's address, and one paid gift that was not delivered."""
    monkeypatch.setenv("FARTHING_VAR_DIR", str(tmp_path))
    prepare(read_settings(var_dir=tmp_path), durable=False)
    keys = sandbox_keys(tmp_path)
    twin = open_twin(TwinSettings("http://twin.invalid", keys["api_key"], None, keys["endpoint_secret"], "Us"))
    twin.world.clock.set(START)
    with served_app(Starlette(routes=[Mount("/sandbox", twin.app)])) as url:
        monkeypatch.setenv("FARTHING_BASE_URL", url)
        engine = open_database(read_settings().address, durable=False)
        gift = pledge(1, 2500, "gbp", twin.now())
        with booking(engine) as conn:
            add_gift(conn, gift)
        engine.dispose()
        price = {"currency": "gbp", "unit_amount": 2500, "product_data": {"name": "A gift"}}
        params = {
            "mode": "payment", "success_url": THANKS, "line_items": [{"quantity": 1, "price_data": price}],
            "payment_intent_data": {"metadata": {"gift_id": gift.id}},
        }  # fmt: skip
        twin.pay(twin.api.request("POST", "/v1/checkout/sessions", params)[1]["id"])
        twin.advance(2)
        yield twin
    twin.close()


def test_the_command_finds_the_twin_at_the_webs_address(sandbox: Twin) -> None:
    """The whole way: settings, keys, HTTP, books."""
    done = CliRunner().invoke(app, ["reconcile"])

    assert done.exit_code == 0, done.output
    assert "Recovered 1 gift" in done.output


def test_the_command_ends_with_one_when_nobody_serves(sandbox: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The web is not running."""
    monkeypatch.setenv("FARTHING_BASE_URL", "http://127.0.0.1:9")
    done = CliRunner().invoke(app, ["reconcile"])

    assert done.exit_code == 1
    assert "Stripe cannot be asked" in done.output
