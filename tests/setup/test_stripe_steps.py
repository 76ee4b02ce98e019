"""Setting up connects an installation with Stripe: here the twin, as a rehearsal of going live."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from payments.inbox.webhook import PATH as WEBHOOK_PATH
from payments.stripe.gateway import StripeAway, StripeRefused
from sandbox.twin import open_twin
from settings import PREFIX, Settings
from setup.answers import NotAnAnswer
from setup.environment import API_KEY, WEBHOOK_SECRETS, Environment, EnvironmentFile, SettingIsElsewhere
from setup.stripe_steps import NoKey, account_of, acts_in_words, mend_endpoint, refusal_in_words
from tests.sandbox.loopback import KEY, START, served, settings

BASE_URL = "http://127.0.0.1:9"
NOW = datetime.fromtimestamp(START, UTC)


@dataclass
class Installation:
    """An `.env` of its own, and a Stripe."""

    path: Path
    api_base: str
    overrides: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> EnvironmentFile:
        """What setting up works on."""
        return EnvironmentFile(self.path, PREFIX, self._read, lambda: self.overrides)

    def _read(self) -> Environment:
        read = Settings(_env_file=self.path)  # type: ignore[call-arg]
        key = read.stripe_api_key.get_secret_value() if read.stripe_api_key else None
        return Environment("test", read.base_url, key, self.api_base, read.secrets)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A new installation, and a new account at the twin."""
    twin = open_twin(replace(settings(BASE_URL + WEBHOOK_PATH), registered=False))
    twin.world.clock.set(START)
    with served(twin) as url:
        yield Installation(tmp_path / ".env", url)
    twin.close()


def test_the_endpoint_is_made_and_its_secret_kept_where_nobody_else_reads_it(installation: Installation) -> None:
    """And a second run changes nothing, neither at Stripe nor in the file."""
    installation.file.write({API_KEY: KEY})

    first = mend_endpoint(installation.file, BASE_URL, NOW)
    written = installation.path.read_bytes()
    second = mend_endpoint(installation.file, BASE_URL + "/", NOW)

    assert first.id == second.id
    assert (len(first.acts), acts_in_words(second)[0][-20:]) == (1, "Nothing was changed.")
    assert installation.path.read_bytes() == written
    assert len(installation.file.read().secrets) == 1
    assert oct(installation.path.stat().st_mode & 0o777) == "0o600"


def test_a_lost_secret_is_replaced_and_the_last_one_retires(installation: Installation) -> None:
    """Two secrets at most: the present one and the retiring one."""
    installation.file.write({API_KEY: KEY, WEBHOOK_SECRETS: ""})
    mend_endpoint(installation.file, BASE_URL, NOW)
    installation.file.write({WEBHOOK_SECRETS: "whsec_of_another,whsec_of_a_third"})

    mend_endpoint(installation.file, BASE_URL, NOW)

    secrets = installation.file.read().secrets
    assert (len(secrets), secrets[1]) == (2, "whsec_of_another")


def test_a_secret_in_the_environment_would_hide_ours_and_leaves_no_endpoint(installation: Installation) -> None:
    """Nothing half done."""
    installation.file.write({API_KEY: KEY})
    installation.overrides[PREFIX + WEBHOOK_SECRETS] = "whsec_old"

    with pytest.raises(SettingIsElsewhere, match="comes before"):
        mend_endpoint(installation.file, BASE_URL, NOW)

    installation.overrides.clear()
    assert "Made the endpoint" in mend_endpoint(installation.file, BASE_URL, NOW).acts[0]


def test_without_a_key_nothing_is_asked(installation: Installation) -> None:
    """The sandbox has an endpoint of its own."""
    with pytest.raises(NoKey):
        mend_endpoint(installation.file, BASE_URL, NOW)


def test_a_key_is_known_or_not(installation: Installation) -> None:
    """Whose it is, before anything is made."""
    account = account_of(KEY, installation.api_base)

    assert account is not None
    assert (account.name, account.takes_payments) == ("The Alliance", True)
    with pytest.raises(NotAnAnswer, match="does not know this key"):
        account_of("sk_test_of_somebody_else", installation.api_base)
    with pytest.raises(StripeAway):
        account_of(KEY, "http://127.0.0.1:9")


def test_what_stripe_refuses_is_answered_by_what_to_do(installation: Installation) -> None:
    """Its own words, and ours."""
    installation.file.write({API_KEY: KEY})
    with pytest.raises(StripeRefused) as refused:
        mend_endpoint(installation.file, "http://elsewhere.example", NOW)

    assert "whole internet can reach" in refusal_in_words(refused.value)
    assert "Webhook Endpoints" in refusal_in_words(StripeRefused("PermissionError: None"))
    assert "Check the network" in refusal_in_words(StripeAway("APIConnectionError"))
