"""Columns that are remembered, and files that wait for their confirmation."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading, writing
from tests.clock import FixedClock
from web.csv_store import (
    KEPT_FOR,
    MOST_KEPT,
    forget_expired_uploads,
    forget_upload,
    keep_upload,
    remember_columns,
    remembered_columns,
    upload_of,
)
from web.tables import csv_upload

MOMENT = timedelta(seconds=1)
SHAPE, OTHER_SHAPE = "a" * 64, "b" * 64


def test_a_choice_of_columns_is_remembered_by_purpose_and_shape(engine: Engine, clock: FixedClock) -> None:
    """The last choice counts."""
    with writing(engine) as conn:
        remember_columns(conn, "bank", SHAPE, {"day": 0}, clock())
        remember_columns(conn, "bank", SHAPE, {"day": 1, "amount": 0}, clock())
        remember_columns(conn, "offline", SHAPE, {"day": 7}, clock())
    with reading(engine) as conn:
        assert remembered_columns(conn, "bank", SHAPE) == {"day": 1, "amount": 0}
        assert remembered_columns(conn, "bank", OTHER_SHAPE) is None


def test_a_file_is_kept_as_it_was_for_a_day(engine: Engine, clock: FixedClock) -> None:
    """Another purpose does not reach it, nor does anybody once it was used or has expired."""
    with writing(engine) as conn:
        upload = keep_upload(conn, "bank", b"\x00\xff", "owner-1", clock())
        used = keep_upload(conn, "bank", b"used", "owner-1", clock())
        forget_upload(conn, used.id)
    with reading(engine) as conn:
        assert upload_of(conn, "bank", upload.id, clock() + KEPT_FOR - MOMENT) == upload
        assert upload_of(conn, "bank", upload.id, clock() + KEPT_FOR) is None
        assert upload_of(conn, "offline", upload.id, clock()) is None
        assert upload_of(conn, "bank", used.id, clock()) is None
    with writing(engine) as conn:
        forget_expired_uploads(conn, clock() + KEPT_FOR)
        assert conn.scalar(sa.select(sa.func.count()).select_from(csv_upload)) == 0


def test_only_so_many_files_are_kept(engine: Engine, clock: FixedClock) -> None:
    """The oldest of a purpose goes; those of another stay."""
    with writing(engine) as conn:
        other = keep_upload(conn, "offline", b"other", "owner-1", clock() - MOMENT)
        uploads = [keep_upload(conn, "bank", b"x", "owner-1", clock() + n * MOMENT) for n in range(MOST_KEPT + 1)]
        kept = set(conn.scalars(sa.select(csv_upload.c.id)))
    assert kept == {other.id, *(upload.id for upload in uploads[1:])}
