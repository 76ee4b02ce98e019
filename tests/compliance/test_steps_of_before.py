"""Steps of checks that were kept before a return could fail after its proof stay as they were."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from compliance.check import CheckState
from compliance.check_steps import ReturnFailure
from compliance.store import checks_of, take_check_step
from compliance.tables import check_step, check_text, donor_check
from database.engine import open_database
from database.transactions import booking
from donors.tables import donor
from ledger.store import open_accounts
from payments.gifts.tables import gift
from staff.tables import staff_member
from tests.compliance.test_store import ASHAS_ROW
from tests.database.killing import upgrade
from tests.database.made_rows import row
from tests.postgres import Cluster

NOON, DAY = datetime(2024, 5, 2, 12, tzinfo=UTC), date(2024, 5, 2)
STEPS: tuple[tuple[str, str | None, dict[str, str], dict[str, str]], ...] = (
    ("decision", None, {"reason": "impermissible", "recipient": "donor"}, {"manner": "bank transfer"}),
    ("proof", "early", {}, {"proof": "BACS 0042"}),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A gift that went back in the version before, in a database of this one."""
    cluster: Cluster | None = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    name = cluster.create() if cluster else ""
    url = cluster.url(name) if cluster else f"sqlite:///{tmp_path / 'before.db'}"
    upgrade(url, "0067")
    engine = open_database(url, durable=False)
    _furnish(engine)
    upgrade(url, "0069")
    yield engine
    engine.dispose()
    if cluster:
        cluster.drop(name)


def _furnish(engine: Engine) -> None:
    with booking(engine) as conn:
        open_accounts(conn)
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        conn.execute(sa.insert(donor).values(row(donor, {"id": "donor"})))
        keys = dict.fromkeys(("session_id", "payment", "invoice_id", "recurring_id", "fee_cover_minor"))
        own = {"id": "early", "donor_id": "donor", "currency": "GBP", "state": "received"}
        conn.execute(sa.insert(gift).values(row(gift, keys | own)))
        seen = {"gift_id": "early", "donor_id": "donor", "received_on": DAY, "nature": "cash", "days": 30}
        conn.execute(sa.insert(donor_check).values(row(donor_check, seen | {"reason": "above_threshold"})))
        for n, (kind, ends, choices, texts) in enumerate(STEPS, 1):
            step = {"id": f"step-{n}", "gift_id": "early", "n": n, "kind": kind, "ends": ends, "choices": choices}
            by = {"staff_id": ASHAS_ROW["id"], "staff_name": "Asha", "on_day": DAY, "at": NOON}
            conn.execute(sa.insert(check_step).values(step | by))
            for name, text in texts.items():
                conn.execute(sa.insert(check_text).values(step_id=f"step-{n}", name=name, text=text))


def test_a_return_of_before_is_kept_and_may_fail_now(migrated: Engine) -> None:
    """With what was typed; and its check is open again then."""
    with booking(migrated) as conn:
        [check] = checks_of(conn, ["early"])
        assert (check.state, check.returned_on) == (CheckState.RETURNED, DAY)
        assert [text for (text,) in conn.execute(sa.select(check_text.c.text).order_by(check_text.c.step_id))] == [
            "bank transfer", "BACS 0042",
        ]  # fmt: skip
        after = take_check_step(conn, "early", ReturnFailure(DAY, "It came back."), NOON, today=DAY)
        assert after.state is CheckState.CAME_BACK
