"""A rehearsal of going live: a twin that is served elsewhere stands in for Stripe."""

from pathlib import Path

from fastapi.testclient import TestClient

from installation import open_installation, prepare
from main import build_web
from settings import read_settings

BASE_URL, API_BASE = "http://127.0.0.1:8001", "http://127.0.0.1:12111"


def test_a_donor_may_go_on_to_the_page_of_the_twin_that_is_rehearsed_with(tmp_path: Path) -> None:
    """Left out of `form-action`, the browser would block the way from our form to the payment page."""
    settings = read_settings(
        var_dir=tmp_path / "var", base_url=BASE_URL, stripe_api_key="sk_test_sandbox_key", stripe_api_base=API_BASE
    )
    prepare(settings, durable=False)
    installation = open_installation(settings, durable=False)

    with TestClient(build_web(installation, None), base_url=BASE_URL) as visitor:
        policy = visitor.get("/privacy").headers["content-security-policy"]

    assert API_BASE in policy.partition("form-action")[2].partition(";")[0]
