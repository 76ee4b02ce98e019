"""`.env` is changed in place: what is not ours stays, what is ours is read back as it was written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import Settings
from setup.env_file import CannotWriteSetting, write_env_settings

KEY, SECRETS = "FARTHING_STRIPE_API_KEY", "FARTHING_STRIPE_WEBHOOK_SECRETS"
BEFORE = f"""# Written by hand.
FARTHING_TIMEZONE=Europe/Dublin

{KEY}=sk_test_old   # the old one
OTHER='kept as it is'"""


def test_other_lines_and_comments_stay(tmp_path: Path) -> None:
    """What is new stands at the end, what changed where it stood."""
    path = tmp_path / ".env"
    path.write_text(BEFORE)

    assert write_env_settings(path, {KEY: "sk_test_new", SECRETS: "whsec_a,whsec_b"})

    assert (
        path.read_text()
        == BEFORE.replace("sk_test_old   # the old one", "sk_test_new") + f"\n{SECRETS}=whsec_a,whsec_b\n"
    )


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """Whether it is new, or was open to everybody before; and the second time changes nothing."""
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_text(f"{KEY}=sk_test_a\n")
    old.chmod(0o644)

    assert [write_env_settings(path, {KEY: "sk_test_a"}) for path in (new, old)] == [True, True]
    assert [oct(path.stat().st_mode & 0o777) for path in (new, old)] == ["0o600", "0o600"]
    assert [write_env_settings(path, {KEY: "sk_test_a"}) for path in (new, old)] == [False, False]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


def test_a_variable_that_stands_there_twice_is_left_once(tmp_path: Path) -> None:
    """The last line would hold, and hide ours."""
    path = tmp_path / ".env"
    path.write_text(f"{KEY}=sk_test_a\nexport {KEY}=sk_test_b\n")

    write_env_settings(path, {KEY: "sk_test_c"})

    assert path.read_text() == f"{KEY}=sk_test_c\n"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Somebody keeps it elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/env").write_text("")
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere/env")

    write_env_settings(tmp_path / ".env", {KEY: "sk_test_a"})

    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "elsewhere/env").read_text() == f"{KEY}=sk_test_a\n"


@pytest.mark.parametrize(
    ("before", "value"),
    [("", "two\nlines"), ("", "${HOME}"), (f"{KEY}='begins here\nends here'\n", "sk_test_a")],
)
def test_what_the_file_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path, before: str, value: str) -> None:
    """A sentence instead of half a setting."""
    path = tmp_path / ".env"
    path.write_text(before)

    with pytest.raises(CannotWriteSetting, match=KEY):
        write_env_settings(path, {SECRETS: "whsec_a", KEY: value})

    assert path.read_text() == before


@given(value=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    """Quotes, spaces, number signs and backslashes, as in passwords."""
    path = tmp_path_factory.mktemp("env") / ".env"
    try:
        write_env_settings(path, {"FARTHING_ORGANISATION_NAME": value, KEY: "sk_test_a"})
    except CannotWriteSetting:
        assert "${" in value or not value.isprintable()
        return

    settings = Settings(_env_file=path)  # type: ignore[call-arg]

    assert settings.organisation_name == (value or None)
    assert settings.stripe_api_key is not None
