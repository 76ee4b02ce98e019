"""Machines learn whether we live and whether donors may come."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from web.health import ReadinessCheck, health_routes


def asked(*checks: ReadinessCheck) -> TestClient:
    """A client of the probes."""
    app = FastAPI()
    app.router.routes += health_routes(lambda: checks).routes
    return TestClient(app)


def test_a_process_that_answers_is_alive() -> None:
    """Even when it is not ready: restarting it would not help."""
    answer = asked(ReadinessCheck("database", False, "no connection")).get("/healthz")

    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "alive\n", "no-store")


@pytest.mark.parametrize(("passed", "status"), [(True, 200), (False, 503)])
def test_ready_means_that_every_check_passed(passed: bool, status: int) -> None:
    """One is enough to keep donors away; each says what it found."""
    answer = asked(ReadinessCheck("database", True, "0001"), ReadinessCheck("jobs", passed, "12 s")).get("/readyz")

    assert answer.status_code == status
    assert answer.json() == {"ready": passed, "checks": {"database": "0001", "jobs": "12 s"}}


def test_search_engines_are_told_what_is_not_for_them() -> None:
    """What stands behind a sign-in or a link of its own; campaigns are for everybody."""
    lines = asked().get("/robots.txt").text.splitlines()
    assert "Disallow: /desk" in lines
    assert "Disallow: /receipts/" in lines
    assert not any("/c/" in line for line in lines)
