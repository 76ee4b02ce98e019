"""Each request goes to its application by path, and no redirect of any of them leaves https."""

from pathlib import Path

import pytest

from installation import open_installation, open_sandbox, prepare
from main import build_web
from settings import read_settings
from tests.web.samples import ask

TOO_LONG = ("/thanks/", "/readyz/", "/c/ask-every-candidate/", "/c/ask-every-candidate/give/", "/desk/", "/desk/gifts/")
OF_THE_TWIN = ("/sandbox", "/sandbox/balance/", "/sandbox/payments/")


@pytest.mark.parametrize("path", [*TOO_LONG, *OF_THE_TWIN])
def test_no_redirect_leads_from_https_to_http(sqlite_url: str, tmp_path: Path, path: str) -> None:
    """Behind a proxy we are asked over http; the next request would carry the donor's session in the clear."""
    settings = read_settings(database_url=sqlite_url, var_dir=tmp_path, base_url="https://give.example", sandbox=True)
    prepare(settings, durable=False)
    installation = open_installation(settings, durable=False)
    web = build_web(installation, open_sandbox(installation))

    answer = ask(web, path=path, query="session_id=cs_1")

    installation.engine.dispose()
    location = answer.headers.get("location", "")
    assert not location.startswith("http:")
    assert location.startswith(("https://give.example/", "/")) or answer.status not in (301, 302, 303, 307, 308)
