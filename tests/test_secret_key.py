"""The key that encrypts secrets in the database: of the settings, or made once and kept closed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from installation import secret_key
from settings import read_settings


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Of many processes that make it at the same moment all end up with the same, and nothing is left over."""
    settings = read_settings(var_dir=tmp_path / "var")

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _n: secret_key(settings), range(8)))

    assert (len(keys), {len(key) for key in keys}) == (1, {64})
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret-key"]
    assert f"{(tmp_path / 'var' / 'secret-key').stat().st_mode & 0o777:o}" == "600"


def test_the_setting_comes_first(tmp_path: Path) -> None:
    """Then no file is made, so that several machines share one."""
    settings = read_settings(var_dir=tmp_path / "var", secret_key="s" * 32)

    assert secret_key(settings) == b"s" * 32
    assert not (tmp_path / "var").exists()
