"""The first `run` of a sandbox shows a month of life, made by the way that every gift takes."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.campaign import Openness
from campaigns.store import campaign_by_slug, campaigns, progress
from database.instants import utc_now
from database.transactions import reading
from installation import Installation, open_installation, open_sandbox, prepare
from ledger.finding import Status
from ledger.kinds import EntryKind
from ledger.tables import entry
from outbox.tables import job
from payments.gifts.gift import GiftState
from payments.gifts.recurring import RecurringState
from payments.gifts.tables import gift, recurring
from payments.inbox.store import dead_letters
from planting import PRINT_EVERY, is_new_sandbox, plant
from proof.audit import audit_all
from receipts.jobs import PRINT
from settings import Settings, read_settings
from setup.demo_story import ASK, COURT, DAYS, demo_gifts

ADDRESS = "http://127.0.0.1:1"


def _settings(var_dir: Path) -> Settings:
    settings = read_settings(var_dir=var_dir, database_url=None)
    assert is_new_sandbox(settings)
    prepare(settings, durable=False)
    return settings


@contextmanager
def _opened(settings: Settings) -> Iterator[Installation]:
    installation = open_installation(settings, ADDRESS, durable=False)
    yield installation
    installation.engine.dispose()


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A sandbox after its first start; nothing changes it."""
    settings = _settings(tmp_path_factory.mktemp("planted") / "var")
    days: list[int] = []
    plant(settings, ADDRESS, lambda day, _days: days.append(day))
    assert days == list(range(1, DAYS + 2))
    assert not is_new_sandbox(settings)
    with _opened(settings) as installation:
        yield installation


def test_the_books_of_the_month_pass_the_audit(planted: Installation) -> None:
    """Not a penny is unproved, and no message was left over."""
    with reading(planted.engine) as conn:
        findings = audit_all(conn, utc_now)
        assert dead_letters(conn) == []

    assert [finding for finding in findings if finding.status is not Status.PASSED] == []


def test_a_treasurer_finds_every_kind_of_thing_that_happens(planted: Installation) -> None:
    """Gifts given once and monthly, a debit on its way, a refund, a dispute, payouts, an empty checkout."""
    with reading(planted.engine) as conn:
        kinds = Counter(conn.scalars(sa.select(entry.c.kind)))
        states = Counter(conn.scalars(sa.select(gift.c.state)))
        instalments = Counter(conn.scalars(sa.select(gift.c.recurring_id).where(gift.c.recurring_id.is_not(None))))
        rhythms = Counter(conn.scalars(sa.select(recurring.c.state)))

    assert states[GiftState.PROCESSING] == 1
    assert states[GiftState.EXPIRED] == 1
    assert states[GiftState.RECEIVED] > 60
    assert kinds[EntryKind.REFUND] == 1
    assert kinds[EntryKind.DISPUTE] == 1
    assert kinds[EntryKind.PAID] >= 3
    assert max(instalments.values()) == 2
    assert rhythms[RecurringState.ACTIVE] + rhythms[RecurringState.PENDING] >= 7


def test_one_campaign_has_met_its_target_and_two_groups_have_begun(planted: Installation) -> None:
    """The best page to show, and the smallest ones."""
    now = utc_now()
    with reading(planted.engine) as conn:
        court, parent = campaign_by_slug(conn, COURT), campaign_by_slug(conn, ASK)
        assert court is not None
        assert parent is not None
        groups = [campaign for campaign in campaigns(conn) if campaign.parent_id == parent.id]
        raised = [progress(conn, group, now).raised.minor for group in groups]
        of_court = progress(conn, court, now).percent

    assert (court.openness(now), of_court) == (Openness.CLOSED, 100)
    assert len(groups) == 2
    assert min(raised) > 0


def test_the_days_are_plausible_and_the_two_clocks_show_the_same(planted: Installation) -> None:
    """Nothing lies in the future; nothing was given before the month; the twin's time is ours."""
    with reading(planted.engine) as conn:
        first, last = conn.execute(sa.select(sa.func.min(entry.c.occurred_at), sa.func.max(entry.c.occurred_at))).one()
    twin = open_sandbox(planted)
    assert twin is not None
    ahead, running = twin.world.clock.seconds_ahead, twin.world.clock.running
    twin.close()

    assert utc_now() - timedelta(days=DAYS + 1) < first < last <= utc_now()
    assert running
    assert abs(ahead) < 1


def test_a_newcomers_own_receipt_does_not_wait_for_a_month_of_others(planted: Installation) -> None:
    """Those are printed one after another."""
    with reading(planted.engine) as conn:
        due = list(conn.scalars(sa.select(job.c.due_at).where(job.c.kind == PRINT).order_by(job.c.due_at)))

    assert len(due) > 20
    assert max(due) - min(due) == (len(due) - 1) * PRINT_EVERY


def test_a_month_that_was_cut_short_is_finished_at_the_next_start(tmp_path: Path) -> None:
    """Ctrl-C in the middle: what was given stays given, and the twin's clock does not stay in the past."""

    class CutShortError(Exception):
        pass

    def cut_short(day: int, _days: int) -> None:
        if day == 5:
            raise CutShortError

    settings = _settings(tmp_path / "var")
    with pytest.raises(CutShortError):
        plant(settings, ADDRESS, cut_short)
    assert is_new_sandbox(settings)

    plant(settings, ADDRESS, lambda _day, _days: None)

    with _opened(settings) as installation, reading(installation.engine) as conn:
        assert [finding.name for finding in audit_all(conn, utc_now) if finding.has_failed] == []
        twin = open_sandbox(installation)
        assert twin is not None
        assert abs(twin.world.clock.seconds_ahead) < 1
        twin.close()
    assert not is_new_sandbox(settings)


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_the_story_is_told_in_order_and_ends_now(hour: int) -> None:
    """At whatever hour somebody starts it, also on the day on which clocks change."""
    now = datetime(2026, 10, 26, hour, tzinfo=UTC)
    gifts = demo_gifts(now, "Europe/London")

    assert all(earlier.at <= later.at for earlier, later in pairwise(gifts))
    assert gifts[-1].at < now
    assert now - gifts[0].at < timedelta(days=DAYS)
    assert len({(demo.at, demo.donor.email) for demo in gifts}) == len(gifts)
